import { createActor, fromPromise } from 'xstate';
import { assertBound } from '../actors/assert-bound.ts';
import { engineMachine } from '../../machines/engine.machine.ts';
import { RunstateError } from '../kernel/errors.ts';
import { createPluginHost } from '../plugin-host/create-plugin-host.ts';
import { closeAll } from './close-all.ts';
import type { Closer } from './close-all.ts';
import type { CloseOptions, Engine, EngineState } from './engine.ts';
import { resolveEngineOptions } from './engine-options.ts';
import type { EngineOptions } from './engine-options.ts';
import { engineResources } from './engine-resources.ts';
import { engineTasks } from './engine-tasks.ts';
import { limitDefaults } from './limits.ts';
import { PluginShelf } from './plugin-shelf.ts';
import { RunnerRoom } from './runner-room.ts';
import { endTasks } from './shut-down.ts';
import { assertLimits } from './submission.ts';
import type { SubmitOptions } from './submission.ts';
import { Submitter } from './submitter.ts';
import { Supervision } from './supervision.ts';
import { TaskIds } from './task-ids.ts';
import { taskRoom } from './task-room.ts';
import type { Submittable } from './types.ts';
import { logListenerErrors } from './unhandled-listener-errors.ts';
import { waitForPromise } from './wait-for-promise.ts';

/**
 * Makes an engine; nothing runs before its `start()`.
 *
 * @example
 * ```ts
 * const engine = createEngine({ plugins: ['./plugins'], concurrency: 8 });
 * await engine.start();
 * const handle = engine.submit('example.square', { x: 5 });
 * console.log(await handle.output());
 * await engine.close();
 * ```
 * @throws {@link RunstateError} `INVALID_OPTION`, naming the option
 */
export function createEngine(options: EngineOptions = {}): Engine {
  const resolved = resolveEngineOptions(options);
  const { clock, logger, store, name } = resolved;
  const host = createPluginHost({ logger });
  const runners = new RunnerRoom({ clock, logger });
  const shelf = new PluginShelf(host, runners);
  const room = taskRoom(resolved, shelf, runners);
  const { core } = room;
  let submitter: Submitter | null = null;
  const closers: Closer[] = [];
  let graceMs: number = limitDefaults.graceMs;

  const supervision = new Supervision({
    core,
    pool: room.pool,
    changed: (isDegraded) =>
      actor.send({ type: isDegraded ? 'supervision.degraded' : 'supervision.healed' }),
  });

  const open = async (): Promise<void> => {
    const { nextId } = await store.open({ retention: resolved.retention });
    closers.push(() => store.close());
    closers.push(() => core.writer.flush());
    for (const plugin of resolved.plugins) {
      if (typeof plugin === 'string') await host.addDirectory(plugin);
      else shelf.resolve(plugin);
    }
    await host.loadAll();
    const ids = new TaskIds(core.writer, nextId);
    await core.writer.flush();
    supervision.start();
    submitter = new Submitter(room, resolved, ids, supervision);
  };

  const startUp = async (): Promise<void> => {
    closers.push(
      logListenerErrors(logger),
      () => core.log.close(),
      () => core.keepAlive.close(),
      () => host.close(),
    );
    closers.push(() => runners.close());
    try {
      await open();
    } catch (error) {
      await closeAll(closers).catch(() => {});
      throw error;
    }
  };

  const shutDown = async (): Promise<void> => {
    closers.push(
      () => supervision.stopRoot(graceMs),
      () => endTasks(room, graceMs),
      () => supervision.stopUsers(graceMs),
    );
    await closeAll(closers);
  };

  const actor = createActor(
    assertBound(
      engineMachine.provide({
        actors: { startUp: fromPromise(startUp), shutDown: fromPromise(shutDown) },
      }),
    ),
    { id: name },
  );
  actor.subscribe({ error: (error) => logger.error({ err: error }, 'the engine broke') });
  actor.start();

  const stateOf = (): EngineState => {
    const { value } = actor.getSnapshot();
    return typeof value === 'string' ? value : 'running';
  };
  /** Resolves when the engine's machine stands in one of these states. */
  const reach = (...states: readonly EngineState[]): Promise<void> =>
    new Promise((resolve) => {
      if (states.includes(stateOf())) {
        resolve();
        return;
      }
      const watch = actor.subscribe(() => {
        if (!states.includes(stateOf())) return;
        watch.unsubscribe();
        resolve();
      });
    });
  const throwFailure = (): void => {
    const { failure } = actor.getSnapshot().context;
    if (failure !== null) throw failure;
  };

  const assertRunning = (): Submitter => {
    if (submitter !== null && stateOf() === 'running') return submitter;
    throw new RunstateError('ENGINE_NOT_RUNNING', [stateOf()]);
  };

  const submit = (plugin: string | Submittable, input?: unknown, given?: SubmitOptions) => {
    return assertRunning().submit(shelf.resolve(plugin), input, given);
  };

  const close = async (closing: CloseOptions = {}): Promise<void> => {
    assertLimits(closing);
    if (stateOf() === 'starting') await reach('running', 'stopped');
    if (stateOf() === 'stopped') return;
    graceMs = closing.graceMs ?? graceMs;
    actor.send({ type: 'engine.close' });
    await reach('stopped');
    throwFailure();
  };

  return {
    name,
    get state() {
      return stateOf();
    },
    get isDegraded() {
      return actor.getSnapshot().matches({ running: 'degraded' });
    },
    events$: core.log.events$,
    tasks: engineTasks(room),
    plugins: {
      register: (plugin) => shelf.resolve(plugin),
      addDirectory: (path) => host.addDirectory(path),
      load: (path) => host.load(path),
      reload: (plugin) => host.reload(plugin),
      list: () => host.list(),
      describe: (plugin) => host.describe(plugin),
      problems: () => host.problems(),
    },
    resources: engineResources(core),
    async start() {
      if (actor.getSnapshot().context.hasStarted && stateOf() === 'stopped') {
        throw new RunstateError('ENGINE_NOT_RUNNING', ['closed']);
      }
      actor.send({ type: 'engine.start' });
      await reach('running', 'stopped', 'draining');
      throwFailure();
      assertRunning();
    },
    submit,
    background(action, background) {
      assertRunning();
      return supervision.background.run(action, background);
    },
    supervise(definition) {
      assertRunning();
      return supervision.supervise(definition);
    },
    supervisors: {
      list: () => supervision.list(),
      restart: (path, request) => supervision.restart(path, request),
    },
    whenIdle: (waiting = {}) =>
      waitForPromise(clock, room.whenIdle(), 'The end of all tasks', waiting),
    close,
    [Symbol.asyncDispose]: () => close(),
  };
}

import { createActor, fromPromise } from 'xstate';
import { assertBound } from '../actors/assert-bound.ts';
import { LongRunningCommand } from '../actors/long-running-command.ts';
import { engineMachine } from '../../machines/engine.machine.ts';
import type { DeviceProxy } from '../kernel/device-proxy.ts';
import { RunstateError } from '../kernel/errors.ts';
import { createPluginHost } from '../plugin-host/create-plugin-host.ts';
import type { Requirement } from '../wire/condition.ts';
import type { Job } from '../wire/job.ts';
import type { JobDocument } from '../wire/job-document.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { audit } from './audit.ts';
import { closeAll } from './close-all.ts';
import type { Closer } from './close-all.ts';
import { commandInputOf } from './command-order.ts';
import type { CommandOrder } from './command-order.ts';
import { commandName, commandPlugin, commandPluginName } from './command-plugin.ts';
import { DeviceHub } from './device-hub.ts';
import type { CloseOptions, Engine, EngineState } from './engine.ts';
import { resolveEngineOptions } from './engine-options.ts';
import type { EngineOptions } from './engine-options.ts';
import { engineConditions } from './engine-conditions.ts';
import { engineResources } from './engine-resources.ts';
import { engineTasks } from './engine-tasks.ts';
import { futureEngine } from './future-engine.ts';
import { Jobs } from './jobs.ts';
import { limitDefaults } from './limits.ts';
import { openAddress } from './open-address.ts';
import { openEngine } from './open-engine.ts';
import type { OpenEngine } from './open-engine.ts';
import { PluginShelf } from './plugin-shelf.ts';
import { runJob } from './run-job.ts';
import { RunnerRoom } from './runner-room.ts';
import { endTasks, leaveTasks } from './shut-down.ts';
import { assertLimits } from './submission.ts';
import type { SubmitOptions } from './submission.ts';
import { Supervision } from './supervision.ts';
import type { TaskHandle } from './task-handle.ts';
import { taskRoom } from './task-room.ts';
import type { Submittable } from './types.ts';
import { logListenerErrors } from './unhandled-listener-errors.ts';
import { waitForPromise } from '../actors/wait-for-promise.ts';

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
  const { clock, logger, name } = resolved;
  const host = createPluginHost({ logger });
  const runners = new RunnerRoom({ clock, logger });
  const shelf = new PluginShelf(host, runners);
  const room = taskRoom(resolved, shelf, runners);
  const { core } = room;
  const devices = new DeviceHub(openAddress, { clock, logger, tangoHost: resolved.tangoHost });
  for (const [alias, device] of Object.entries(resolved.devices)) {
    if (typeof device === 'string') devices.alias(alias, device);
    else devices.register(device, alias);
  }
  shelf.addBuiltIn(commandPlugin({ devices, clock, logger }));
  let opened: OpenEngine | null = null;
  let broken: Error | null = null;
  const closers: Closer[] = [];
  let graceMs: number = limitDefaults.graceMs;

  const supervision = new Supervision({
    core,
    pool: room.pool,
    devices: () => devices.status(),
    changed: (isDegraded) =>
      actor.send({ type: isDegraded ? 'supervision.degraded' : 'supervision.healed' }),
  });

  /** Nothing that is acknowledged could be kept any more: only this stops an engine by itself. */
  const onBroken = (error: Error): void => {
    logger.error({ err: error }, error.message);
    core.log.alarm({ taskId: null, source: 'store', message: error.message });
    core.writer.giveUp();
    broken = error;
    actor.send({ type: 'store.broken' });
  };

  const startUp = async (): Promise<void> => {
    closers.push(
      logListenerErrors(logger),
      () => core.log.close(),
      () => core.keepAlive.close(),
      () => host.close(),
      () => devices.close(),
    );
    closers.push(() => runners.close());
    closers.push(() => {
      room.conditions.watches.close();
      room.conditions.bypasses.close();
    });
    try {
      opened = await openEngine({
        room,
        options: resolved,
        host,
        shelf,
        supervision,
        closers,
        onBroken,
      });
      if (broken !== null) throw broken;
    } catch (error) {
      leaveTasks(room);
      await supervision.stopRoot(0);
      await closeAll(closers).catch(() => {});
      throw error;
    }
  };

  const shutDown = async (): Promise<void> => {
    closers.push(
      () => supervision.stopRoot(graceMs),
      () => endTasks(room, broken === null ? graceMs : 0),
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

  const assertRunning = (): OpenEngine => {
    if (opened !== null && stateOf() === 'running') return opened;
    throw new RunstateError('ENGINE_NOT_RUNNING', [stateOf()]);
  };

  const jobs: Jobs = new Jobs({
    room,
    whenOpen: () => reach('running', 'draining', 'stopped'),
    submit: (plugin, input, given, parent) =>
      assertRunning().submitter.submit(shelf.resolve(plugin), input, given, parent),
    plugin: (plugin) => shelf.find(plugin),
  });
  shelf.addBuiltIn(jobs.plugin);

  const submit = (
    work: string | Submittable | LongRunningCommand,
    input?: unknown,
    given?: SubmitOptions,
  ) => {
    const { submitter } = assertRunning();
    if (!(work instanceof LongRunningCommand)) {
      return submitter.submit(shelf.resolve(work), input, given);
    }
    const order = commandInputOf(work, input as CommandOrder, devices);
    const called = { name: commandName(order), ...given };
    return submitter.submit(shelf.resolve(commandPluginName), order, called);
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

  const tasks = engineTasks(room, {
    name,
    submit,
    plugin: (plugin) => shelf.resolve(plugin),
    assertRunning: () => void assertRunning(),
    ids: () => assertRunning().ids,
    revive: (task) => assertRunning().recovery.revive(task),
  });
  /** A task of an earlier engine may have waited for a plugin that has come. */
  const afterLoading = async <T>(loading: Promise<T>): Promise<T> => {
    try {
      return await loading;
    } finally {
      opened?.recovery.pluginsChanged();
    }
  };
  const nameOf = (plugin: string | Submittable): string => {
    assertRunning();
    return shelf.resolve(plugin).name;
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
    tasks,
    plugins: {
      register: (plugin) => shelf.resolve(plugin),
      addDirectory: (path) => afterLoading(host.addDirectory(path)),
      load: (path) => afterLoading(host.load(path)),
      reload: (plugin) => afterLoading(host.reload(plugin)),
      list: () => host.list(),
      describe: (plugin) => host.describe(plugin),
      problems: () => host.problems(),
    },
    resources: engineResources(core),
    conditions: engineConditions(room, () => void assertRunning()),
    devices,
    async start() {
      if (actor.getSnapshot().context.hasStarted && stateOf() === 'stopped') {
        throw new RunstateError('ENGINE_NOT_RUNNING', ['closed']);
      }
      actor.send({ type: 'engine.start' });
      await reach('running', 'stopped', 'draining');
      throwFailure();
      assertRunning();
    },
    submit: submit as Engine['submit'],
    ...futureEngine({
      name,
      clock,
      events$: core.log.events$,
      nameOf,
      redact: (plugin, input) => core.secrets.redact(shelf.resolve(plugin), input),
      submit,
      find: (id) => tasks.get(id),
    }),
    actions: jobs.actions,
    runJob: (job: Job | JobDocument, given?: SubmitOptions) => {
      const { submitter } = assertRunning();
      const port = {
        jobs,
        plugin: (plugin: string | Submittable) => shelf.resolve(plugin),
        keep: (requires: readonly Requirement[]) => core.requirements.keep(requires),
        device: (device: DeviceProxy) => devices.nameOf(device),
        submit: (plugin: DefinedPlugin, input: unknown, more?: SubmitOptions) =>
          submitter.submit(plugin, input, more),
      };
      return runJob(port, job, given) as TaskHandle<never>;
    },
    audit: (filter) => audit(core, filter),
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

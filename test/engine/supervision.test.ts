import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fromCallback, fromPromise, setup } from 'xstate';
import { createEngine, supervisor } from '../../src/index.ts';
import type { Engine, TaskEvent } from '../../src/index.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { recordingLogger } from '../support/recording-logger.ts';

/** An actor that fails whenever it is told to. */
const fragile = setup({
  types: { events: {} as { type: 'break' } },
  actions: {
    breakNow: () => {
      throw new Error('the pump stopped');
    },
  },
}).createMachine({
  id: 'fragile',
  initial: 'pumping',
  states: { pumping: { on: { break: { actions: ['breakNow'] } } } },
});

const steady = fromCallback(() => () => {});

describe('engine.supervise', () => {
  let engine: Engine;
  const clock = simulatedClock();
  beforeEach(async () => {
    engine = createEngine({ clock, logger: recordingLogger() });
    await engine.start();
  });
  afterEach(() => engine.close({ graceMs: 0 }));

  const breakPump = async (): Promise<void> => {
    running.whereis('pump')?.send({ type: 'break' });
    await clock.advance(0);
  };
  let running: ReturnType<Engine['supervise']>;

  const start = (): void => {
    running = engine.supervise(
      supervisor({
        name: 'vacuum',
        maxRestarts: 1,
        children: [
          { name: 'pump', logic: fragile },
          { name: 'gauge', logic: steady },
        ],
      }),
    );
  };
  const childrenOf = (name: string) =>
    engine.supervisors.list().find((status) => status.name === name)?.children ?? [];

  it('puts the supervisor into the tree, after the fixed ones', () => {
    start();
    expect(engine.supervisors.list().map(({ name }) => name)).toEqual([
      'root',
      'background',
      'vacuum',
    ]);
    expect(childrenOf('root').map(({ name, state }) => [name, state])).toEqual([
      ['tasks', 'running'],
    ]);
  });

  it('starts a broken child again and leaves its siblings alone', async () => {
    start();
    await breakPump();
    expect(
      childrenOf('vacuum').map(({ name, state, restarts }) => [name, state, restarts]),
    ).toEqual([
      ['pump', 'running', 1],
      ['gauge', 'running', 0],
    ]);
    expect(engine.isDegraded).toBe(false);
  });

  it('raises an alarm and is degraded when a budget is spent, until a person restarts it', async () => {
    const events: TaskEvent[] = [];
    engine.events$.subscribe((event) => events.push(event));
    start();
    await breakPump();
    await breakPump();
    expect(childrenOf('vacuum')[0]).toMatchObject({ name: 'pump', state: 'down' });
    expect(engine.isDegraded).toBe(true);
    expect(engine.state).toBe('running');
    expect(events).toContainEqual(
      expect.objectContaining({ type: 'alarm', taskId: null, source: 'supervisor:vacuum/pump' }),
    );

    const restarted = engine.supervisors.restart('vacuum/pump', { reason: 'oil changed' });
    await clock.advance(0);
    expect(await restarted).toMatchObject({ name: 'pump', state: 'running' });
    expect(childrenOf('vacuum')[0]).toMatchObject({ state: 'running' });
    expect(engine.isDegraded).toBe(false);
  });

  it('refuses a name that is taken', () => {
    start();
    expect(start).toThrowError(/vacuum/);
    expect(() =>
      engine.supervise(supervisor({ name: 'root', children: [{ name: 'x', logic: steady }] })),
    ).toThrowError(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it('names the supervisors there are when a path is unknown', async () => {
    await expect(engine.supervisors.restart('cryostat/pump')).rejects.toMatchObject({
      code: 'CHILD_UNKNOWN',
      message: expect.stringContaining('root, background') as string,
    });
  });

  it('frees the name of a supervisor that was stopped', async () => {
    start();
    await running.stop();
    start();
    expect(childrenOf('vacuum')).toHaveLength(2);
  });

  it('stops them with the engine, the last one first', async () => {
    const stopped: string[] = [];
    for (const name of ['first', 'second']) {
      const logic = fromCallback(() => () => stopped.push(name));
      engine.supervise(supervisor({ name, children: [{ name: 'only', logic }] }));
    }
    await engine.close();
    expect(stopped).toEqual(['second', 'first']);
  });

  it('is not there before the engine runs', () => {
    const other = createEngine();
    const definition = supervisor({ children: [{ name: 'x', logic: fromPromise(async () => 1) }] });
    expect(() => other.supervise(definition)).toThrowError(/await engine.start\(\)/);
  });
});

describe('engine.background', () => {
  it('calls its action at its frequency, shows it in the tree, and stops with the engine', async () => {
    const clock = simulatedClock();
    const engine = createEngine({ clock });
    await engine.start();
    const action = vi.fn<() => void>();
    const loop = engine.background(action, { name: 'temperatures', frequencyHz: 10 });
    await clock.advance(1_000);
    expect(action).toHaveBeenCalledTimes(11);
    const background = engine.supervisors.list().find(({ name }) => name === 'background');
    expect(background?.children.map(({ name, state }) => [name, state])).toEqual([
      ['temperatures', 'running'],
    ]);
    await engine.close();
    expect(loop.running()).toBe(false);
    await clock.advance(1_000);
    expect(action).toHaveBeenCalledTimes(11);
    expect(clock.pending).toBe(0);
  });

  it('raises an alarm when an action fails, and nothing else is touched', async () => {
    const engine = createEngine({ logger: recordingLogger() });
    await engine.start();
    const alarm = new Promise<TaskEvent>((resolve) => {
      engine.events$.subscribe((event) => {
        if (event.type === 'alarm') resolve(event);
      });
    });
    const failure = new Error('no answer from the gauge');
    const loop = engine.background(() => Promise.reject(failure), { name: 'gauge' });
    expect(await alarm).toMatchObject({ source: 'background:gauge' });
    expect(loop.hasErrored()).toBe(true);
    expect(loop.exception()).toBe(failure);
    expect(engine.state).toBe('running');
    await engine.close();
  });

  it('is degraded when a permanent one has spent its budget, until it gets a new one', async () => {
    const clock = simulatedClock();
    const engine = createEngine({ clock, logger: recordingLogger() });
    await engine.start();
    let isBroken = true;
    engine.background(
      () => {
        if (isBroken) throw new Error('broken');
      },
      { name: 'loop', frequencyHz: 1, restart: 'permanent', maxRestarts: 2 },
    );
    await clock.advance(1_000);
    expect(engine.isDegraded).toBe(true);
    isBroken = false;
    expect(await engine.supervisors.restart('background/loop')).toMatchObject({ state: 'running' });
    expect(engine.isDegraded).toBe(false);
    await engine.close();
  });
});

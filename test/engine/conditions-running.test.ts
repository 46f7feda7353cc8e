import { afterEach, describe, expect, it } from 'vitest';
import type { TaskEvent, TaskHandle } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { doorIsOpen, doorOf, problemsOf } from '../support/conditions.ts';
import type { Door } from '../support/conditions.ts';
import {
  closeEngines,
  eventsOf,
  logOf,
  pluginOf,
  startEngine,
  statesOf,
  untilAborted,
} from '../support/engine-under-test.ts';
import type { EngineUnderTest } from '../support/engine-under-test.ts';
import { turn, turning } from '../support/turning-task.ts';

const ada = { who: 'ada' };

/** A task that runs while the door is closed, and takes a turn. */
async function guarded(
  started: EngineUnderTest,
  door: Door,
  turns: number[] = [],
): Promise<TaskHandle> {
  const handle = started.engine.submit(turning(turns), null, { requires: [door.closed] });
  await started.rest();
  expect(handle.state).toBe('running');
  return handle;
}

/** Opens the door, and lets the task reach its pause point. */
async function interrupted(started: EngineUnderTest, door: Door): Promise<TaskHandle> {
  const handle = await guarded(started, door);
  door.move('open');
  turn(handle, 1);
  await started.rest();
  expect(handle.state).toBe('suspended');
  return handle;
}

describe('a condition that suspends', () => {
  afterEach(closeEngines);

  it.each([undefined, 'suspend'] as const)(
    'lets a task stand still, with its reason, until it is met again (during: %s)',
    async (during) => {
      const started = await startEngine({ concurrency: 1 });
      const door = doorOf('closed', during === undefined ? {} : { during });
      const handle = await interrupted(started, door);
      expect(eventsOf(handle).at(-1)).toMatchObject({ state: 'suspended', reason: doorIsOpen });
      expect(eventsOf(handle).at(-1)).not.toHaveProperty('by');
      expect(handle.waitingFor).toEqual({
        reason: 'condition',
        conditions: [{ name: 'door closed', problem: 'unmet', message: doorIsOpen, value: 'open' }],
      });
      expect(await started.engine.submit(pluginOf({ process: () => 'slot' })).output()).toBe(
        'slot',
      );
      door.move('closed');
      await started.rest();
      expect([handle.state, handle.waitingFor]).toEqual(['running', null]);
      expect(eventsOf(handle).at(-1)).toMatchObject({ reason: 'its conditions are met again' });
      turn(handle, 2);
      turn(handle, 3);
      expect(await handle.output()).toBe('turned');
      expect([statesOf(handle), door.listeners]).toEqual([
        ['pending', 'starting', 'running', 'suspended', 'running', 'stopping', 'completed'],
        0,
      ]);
    },
  );

  it('lets it go on only when it has been met for settleMs', async () => {
    const started = await startEngine();
    const door = doorOf('closed', { settleMs: 100 });
    const handle = started.engine.submit(turning([]), null, { requires: [door.closed] });
    await started.clock.advance(100);
    door.move('open');
    turn(handle, 1);
    await started.rest();
    door.move('closed');
    await started.clock.advance(99);
    expect([handle.state, problemsOf(handle)]).toEqual([
      'suspended',
      { 'door closed': 'settling' },
    ]);
    await started.clock.advance(1);
    expect(handle.state).toBe('running');
    await handle.cancel();
  });

  it('asks nothing of a task that had not stood still when it is met again', async () => {
    const started = await startEngine();
    const door = doorOf('closed');
    const turns: number[] = [];
    const handle = await guarded(started, door, turns);
    door.move('open');
    door.move('closed');
    for (const n of [1, 2, 3]) turn(handle, n);
    expect(await handle.output()).toBe('turned');
    expect(statesOf(handle)).not.toContain('suspended');
  });

  it('takes effect in process when it fails during setup, and never in teardown', async () => {
    const { engine, rest } = await startEngine();
    const door = doorOf('closed');
    const ready = deferred<void>();
    const end = deferred<void>();
    const plugin = pluginOf({
      setup: () => ready.promise,
      process: ({ pausePoint }) => pausePoint(),
      teardown: () => end.promise,
    });
    const handle = engine.submit(plugin, null, { requires: [door.closed] });
    await rest();
    door.move('open');
    expect(handle.state).toBe('starting');
    ready.resolve();
    await rest();
    expect(handle.state).toBe('suspended');
    door.move('closed');
    await rest();
    expect([handle.state, door.listeners]).toEqual(['stopping', 0]);
    door.move('open');
    end.resolve();
    expect(await handle.result()).toMatchObject({ taskStatus: 'completed' });
  });

  it('holds a task that waits for a slot to go on', async () => {
    const started = await startEngine({ concurrency: 1 });
    const door = doorOf('closed');
    const handle = await interrupted(started, door);
    const work = deferred<void>();
    const other = started.engine.submit(pluginOf({ process: () => work.promise }));
    await started.rest();
    door.move('closed');
    await started.rest();
    expect(handle.waitingFor).toEqual({ reason: 'concurrency', limit: 1 });
    door.move('open');
    work.resolve();
    await other.result();
    await started.rest();
    expect([handle.state, problemsOf(handle)]).toEqual(['suspended', { 'door closed': 'unmet' }]);
    door.move('closed');
    await started.rest();
    expect(handle.state).toBe('running');
    await handle.cancel();
  });

  it('answers a person who resumes with what the task waits for', async () => {
    const started = await startEngine();
    const door = doorOf('closed');
    const handle = await interrupted(started, door);
    expect(await handle.resume({ by: ada })).toEqual({
      acknowledgedBy: 'nobody',
      status: 'stopped',
      waitingFor: handle.waitingFor,
    });
    expect(problemsOf(handle)).toEqual({ 'door closed': 'unmet' });
    await handle.cancel();
  });

  it('leaves a task to the person who suspended it meanwhile', async () => {
    const started = await startEngine();
    const door = doorOf('closed');
    const handle = await interrupted(started, door);
    const suspended = await handle.suspend({ by: ada, reason: 'lunch' });
    expect(suspended).toEqual({ acknowledgedBy: 'plugin', status: 'stopped' });
    expect(handle.waitingFor).toEqual({ reason: 'hold', by: ada, note: 'lunch' });
    door.move('closed');
    await started.rest();
    expect(handle.state).toBe('suspended');
    expect(await handle.resume({ by: ada })).toMatchObject({ status: 'running' });
    expect(await started.engine.audit({ who: 'ada' })).toMatchObject([
      { type: 'log', message: 'held', reason: 'lunch' },
      { type: 'status', state: 'running' },
    ]);
    await handle.cancel();
  });

  it('takes over from a person who resumes what it would suspend', async () => {
    const started = await startEngine();
    const door = doorOf('closed');
    const handle = await guarded(started, door);
    const suspending = handle.suspend({ by: ada });
    turn(handle, 1);
    await suspending;
    door.move('open');
    await started.rest();
    expect(handle.waitingFor?.reason).toBe('hold');
    expect(await handle.resume({ by: ada })).toMatchObject({
      acknowledgedBy: 'queue',
      status: 'stopped',
      waitingFor: { reason: 'condition' },
    });
    expect(problemsOf(handle)).toEqual({ 'door closed': 'unmet' });
    door.move('closed');
    await started.rest();
    expect(handle.state).toBe('running');
    await handle.cancel();
  });

  it('lets a suspended task be cancelled', async () => {
    const started = await startEngine();
    const door = doorOf('closed');
    const handle = await interrupted(started, door);
    expect(await handle.cancel()).toMatchObject({ acknowledgedBy: 'plugin', elapsedMs: 0 });
    expect(door.listeners).toBe(0);
  });
});

describe('a condition that cancels', () => {
  afterEach(closeEngines);

  it('ends a running task with CONDITION_UNMET, its name and its value', async () => {
    const { engine, rest } = await startEngine();
    const door = doorOf('closed', { during: 'cancel' });
    let heard: unknown;
    const plugin = pluginOf(
      {
        process: (context) => {
          context.signal.addEventListener('abort', () => (heard = context.signal.reason));
          return untilAborted(context);
        },
      },
      { effect: 'unsafe' },
    );
    const handle = engine.submit(plugin, null, { requires: [door.closed] });
    await rest();
    door.move('open');
    const message = 'Condition "door closed" was not met any more while the task ran: "open".';
    expect(await handle.result()).toMatchObject({
      taskStatus: 'cancelled',
      error: { code: 'CONDITION_UNMET', message, phase: 'process' },
    });
    expect(heard).toMatchObject({ code: 'CONDITION_UNMET' });
    expect([eventsOf(handle).at(-1), door.listeners]).toMatchObject([{ reason: message }, 0]);
  });

  it('comes before one that suspends', async () => {
    const { engine, rest } = await startEngine();
    const door = doorOf('closed');
    const beam = doorOf('closed', { name: 'beam on', during: 'cancel' });
    const plugin = pluginOf({ process: untilAborted });
    const handle = engine.submit(plugin, null, { requires: [door.closed, beam.closed] });
    await rest();
    door.move('open');
    beam.move('open');
    expect(await handle.result()).toMatchObject({ error: { code: 'CONDITION_UNMET' } });
  });
});

describe('a condition that has no say in a run', () => {
  afterEach(closeEngines);

  it('is not looked at once the task runs, with during: ignore', async () => {
    const started = await startEngine();
    const door = doorOf('closed', { during: 'ignore' });
    const handle = await guarded(started, door);
    expect(door.listeners).toBe(0);
    door.move('open');
    for (const n of [1, 2, 3]) turn(handle, n);
    expect(await handle.output()).toBe('turned');
  });

  it('raises one alarm where the plugin refuses to be suspended and nothing else was said', async () => {
    const { engine, lines, rest } = await startEngine();
    const alarms: TaskEvent[] = [];
    engine.events$.subscribe((event) => event.type === 'alarm' && alarms.push(event));
    const door = doorOf('closed');
    const work = deferred<string>();
    const unsafe = pluginOf({ process: () => work.promise }, { effect: 'unsafe' });
    const handle = engine.submit(unsafe, null, { requires: [door.closed] });
    await rest();
    door.move('open');
    door.move('closed');
    door.move('open');
    expect(alarms).toMatchObject([
      { taskId: handle.id, source: 'condition:door closed' },
      { taskId: handle.id, source: 'condition:door closed' },
    ]);
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(2);
    expect(handle.state).toBe('running');
    work.resolve('done');
    expect(await handle.output()).toBe('done');
    expect(logOf(handle)).toEqual([]);
  });
});

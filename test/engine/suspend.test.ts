import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import {
  closeEngines,
  eventsOf,
  forEver,
  pluginOf,
  startEngine,
  statesOf,
} from '../support/engine-under-test.ts';
import { quick, suspended, turn, turning } from '../support/turning-task.ts';

describe('TaskHandle.suspend', () => {
  afterEach(closeEngines);

  it('lets a running task stand still at its next pause point', async () => {
    const { engine, rest } = await startEngine();
    const turns: number[] = [];
    const handle = engine.submit(turning(turns));
    await rest();
    const answer = handle.suspend();
    await rest();
    expect([handle.state, handle.status]).toEqual(['running', 'running']);
    turn(handle, 1);
    expect(await answer).toEqual({ acknowledgedBy: 'plugin', status: 'stopped' });
    expect([handle.state, handle.runState]).toEqual(['suspended', 1]);
    turn(handle, 2);
    turn(handle, 3);
    await rest();
    expect(turns).toEqual([1]);
    expect(await handle.resume()).toEqual({ acknowledgedBy: 'plugin', status: 'running' });
    expect(await handle.output()).toBe('turned');
    expect(turns).toEqual([1, 2, 3]);
    expect(statesOf(handle)).toEqual([
      'pending',
      'starting',
      'running',
      'suspended',
      'running',
      'stopping',
      'completed',
    ]);
  });

  it('takes effect in a loop that does nothing but reach its pause points', async () => {
    const { engine, rest } = await startEngine();
    const plugin = pluginOf({
      process: async ({ pausePoint }) => {
        for (;;) await pausePoint();
      },
    });
    const handle = engine.submit(plugin);
    await rest();
    expect(await handle.suspend()).toMatchObject({ status: 'stopped' });
    expect(await handle.cancel()).toMatchObject({ acknowledgedBy: 'plugin', elapsedMs: 0 });
  });

  it('takes effect at a checkpoint, whose value is committed', async () => {
    const { engine, rest } = await startEngine();
    const go = deferred<void>();
    const plugin = pluginOf({
      process: async ({ checkpoint }) => {
        await go.promise;
        await checkpoint({ frame: 1 });
        return forEver();
      },
    });
    const handle = engine.submit(plugin);
    await rest();
    const answer = handle.suspend();
    go.resolve();
    expect(await answer).toEqual({ acknowledgedBy: 'plugin', status: 'stopped' });
    expect(eventsOf(handle)).toContainEqual(expect.objectContaining({ value: { frame: 1 } }));
  });

  it.each(['before', 'during'] as const)('takes effect at a waitFor, asked %s it', async (when) => {
    const { engine, rest } = await startEngine();
    const work = deferred<void>();
    const go = deferred<void>();
    const other = engine.submit(pluginOf({ process: () => work.promise }, { name: 'test.other' }));
    const plugin = pluginOf({
      process: async ({ waitFor }) => {
        await go.promise;
        return (await waitFor(other.id)).taskStatus;
      },
    });
    const handle = engine.submit(plugin);
    await rest();
    if (when === 'during') go.resolve();
    await rest();
    const answer = handle.suspend();
    go.resolve();
    work.resolve();
    expect(await answer).toEqual({ acknowledgedBy: 'plugin', status: 'stopped' });
    await rest();
    expect(handle.state).toBe('suspended');
    await handle.resume();
    expect(await handle.output()).toBe('completed');
  });

  it('asked during setup takes effect in process', async () => {
    const { engine, rest } = await startEngine();
    const ready = deferred<void>();
    const plugin = pluginOf({
      setup: () => ready.promise,
      process: async ({ pausePoint }) => {
        await pausePoint();
        return 'went on';
      },
    });
    const handle = engine.submit(plugin);
    await rest();
    const answer = handle.suspend();
    ready.resolve();
    expect(await answer).toEqual({ acknowledgedBy: 'plugin', status: 'stopped' });
    await handle.resume();
    expect(await handle.output()).toBe('went on');
  });

  it('gives the slot back and keeps the resources', async () => {
    const started = await startEngine({ concurrency: 1 });
    const { engine } = started;
    const handle = await suspended(started);
    expect(await engine.submit(quick).output()).toBe('quick');
    const needsMotor = engine.submit(quick, null, { resources: 'motor' });
    await started.rest();
    expect(needsMotor.waitingFor).toMatchObject({ reason: 'resource' });
    expect(engine.resources.list()).toMatchObject([
      { name: 'motor', inUse: 1, heldBy: [{ taskId: handle.id, why: 'the task is suspended' }] },
    ]);
  });

  it('says who asked and why, in the event and in what it waits for', async () => {
    const handle = await suspended(await startEngine());
    const by = { who: 'ada' };
    expect(eventsOf(handle).at(-1)).toMatchObject({ state: 'suspended', by, reason: 'beam dump' });
    expect(handle.waitingFor).toEqual({ reason: 'hold', by, note: 'beam dump' });
  });

  it('stops all clocks of the task', async () => {
    const started = await startEngine();
    const limits = { timeoutMs: 100, heartbeatTimeoutMs: 100, deadlineMs: 100 };
    const handle = await suspended(started, limits);
    await started.clock.advance(60_000);
    expect(handle.state).toBe('suspended');
    await handle.resume();
    await started.clock.advance(99);
    expect(handle.state).toBe('running');
    await started.clock.advance(1);
    expect((await handle.result()).taskStatus).toBe('timedout');
  });

  it('holds a pending task', async () => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(quick);
    expect(await handle.suspend({ reason: 'not yet' })).toEqual({
      acknowledgedBy: 'queue',
      status: 'pending',
    });
    await rest();
    expect(handle.waitingFor).toEqual({ reason: 'hold', note: 'not yet' });
    expect(await handle.resume()).toMatchObject({ acknowledgedBy: 'queue' });
    expect(await handle.output()).toBe('quick');
  });

  it.each([
    ['by its effect', { effect: 'unsafe' }],
    ['by its own word', { suspend: 'refuse' }],
  ] as const)('is refused by a plugin that cannot stand still, %s', async (_, traits) => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(pluginOf({ process: forEver }, traits));
    await rest();
    await expect(handle.suspend()).rejects.toMatchObject({ code: 'SUSPEND_REFUSED' });
    expect(handle.state).toBe('running');
  });

  it('is answered by nobody when the task ends before a pause point', async () => {
    const { engine, rest } = await startEngine();
    const work = deferred<void>();
    const handle = engine.submit(pluginOf({ process: () => work.promise }));
    await rest();
    const answer = handle.suspend();
    work.resolve();
    expect((await answer).acknowledgedBy).toBe('nobody');
    expect((await handle.result()).taskStatus).toBe('completed');
    expect(await handle.suspend()).toEqual({ acknowledgedBy: 'nobody', status: 'completed' });
    expect(await handle.resume()).toEqual({ acknowledgedBy: 'nobody', status: 'completed' });
  });

  it('is answered by nobody, at once, while the task is being stopped, and lets it stop', async () => {
    const { engine, rest } = await startEngine();
    const saved = deferred<void>();
    const plugin = pluginOf({
      process: async ({ signal, checkpoint }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await saved.promise;
        return checkpoint('where it was');
      },
    });
    const handle = engine.submit(plugin);
    await rest();
    const cancelled = handle.cancel();
    expect(await handle.suspend()).toEqual({ acknowledgedBy: 'nobody', status: 'running' });
    saved.resolve();
    expect(await cancelled).toMatchObject({ acknowledgedBy: 'plugin', elapsedMs: 0 });
  });

  it('asked twice is answered twice', async () => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(turning([]));
    await rest();
    const answers = [handle.suspend(), handle.suspend()];
    turn(handle, 1);
    const all = await Promise.all([...answers, handle.suspend()]);
    expect(new Set(all.map(({ acknowledgedBy }) => acknowledgedBy))).toEqual(new Set(['plugin']));
  });
});

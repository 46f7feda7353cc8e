import { afterEach, describe, expect, it } from 'vitest';
import type { SuspendAnswer } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { closeEngines, pluginOf, startEngine, statesOf } from '../support/engine-under-test.ts';
import { quick, suspended, turn, turning } from '../support/turning-task.ts';

describe('TaskHandle.resume', () => {
  afterEach(closeEngines);

  it('withdraws a suspend that has not taken effect', async () => {
    const { engine, rest } = await startEngine();
    const turns: number[] = [];
    const handle = engine.submit(turning(turns));
    await rest();
    const answer = handle.suspend();
    await handle.resume();
    expect((await answer).acknowledgedBy).toBe('nobody');
    for (const n of [1, 2, 3]) turn(handle, n);
    expect(await handle.output()).toBe('turned');
    expect(statesOf(handle)).not.toContain('suspended');
  });

  it('waits for a free slot', async () => {
    const started = await startEngine({ concurrency: 1 });
    const handle = await suspended(started);
    const work = deferred<void>();
    const plugin = pluginOf({ process: () => work.promise }, { name: 'test.busy' });
    const busy = started.engine.submit(plugin);
    await started.rest();
    let answer: SuspendAnswer | null = null;
    void handle.resume().then((given) => {
      answer = given;
    });
    await started.rest();
    expect([handle.state, answer]).toEqual(['suspended', null]);
    expect(handle.waitingFor).toEqual({ reason: 'concurrency', limit: 1 });
    work.resolve();
    await busy.result();
    await started.rest();
    expect(answer).toEqual({ acknowledgedBy: 'plugin', status: 'running' });
  });

  it('takes one slot however often it is asked', async () => {
    const started = await startEngine({ concurrency: 1 });
    const handle = await suspended(started);
    await Promise.all([handle.resume(), handle.resume(), handle.resume()]);
    await handle.cancel();
    expect(await started.engine.submit(quick).output()).toBe('quick');
    expect(await started.engine.submit(quick).output()).toBe('quick');
  });

  it('is withdrawn by another suspend, and takes no slot then', async () => {
    const started = await startEngine({ concurrency: 1 });
    const handle = await suspended(started);
    const work = deferred<void>();
    started.engine.submit(pluginOf({ process: () => work.promise }, { name: 'test.busy' }));
    await started.rest();
    const resumed = handle.resume();
    expect(await handle.suspend()).toEqual({ acknowledgedBy: 'plugin', status: 'stopped' });
    expect((await resumed).acknowledgedBy).toBe('nobody');
    work.resolve();
    await started.rest();
    expect(handle.state).toBe('suspended');
    expect(await started.engine.submit(quick).output()).toBe('quick');
    await handle.resume();
    expect(handle.state).toBe('running');
  });

  it('of a task cancelled meanwhile is answered by nobody, and takes no slot', async () => {
    const started = await startEngine({ concurrency: 1 });
    const handle = await suspended(started);
    const work = deferred<void>();
    started.engine.submit(pluginOf({ process: () => work.promise }, { name: 'test.busy' }));
    await started.rest();
    const resumed = handle.resume();
    expect(await handle.cancel()).toMatchObject({ acknowledgedBy: 'plugin', elapsedMs: 0 });
    expect((await resumed).acknowledgedBy).toBe('nobody');
    work.resolve();
    expect(await started.engine.submit(quick).output()).toBe('quick');
  });

  it('of a pending task that was held again and again makes it run once', async () => {
    const { engine, rest } = await startEngine({ concurrency: 2 });
    const gates = [deferred<void>(), deferred<void>(), deferred<void>(), deferred<void>()];
    const plugin = pluginOf(
      { process: ({ input }) => gates[input as number]?.promise },
      { name: 'test.gated' },
    );
    const first = [engine.submit(plugin, 0), engine.submit(plugin, 1)];
    await rest();
    const held = engine.submit(quick);
    for (let times = 0; times < 5; times += 1) {
      await held.suspend();
      await held.resume();
    }
    for (const gate of gates.slice(0, 2)) gate.resolve();
    await Promise.all([...first, held].map((handle) => handle.result()));
    const last = [engine.submit(plugin, 2), engine.submit(plugin, 3)];
    await rest();
    expect(last.map(({ state }) => state)).toEqual(['running', 'running']);
    expect(held.attempt).toBe(1);
    for (const gate of gates) gate.resolve();
  });

  it('of a task that is not suspended is answered by nobody', async () => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(turning([]));
    await rest();
    expect(await handle.resume()).toEqual({ acknowledgedBy: 'nobody', status: 'running' });
  });

  it('lets it be suspended again, and again', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const turns: number[] = [];
    const handle = engine.submit(turning(turns));
    await rest();
    for (const n of [1, 2]) {
      const answer = handle.suspend();
      turn(handle, n);
      expect((await answer).status).toBe('stopped');
      expect((await handle.resume()).status).toBe('running');
    }
    turn(handle, 3);
    expect(await handle.output()).toBe('turned');
  });
});

describe('a suspended task', () => {
  afterEach(closeEngines);

  it('ends by a cancel, at once', async () => {
    const started = await startEngine();
    const handle = await suspended(started);
    expect(await handle.cancel()).toEqual({
      acknowledgedBy: 'plugin',
      elapsedMs: 0,
      status: 'cancelled',
    });
    expect(await handle.result()).toMatchObject({ teardown: 'done' });
    expect(started.engine.resources.list()).toEqual([]);
  });

  it('takes one slot when it is resumed at the moment at which one of its branches goes on', async () => {
    const { engine, rest } = await startEngine({ concurrency: 2 });
    const work = deferred<void>();
    const slow = pluginOf({ process: () => work.promise }, { name: 'test.slow' });
    const other = engine.submit(slow);
    const plugin = pluginOf({
      process: async ({ waitFor, messages, pausePoint }) => {
        const waits = waitFor(other.id);
        for await (const message of messages) {
          void message;
          break;
        }
        await pausePoint();
        return (await waits).taskStatus;
      },
    });
    const handle = engine.submit(plugin);
    await rest();
    const answer = handle.suspend();
    handle.send({ type: 'go' });
    await answer;
    const resumed = other.result().then(() => handle.resume());
    work.resolve();
    await resumed;
    expect(await handle.output()).toBe('completed');
    const blocked = [deferred<void>(), deferred<void>()];
    const blocks = pluginOf(
      { process: ({ input }) => blocked[input as number]?.promise },
      { name: 'test.blocks' },
    );
    const running = [engine.submit(blocks, 0), engine.submit(blocks, 1)];
    await rest();
    expect(running.map(({ state }) => state)).toEqual(['running', 'running']);
    for (const { resolve } of blocked) resolve();
  });

  it('stands still in all its branches, and holds no slot while one of them waits', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const work = deferred<void>();
    const other = engine.submit(
      pluginOf({ process: () => work.promise }, { name: 'test.other' }),
      null,
      { priority: -1 },
    );
    const reached: string[] = [];
    const plugin = pluginOf({
      process: async ({ waitFor, messages, pausePoint }) => {
        const waits = waitFor(other.id).then(() => reached.push('waited'));
        for await (const message of messages) {
          void message;
          break;
        }
        await pausePoint();
        reached.push('paused');
        await waits;
        return reached;
      },
    });
    const handle = engine.submit(plugin);
    await rest();
    const answer = handle.suspend();
    handle.send({ type: 'go' });
    await answer;
    work.resolve();
    await other.result();
    await rest();
    expect([handle.state, reached]).toEqual(['suspended', []]);
    expect(await engine.submit(quick).output()).toBe('quick');
    await handle.resume();
    expect(await handle.output()).toHaveLength(2);
    expect(await engine.submit(quick).output()).toBe('quick');
  });
});

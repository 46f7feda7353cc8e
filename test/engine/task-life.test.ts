import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import type { TaskHandle, TaskStatus } from '../../src/index.ts';
import {
  closeEngines,
  eventsOf,
  pluginOf,
  startEngine,
  statesOf,
  untilAborted,
} from '../support/engine-under-test.ts';
import type { TestCode } from '../support/engine-under-test.ts';

const fail = (message: string): never => {
  throw new Error(message);
};

describe('the life of a task', () => {
  afterEach(closeEngines);

  it('goes from pending over setup, process and teardown to completed', async () => {
    const { engine } = await startEngine();
    const calls: string[] = [];
    const plugin = pluginOf({
      setup: () => calls.push('setup'),
      process: ({ state }) => calls.push(`process with ${String(state)}`),
      teardown: ({ state }) => calls.push(`teardown with ${String(state)}`),
    });
    const handle = engine.submit(plugin);
    expect(handle).toMatchObject({ state: 'pending', status: 'pending', attempt: 0 });
    const result = await handle.result();
    expect(calls).toEqual(['setup', 'process with 1', 'teardown with 1']);
    expect(statesOf(handle)).toEqual(['pending', 'starting', 'running', 'stopping', 'completed']);
    expect(result).toMatchObject({
      taskStatus: 'completed',
      payload: 2,
      error: null,
      teardown: 'done',
      attempts: 1,
    });
  });

  it('reaches all seven statuses', async () => {
    const { engine, clock } = await startEngine();
    const seen = new Set<TaskStatus>();
    const note = (handle: TaskHandle): void => {
      handle.events$.subscribe((event) => {
        if (event.type === 'status') seen.add(event.status);
      });
    };
    const standing = pluginOf(
      {
        process: async ({ pausePoint }) => {
          for (;;) await pausePoint();
        },
      },
      { name: 'test.stands' },
    );
    note(engine.submit(pluginOf({}, { name: 'test.completes' })));
    note(engine.submit(pluginOf({ process: () => fail('no') }, { name: 'test.fails' })));
    note(engine.submit(pluginOf({ process: untilAborted }), null, { timeoutMs: 10 }));
    const turns = deferred<void>();
    const stands = engine.submit(standing);
    note(stands);
    stands.events$.subscribe((event) => {
      if (event.type === 'status' && event.state === 'running') turns.resolve();
    });
    await turns.promise;
    expect(await stands.suspend()).toEqual({ acknowledgedBy: 'plugin', status: 'stopped' });
    await clock.advance(10);
    await stands.cancel();
    expect([...seen].toSorted()).toEqual([
      'cancelled',
      'completed',
      'failed',
      'pending',
      'running',
      'stopped',
      'timedout',
    ]);
  });

  it('settles only when its teardown is done', async () => {
    const { engine, rest } = await startEngine();
    const cleaned = deferred<void>();
    const handle = engine.submit(pluginOf({ teardown: () => cleaned.promise }));
    let isSettled = false;
    void handle.result().then(() => {
      isSettled = true;
    });
    await rest();
    expect([handle.state, isSettled]).toEqual(['stopping', false]);
    cleaned.resolve();
    await handle.result();
    expect(isSettled).toBe(true);
  });

  it('gives its result when asked at once after submit, 2,000 times in a row', async () => {
    const { engine } = await startEngine();
    const plugin = pluginOf({ process: ({ input }) => input });
    for (let n = 0; n < 2_000; n += 1) {
      const { payload } = await engine.submit(plugin, n).result();
      expect(payload).toBe(n);
    }
  });

  it('gives the same result to many, at any moment, and long after the end', async () => {
    const { engine, clock, rest } = await startEngine();
    const work = deferred<string>();
    const handle = engine.submit(pluginOf({ process: () => work.promise }));
    const early = Array.from({ length: 50 }, () => handle.result());
    await rest();
    const midway = Array.from({ length: 50 }, () => handle.result());
    work.resolve('done');
    const results = await Promise.all([...early, ...midway]);
    await clock.advance(1_000_000);
    expect(new Set([...results, await handle.result()]).size).toBe(1);
  });

  it('does not reject its result for failed work', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(pluginOf({ process: () => fail('no beam') }));
    expect(await handle.result()).toMatchObject({
      taskStatus: 'failed',
      error: { code: 'PLUGIN_FAILED', message: 'no beam', phase: 'process', attempt: 1 },
    });
  });

  it('rejects its output with the error’s code and message, and what was thrown as the cause', async () => {
    const { engine } = await startEngine();
    const thrown = Object.assign(new Error('stuck'), { code: 'MOTOR_STUCK' });
    const plugin = pluginOf({ process: () => Promise.reject(thrown) });
    const handle = engine.submit(plugin);
    const error = await handle.output().catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      name: 'RunstateError',
      code: 'MOTOR_STUCK',
      message: 'stuck',
      taskId: handle.id,
    });
    expect((error as Error).cause).toBe(thrown);
  });

  it('gives as the cause what failed first, and nothing that failed after it', async () => {
    const { engine, clock } = await startEngine();
    const teardown = (): never => fail('no teardown');
    const nothing = pluginOf({ process: () => Promise.reject(undefined), teardown });
    const late = pluginOf({ process: untilAborted, teardown }, { name: 'test.late' });
    const first = engine.submit(nothing);
    await expect(first.output()).rejects.toMatchObject({
      message: 'thrown value: undefined',
      cause: { phase: 'process' },
    });
    const second = engine.submit(late, null, { timeoutMs: 10 });
    const output = second.output();
    output.catch(() => {});
    await clock.advance(10);
    await expect(output).rejects.toMatchObject({
      code: 'ATTEMPT_TIMEOUT',
      cause: { code: 'ATTEMPT_TIMEOUT' },
    });
  });

  describe.each([
    ['a failed setup', { setup: () => fail('no setup') }],
    ['a failed process', { process: () => fail('no process') }],
    ['a failed process that had begun', { process: () => Promise.reject(new Error('late')) }],
  ] satisfies [string, TestCode][])('after %s', (_, code) => {
    it('runs teardown', async () => {
      const { engine } = await startEngine();
      let torn = 0;
      const plugin = pluginOf({ ...code, teardown: () => (torn += 1) });
      expect(await engine.submit(plugin).result()).toMatchObject({
        taskStatus: 'failed',
        teardown: 'done',
      });
      expect(torn).toBe(1);
    });
  });

  it('runs teardown once after a cancel and after a timeout', async () => {
    const { engine, clock, rest } = await startEngine();
    let torn = 0;
    const plugin = pluginOf({ process: untilAborted, teardown: () => (torn += 1) });
    const cancelled = engine.submit(plugin);
    const late = engine.submit(plugin, null, { timeoutMs: 10 });
    await rest();
    await cancelled.cancel();
    await clock.advance(10);
    expect([(await cancelled.result()).teardown, (await late.result()).teardown]).toEqual([
      'done',
      'done',
    ]);
    expect(torn).toBe(2);
  });

  it('lets teardown store a last checkpoint after a cancel, and wait for other tasks', async () => {
    const { engine, rest } = await startEngine();
    const other = engine.submit(pluginOf({}, { name: 'test.other' }));
    const seen: unknown[] = [];
    const plugin = pluginOf({
      process: untilAborted,
      teardown: async ({ checkpoint, waitFor, pausePoint }) => {
        await checkpoint({ at: 'the end' });
        await pausePoint();
        seen.push((await waitFor(other.id)).taskStatus);
      },
    });
    const handle = engine.submit(plugin);
    await rest();
    await handle.cancel();
    expect(await handle.result()).toMatchObject({ teardown: 'done', error: { code: 'CANCELLED' } });
    expect(seen).toEqual(['completed']);
  });

  const partial: TestCode['process'] = async (context) => {
    context.summary('two of five frames');
    context.payload({ frames: [1, 2] });
    await context.checkpoint({ frame: 2 });
    if (context.input === 'fail') fail('no third frame');
    return untilAborted(context);
  };

  it('keeps what it had produced when it fails', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(pluginOf({ process: partial }), 'fail');
    expect(await handle.result()).toMatchObject({
      taskStatus: 'failed',
      summary: 'two of five frames',
      payload: { frames: [1, 2] },
    });
    expect(eventsOf(handle)).toContainEqual(
      expect.objectContaining({ type: 'checkpoint', value: { frame: 2 } }),
    );
  });

  it('keeps what it had produced when it is cancelled or times out', async () => {
    const { engine, clock, rest } = await startEngine();
    const plugin = pluginOf({ process: partial });
    const cancelled = engine.submit(plugin);
    const late = engine.submit(plugin, null, { timeoutMs: 10 });
    await rest();
    await cancelled.cancel();
    await clock.advance(10);
    const kept = { summary: 'two of five frames', payload: { frames: [1, 2] } };
    expect(await cancelled.result()).toMatchObject({ taskStatus: 'cancelled', ...kept });
    expect(await late.result()).toMatchObject({ taskStatus: 'timedout', ...kept });
  });

  it('keeps the output of a process that ended well when its teardown fails', async () => {
    const { engine } = await startEngine();
    const plugin = pluginOf({ process: () => 7, teardown: () => fail('no teardown') });
    const handle = engine.submit(plugin);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'failed',
      payload: 7,
      teardown: 'failed',
      error: { phase: 'teardown' },
    });
    await expect(handle.output()).rejects.toThrow('no teardown');
  });

  it('takes the payload and summary of the attempt that completed, not of one before it', async () => {
    const { engine, clock } = await startEngine();
    const plugin = pluginOf({
      process: ({ attempt, payload, summary }) => {
        if (attempt === 2) return 'whole';
        payload('part');
        summary('broken off');
        return fail('not yet');
      },
    });
    const handle = engine.submit(plugin, null, { retries: 1 });
    await clock.advance(2_000);
    expect(await handle.result()).toMatchObject({ payload: 'whole', summary: '' });
  });

  it('says null for a payload that was never made', async () => {
    const { engine } = await startEngine();
    const nothing = engine.submit(pluginOf({ process: () => undefined }));
    const failed = engine.submit(pluginOf({ process: () => fail('no') }, { name: 'test.fails' }));
    expect((await nothing.result()).payload).toBeNull();
    expect((await failed.result()).payload).toBeNull();
  });
});

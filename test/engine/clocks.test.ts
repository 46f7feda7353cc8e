import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import {
  closeEngines,
  eventsOf,
  forEver,
  pluginOf,
  startEngine,
  statesOf,
  untilAborted,
} from '../support/engine-under-test.ts';

const fail = (): never => {
  throw new Error('no beam');
};

describe('timeoutMs', () => {
  afterEach(closeEngines);

  it.each(['setup', 'process'] as const)('ends an attempt whose %s takes longer', async (phase) => {
    const { engine, clock } = await startEngine();
    const reasons: unknown[] = [];
    const handle = engine.submit(
      pluginOf({ [phase]: untilAborted, teardown: ({ signal }) => reasons.push(signal.reason) }),
      null,
      { timeoutMs: 100 },
    );
    await clock.advance(99);
    expect(handle.status).toBe('running');
    await clock.advance(1);
    const { taskStatus, error, teardown, times } = await handle.result();
    expect({ taskStatus, teardown }).toEqual({ taskStatus: 'timedout', teardown: 'done' });
    expect(error).toMatchObject({
      code: 'ATTEMPT_TIMEOUT',
      message: 'The attempt took longer than timeoutMs (100 ms).',
      phase,
      attempt: 1,
    });
    expect(times.endedAt - (times.startedAt ?? 0)).toBe(100);
    expect(reasons).toEqual([expect.objectContaining({ name: 'TimeoutError' })]);
  });

  it('counts setup and process together, and not teardown', async () => {
    const { engine, clock } = await startEngine();
    const lasts = (ms: number) => (): Promise<void> =>
      new Promise((resolve) => clock.setTimeout(resolve, ms));
    const slow = { setup: lasts(60), process: lasts(30), teardown: lasts(5_000) };
    const handle = engine.submit(pluginOf(slow), null, { timeoutMs: 100 });
    await clock.advance(5_090);
    expect((await handle.result()).taskStatus).toBe('completed');
  });

  it('does not count the wait for a slot, or for the next attempt', async () => {
    const { engine, clock } = await startEngine({ concurrency: 1 });
    const work = deferred<void>();
    engine.submit(pluginOf({ process: () => work.promise }, { name: 'test.first' }));
    const plugin = pluginOf({ process: ({ attempt }) => (attempt === 1 ? fail() : 1) });
    const handle = engine.submit(plugin, null, { timeoutMs: 10, retries: 1 });
    await clock.advance(1_000);
    work.resolve();
    await clock.advance(2_000);
    expect(await handle.result()).toMatchObject({ taskStatus: 'completed', attempts: 2 });
  });

  it('is retried like a failure, with the whole time again', async () => {
    const { engine, clock } = await startEngine();
    const plugin = pluginOf({
      process: (context) => (context.attempt === 3 ? 'third time' : untilAborted(context)),
    });
    const options = { timeoutMs: 100, retries: { max: 2, baseMs: 10, jitter: 0 } };
    const handle = engine.submit(plugin, null, options);
    await clock.advance(1_000);
    expect(await handle.result()).toMatchObject({ payload: 'third time', attempts: 3 });
    const outcomes = eventsOf(handle).flatMap((e) => (e.type === 'attempt' ? [e.outcome] : []));
    expect(outcomes).toEqual(['started', 'failed', 'started', 'failed', 'started', 'succeeded']);
  });

  it('makes the last status timedout, and failed when the last attempt failed otherwise', async () => {
    const { engine, clock } = await startEngine();
    const options = { timeoutMs: 100, retries: { max: 1, baseMs: 10, jitter: 0 } };
    const late = engine.submit(pluginOf({ process: untilAborted }), null, options);
    const mixed = pluginOf(
      { process: (context) => (context.attempt === 2 ? fail() : untilAborted(context)) },
      { name: 'test.mixed' },
    );
    const failed = engine.submit(mixed, null, options);
    await clock.advance(1_000);
    expect(await late.result()).toMatchObject({ taskStatus: 'timedout', attempts: 2 });
    expect(await failed.result()).toMatchObject({
      taskStatus: 'failed',
      error: { message: 'no beam', attempt: 2 },
    });
  });

  it('is the submission’s before the plugin’s, and the plugin’s before the engine’s', async () => {
    const { engine, clock } = await startEngine({ timeoutMs: 30, graceMs: 1 });
    const own = pluginOf({ process: untilAborted }, { name: 'test.own', timeoutMs: 20 });
    const byEngine = engine.submit(pluginOf({ process: untilAborted }));
    const byPlugin = engine.submit(own);
    const bySubmission = engine.submit(own, null, { timeoutMs: 10 });
    await clock.advance(100);
    const took = async (handle: typeof own extends never ? never : typeof byEngine) => {
      const { times } = await handle.result();
      return times.endedAt - (times.startedAt ?? 0);
    };
    expect([await took(bySubmission), await took(byPlugin), await took(byEngine)]).toEqual([
      10, 20, 30,
    ]);
  });

  it('is CANCELLED’s error when a cancel came first', async () => {
    const { engine, clock, rest } = await startEngine();
    const handle = engine.submit(pluginOf({ process: forEver }), null, { timeoutMs: 100 });
    await rest();
    void handle.cancel({ graceMs: 500 });
    await clock.advance(500);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'cancelled',
      error: { code: 'CANCELLED' },
    });
  });
});

describe('queueTimeoutMs', () => {
  afterEach(closeEngines);

  it('ends a ready task that does not start in time', async () => {
    const { engine, clock } = await startEngine({ concurrency: 1 });
    engine.submit(pluginOf({ process: untilAborted }));
    const plugin = pluginOf({}, { name: 'test.waits' });
    const handle = engine.submit(plugin, null, { queueTimeoutMs: 50 });
    await clock.advance(50);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      error: { code: 'QUEUE_TIMEOUT', phase: 'pending', attempt: 0 },
      attempts: 0,
      times: { startedAt: null },
    });
  });

  it('begins when the task is ready, not when it is submitted', async () => {
    const { engine, clock } = await startEngine();
    const plugin = pluginOf({ process: () => 1 });
    const work = deferred<void>();
    const first = engine.submit(pluginOf({ process: () => work.promise }, { name: 'test.first' }));
    const options = { queueTimeoutMs: 50 };
    const held = engine.submit(plugin, null, { ...options, hold: true });
    const delayed = engine.submit(plugin, null, { ...options, delayMs: 900 });
    const after = engine.submit(plugin, null, { ...options, after: [first] });
    await clock.advance(1_000);
    void held.resume();
    work.resolve();
    for (const handle of [held, delayed, after]) {
      expect((await handle.result()).taskStatus).toBe('completed');
    }
  });

  it('stands still while the task is held, and begins again for a retry', async () => {
    const { engine, clock, rest } = await startEngine({ concurrency: 1 });
    const work = deferred<void>();
    engine.submit(pluginOf({ process: () => work.promise }, { name: 'test.first' }));
    const plugin = pluginOf({ process: ({ attempt }) => (attempt === 1 ? fail() : 1) });
    const retries = { max: 1, baseMs: 200, jitter: 0 };
    const handle = engine.submit(plugin, null, { queueTimeoutMs: 50, retries });
    await clock.advance(40);
    void handle.suspend();
    await clock.advance(40);
    void handle.resume();
    await clock.advance(40);
    work.resolve();
    await rest();
    await clock.advance(300);
    expect(await handle.result()).toMatchObject({ taskStatus: 'completed', attempts: 2 });
  });
});

describe('heartbeatTimeoutMs', () => {
  afterEach(closeEngines);

  it.each(['progress', 'log', 'checkpoint'] as const)('is put off by %s', async (sign) => {
    const { engine, clock } = await startEngine();
    const plugin = pluginOf({
      process: async (context) => {
        for (let n = 0; n < 5; n += 1) {
          await new Promise<void>((resolve) => clock.setTimeout(resolve, 40));
          if (sign === 'progress') context.progress(n);
          if (sign === 'log') context.log.debug('alive');
          if (sign === 'checkpoint') await context.checkpoint(n);
        }
        return untilAborted(context);
      },
    });
    const handle = engine.submit(plugin, null, { heartbeatTimeoutMs: 50 });
    await clock.advance(249);
    expect(handle.status).toBe('running');
    await clock.advance(1);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      error: { code: 'HEARTBEAT_TIMEOUT', phase: 'process' },
    });
  });

  it('does not run during teardown', async () => {
    const { engine, clock } = await startEngine();
    const cleaned = deferred<void>();
    const plugin = pluginOf({ teardown: () => cleaned.promise });
    const handle = engine.submit(plugin, null, { heartbeatTimeoutMs: 50 });
    await clock.advance(500);
    cleaned.resolve();
    expect((await handle.result()).taskStatus).toBe('completed');
  });
});

describe('teardownTimeoutMs', () => {
  afterEach(closeEngines);

  it('is ten seconds unless told otherwise, and its end is a failure of teardown', async () => {
    const { engine, clock } = await startEngine();
    const handle = engine.submit(pluginOf({ process: () => 1, teardown: forEver }));
    await clock.advance(9_999);
    expect(handle.state).toBe('stopping');
    await clock.advance(1);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'failed',
      payload: 1,
      teardown: 'failed',
      error: { code: 'TEARDOWN_TIMEOUT', phase: 'teardown' },
    });
    expect(statesOf(handle).at(-1)).toBe('failed');
  });

  it('leaves the status of a cancelled or late task as it is', async () => {
    const { engine, clock, rest } = await startEngine({ teardownTimeoutMs: 100 });
    const plugin = pluginOf({ process: untilAborted, teardown: forEver });
    const cancelled = engine.submit(plugin);
    const late = engine.submit(plugin, null, { timeoutMs: 1 });
    await rest();
    const answer = cancelled.cancel();
    await clock.advance(200);
    expect(await answer).toEqual({
      acknowledgedBy: 'nobody',
      elapsedMs: 100,
      status: 'cancelled',
    });
    expect(await late.result()).toMatchObject({
      taskStatus: 'timedout',
      error: { code: 'ATTEMPT_TIMEOUT' },
      teardown: 'failed',
    });
  });
});

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
import type { TestCode } from '../support/engine-under-test.ts';

/** Code that ignores its signal and holds a motor; what it is given ends it at last. */
async function stubborn(
  ignoring: Promise<unknown>,
  more: TestCode = {},
  phase: 'setup' | 'process' = 'process',
) {
  const started = await startEngine();
  const plugin = pluginOf(
    { [phase]: () => ignoring, ...more },
    { name: 'test.stubborn', resources: ['motor', 'camera'] },
  );
  const handle = started.engine.submit(plugin, null, { graceMs: 100, retries: 3 });
  await started.rest();
  return { ...started, handle };
}

const needsMotor = pluginOf({}, { name: 'test.motor', resources: 'motor' });

describe('code that ignores its signal', () => {
  afterEach(closeEngines);

  it('is abandoned when the grace of a cancel is over, and nobody acknowledges', async () => {
    const { handle, clock } = await stubborn(forEver());
    const answer = handle.cancel();
    await clock.advance(99);
    expect(handle.status).toBe('running');
    await clock.advance(1);
    expect(await answer).toEqual({
      acknowledgedBy: 'nobody',
      elapsedMs: 100,
      status: 'cancelled',
    });
    expect(await handle.result()).toMatchObject({
      taskStatus: 'cancelled',
      teardown: 'deferred',
      attempts: 1,
      error: { code: 'CANCELLED' },
    });
    const outcomes = eventsOf(handle).flatMap((e) => (e.type === 'attempt' ? [e.outcome] : []));
    expect(outcomes).toEqual(['started', 'abandoned']);
    expect(statesOf(handle)).toEqual(['pending', 'starting', 'running', 'cancelled']);
  });

  it('is abandoned after a timeout, and not retried', async () => {
    const { engine, clock } = await startEngine();
    const plugin = pluginOf({ process: forEver });
    const options = { timeoutMs: 50, graceMs: 100, retries: 3 };
    const handle = engine.submit(plugin, null, options);
    await clock.advance(150);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      teardown: 'deferred',
      attempts: 1,
    });
    expect(clock.pending).toBe(0);
  });

  it.each(['setup', 'process'] as const)(
    'in %s keeps its resources and is listed, until it ends and is torn down',
    async (phase) => {
      const ignoring = deferred<void>();
      const calls: string[] = [];
      const { engine, clock, handle, rest } = await stubborn(
        ignoring.promise,
        { teardown: ({ id }) => calls.push(`teardown of ${id}`) },
        phase,
      );
      void handle.cancel();
      await clock.advance(100);
      const waiting = engine.submit(needsMotor);
      await rest();
      expect(waiting.waitingFor).toMatchObject({
        reason: 'resource',
        resources: [{ name: 'motor', heldBy: [handle.id] }],
      });
      expect(engine.tasks.abandoned()).toEqual([
        {
          taskId: handle.id,
          plugin: 'test.stubborn',
          attempt: 1,
          since: clock.now(),
          resources: ['camera', 'motor'],
        },
      ]);
      expect(engine.resources.list()).toMatchObject([
        { name: 'camera', heldBy: [{ why: 'its abandoned code still runs' }] },
        { name: 'motor', heldBy: [{ taskId: handle.id, why: 'its abandoned code still runs' }] },
      ]);
      expect(calls).toEqual([]);
      ignoring.resolve();
      expect((await waiting.result()).taskStatus).toBe('completed');
      expect(calls).toEqual([`teardown of ${handle.id}`]);
      expect(engine.tasks.abandoned()).toEqual([]);
      expect(engine.resources.list()).toEqual([]);
    },
  );

  it('keeps its resources while the teardown that follows runs', async () => {
    const ignoring = deferred<void>();
    const cleaned = deferred<void>();
    const { engine, clock, handle, rest } = await stubborn(ignoring.promise, {
      teardown: () => cleaned.promise,
    });
    void handle.cancel();
    await clock.advance(100);
    ignoring.reject(new Error('too late to matter'));
    await rest();
    expect(engine.tasks.abandoned()).toHaveLength(1);
    cleaned.reject(new Error('nor does this'));
    await rest();
    expect(engine.tasks.abandoned()).toEqual([]);
    expect(engine.resources.list()).toEqual([]);
    expect((await handle.result()).error).toMatchObject({ code: 'CANCELLED' });
  });

  it('changes nothing of its task any more', async () => {
    const ignoring = deferred<void>();
    const refused: unknown[] = [];
    const { clock, handle, rest } = await stubborn(forEver(), {
      process: async (context) => {
        await ignoring.promise;
        context.progress(50);
        context.log.info('still here');
        context.payload('late');
        await context.checkpoint(1).catch((error: unknown) => refused.push(error));
        await context.waitFor(1).catch((error: unknown) => refused.push(error));
        return 'late';
      },
    });
    await rest();
    void handle.cancel();
    await clock.advance(100);
    const result = await handle.result();
    const events = eventsOf(handle);
    ignoring.resolve();
    await rest();
    expect([await handle.result(), eventsOf(handle)]).toEqual([result, events]);
    expect(result.payload).toBeNull();
    expect(refused).toHaveLength(2);
  });

  it('lets go of a resource that a person releases, and of the rest when it ends', async () => {
    const ignoring = deferred<void>();
    const { engine, clock, handle, rest } = await stubborn(ignoring.promise);
    void handle.cancel();
    await clock.advance(100);
    const waiting = engine.submit(needsMotor);
    await rest();
    engine.resources.release('motor', { by: { who: 'ada' }, reason: 'it stands' });
    expect((await waiting.result()).taskStatus).toBe('completed');
    expect(engine.tasks.abandoned()).toMatchObject([{ resources: ['camera'] }]);
    expect(() => engine.resources.release('motor', { reason: 'again' })).toThrow(
      expect.objectContaining({ code: 'RESOURCE_NOT_HELD' }),
    );
    ignoring.resolve();
    await rest();
    expect(engine.resources.list()).toEqual([]);
  });

  it('that runs is not released: only what is abandoned', async () => {
    const { engine } = await stubborn(forEver());
    expect(() => engine.resources.release('motor', { reason: 'impatient' })).toThrow(
      expect.objectContaining({ code: 'RESOURCE_NOT_HELD' }),
    );
  });

  it('gives its slot back', async () => {
    const { engine, clock, rest } = await startEngine({ concurrency: 1 });
    const handle = engine.submit(pluginOf({ process: forEver }, { name: 'test.stubborn' }));
    await rest();
    void handle.cancel({ graceMs: 1 });
    await clock.advance(1);
    expect((await engine.submit(pluginOf({})).result()).taskStatus).toBe('completed');
  });
});

describe('clean-up that does not end', () => {
  afterEach(closeEngines);

  it('is abandoned, keeps the resources, and lets go of them when it ends', async () => {
    const cleaned = deferred<void>();
    const { engine, clock, handle, rest } = await stubborn(Promise.resolve(), {
      teardown: () => cleaned.promise,
    });
    await clock.advance(10_000);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'failed',
      teardown: 'failed',
      attempts: 1,
      error: { code: 'TEARDOWN_TIMEOUT', phase: 'teardown' },
    });
    expect(engine.tasks.abandoned()).toMatchObject([{ taskId: handle.id }]);
    expect(engine.resources.list()).toHaveLength(2);
    cleaned.resolve();
    await rest();
    expect([engine.tasks.abandoned(), engine.resources.list()]).toEqual([[], []]);
  });

  it('holds teardown back while abort() runs, and for no longer than teardownTimeoutMs', async () => {
    const { engine, clock, rest } = await startEngine({ teardownTimeoutMs: 1_000 });
    const aborted = deferred<void>();
    const calls: string[] = [];
    const plugin = pluginOf(
      {
        process: async (context) => {
          await untilAborted(context).catch(() => {});
          await new Promise<void>((resolve) => clock.setTimeout(resolve, 400));
        },
        abort: () => aborted.promise.then(() => calls.push('aborted')),
        teardown: () => calls.push('torn down'),
      },
      { resources: 'motor' },
    );
    const handle = engine.submit(plugin);
    await rest();
    const answer = handle.cancel();
    await clock.advance(999);
    expect(handle.state).toBe('stopping');
    await clock.advance(1);
    expect(await answer).toMatchObject({ acknowledgedBy: 'nobody', elapsedMs: 1_000 });
    expect(await handle.result()).toMatchObject({
      taskStatus: 'cancelled',
      teardown: 'deferred',
      error: {
        code: 'TEARDOWN_TIMEOUT',
        message: 'abort took longer than teardownTimeoutMs (1000 ms).',
        phase: 'abort',
      },
    });
    expect(engine.tasks.abandoned()).toHaveLength(1);
    aborted.resolve();
    await rest();
    expect(calls).toEqual(['aborted', 'torn down']);
    expect([engine.tasks.abandoned(), engine.resources.list()]).toEqual([[], []]);
  });

  it('gives teardown its own whole time after a long abort()', async () => {
    const { engine, clock, rest } = await startEngine({ teardownTimeoutMs: 1_000 });
    const lasts = (): Promise<void> => new Promise((resolve) => clock.setTimeout(resolve, 900));
    const handle = engine.submit(
      pluginOf({ process: untilAborted, abort: lasts, teardown: lasts }),
    );
    await rest();
    const answer = handle.cancel();
    await clock.advance(1_800);
    expect(await answer).toMatchObject({ acknowledgedBy: 'plugin', elapsedMs: 1_800 });
    expect((await handle.result()).teardown).toBe('done');
  });

  it('waits for both the code and abort() of an abandoned attempt before it tears down', async () => {
    const ignoring = deferred<void>();
    const aborted = deferred<void>();
    const calls: string[] = [];
    const { engine, clock, handle, rest } = await stubborn(ignoring.promise, {
      abort: () => aborted.promise,
      teardown: () => calls.push('torn down'),
    });
    void handle.cancel();
    await clock.advance(100);
    ignoring.resolve();
    await rest();
    expect([calls, engine.tasks.abandoned().length]).toEqual([[], 1]);
    aborted.resolve();
    await rest();
    expect([calls, engine.tasks.abandoned().length]).toEqual([['torn down'], 0]);
  });
});

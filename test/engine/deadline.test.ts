import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import {
  closeEngines,
  forEver,
  pluginOf,
  startEngine,
  untilAborted,
} from '../support/engine-under-test.ts';

const fail = (): never => {
  throw new Error('no beam');
};

/** Fails after so many milliseconds, in every attempt. */
const failsAfter = (clock: { setTimeout(callback: () => void, ms: number): unknown }, ms: number) =>
  pluginOf({
    process: () => new Promise<void>((resolve) => clock.setTimeout(resolve, ms)).then(fail),
  });

describe('deadlineMs', () => {
  afterEach(closeEngines);

  it.each([{}, { hold: true }, { delayMs: 900 }])('ends a pending task, with %o', async (more) => {
    const { engine, clock } = await startEngine({ concurrency: 1 });
    engine.submit(pluginOf({ process: untilAborted }, { name: 'test.first' }));
    const handle = engine.submit(pluginOf({}), null, { deadlineMs: 100, ...more });
    await clock.advance(100);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      error: { code: 'DEADLINE_EXCEEDED', phase: 'pending', attempt: 0 },
    });
  });

  it.each(['setup', 'process'] as const)('ends a running task in its %s', async (phase) => {
    const { engine, clock } = await startEngine();
    const handle = engine.submit(pluginOf({ [phase]: untilAborted }), null, {
      deadlineMs: 100,
      retries: 5,
    });
    await clock.advance(100);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      error: { code: 'DEADLINE_EXCEEDED', phase, attempt: 1 },
      teardown: 'done',
      attempts: 1,
    });
  });

  it('spans all attempts and the waits between them', async () => {
    const { engine, clock } = await startEngine();
    const retries = { max: 100, baseMs: 20, factor: 1, jitter: 0 };
    const handle = engine.submit(failsAfter(clock, 20), null, { deadlineMs: 130, retries });
    await clock.advance(1_000);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      attempts: 4,
      error: { code: 'DEADLINE_EXCEEDED', phase: 'process', attempt: 4 },
    });
  });

  it('ends a task that backs off, with the failure that made it', async () => {
    const { engine, clock } = await startEngine();
    const retries = { max: 1, baseMs: 1_000, jitter: 0 };
    const handle = engine.submit(failsAfter(clock, 10), null, { deadlineMs: 100, retries });
    await clock.advance(100);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      attempts: 1,
      error: { message: 'no beam', attempt: 1 },
    });
  });

  it('lets no retry follow a teardown during which it passes', async () => {
    const { engine, clock } = await startEngine();
    const cleaned = deferred<void>();
    const plugin = pluginOf({ process: fail, teardown: () => cleaned.promise });
    const handle = engine.submit(plugin, null, { deadlineMs: 100, retries: 5 });
    await clock.advance(200);
    cleaned.resolve();
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      attempts: 1,
      error: { message: 'no beam' },
    });
  });

  it('lets no retry follow an attempt that was timed out already', async () => {
    const { engine, clock } = await startEngine();
    const work = deferred<void>();
    const plugin = pluginOf({ process: () => work.promise });
    const options = { timeoutMs: 50, deadlineMs: 100, graceMs: 500, retries: 5 };
    const handle = engine.submit(plugin, null, options);
    await clock.advance(200);
    work.resolve();
    expect(await handle.result()).toMatchObject({
      taskStatus: 'timedout',
      attempts: 1,
      error: { code: 'ATTEMPT_TIMEOUT' },
    });
  });

  it('does not hurry the last teardown, and lets no retry follow it', async () => {
    const { engine, clock } = await startEngine();
    const cleaned = deferred<void>();
    const plugin = pluginOf({ process: () => 1, teardown: () => cleaned.promise });
    const options = { deadlineMs: 100, retries: 5 };
    const good = engine.submit(plugin, null, options);
    const bad = engine.submit(
      pluginOf({ teardown: () => cleaned.promise.then(fail) }, { name: 'test.bad' }),
      null,
      options,
    );
    await clock.advance(200);
    expect(good.state).toBe('stopping');
    cleaned.resolve();
    expect((await good.result()).taskStatus).toBe('completed');
    expect(await bad.result()).toMatchObject({ taskStatus: 'failed', attempts: 1 });
  });

  it('abandons code that ignores it, after the grace', async () => {
    const { engine, clock } = await startEngine();
    const plugin = pluginOf({ process: forEver });
    const handle = engine.submit(plugin, null, { deadlineMs: 100, graceMs: 50 });
    await clock.advance(149);
    expect(handle.status).toBe('running');
    await clock.advance(1);
    expect(await handle.result()).toMatchObject({ taskStatus: 'timedout', teardown: 'deferred' });
  });

  it('leaves no timer of a task that ends before it', async () => {
    const { engine, clock } = await startEngine();
    await engine.submit(pluginOf({}), null, { deadlineMs: 1_000, timeoutMs: 1_000 }).result();
    expect(clock.pending).toBe(0);
  });
});

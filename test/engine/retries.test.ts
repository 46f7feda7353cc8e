import { afterEach, describe, expect, it } from 'vitest';
import { PermanentFailure } from '../../src/index.ts';
import type { PluginContext, TaskHandle } from '../../src/index.ts';
import {
  closeEngines,
  eventsOf,
  pluginOf,
  startEngine,
  statesOf,
  untilAborted,
} from '../support/engine-under-test.ts';

const fail = (): never => {
  throw new Error('no beam');
};

const steady = (max: number, baseMs = 100) => ({ max, baseMs, factor: 2, jitter: 0 });

/** When each attempt began, in milliseconds after the submission. */
const startsOf = (handle: TaskHandle): readonly number[] => {
  const [first, ...events] = eventsOf(handle);
  return events.flatMap((event) =>
    event.type === 'attempt' && event.outcome === 'started' ? [event.at - (first?.at ?? 0)] : [],
  );
};

describe('retries', () => {
  afterEach(closeEngines);

  it('are none unless told otherwise', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(pluginOf({ process: fail }));
    expect(await handle.result()).toMatchObject({ taskStatus: 'failed', attempts: 1 });
  });

  it('as a number are attempts after the first', async () => {
    const { engine, clock } = await startEngine();
    const handle = engine.submit(pluginOf({ process: fail }), null, { retries: 2 });
    await clock.advance(10_000);
    expect(await handle.result()).toMatchObject({
      attempts: 3,
      error: { message: 'no beam', attempt: 3 },
    });
  });

  it('wait longer each time, up to maxMs', async () => {
    const { engine, clock } = await startEngine();
    const retries = { ...steady(5), maxMs: 500 };
    const handle = engine.submit(pluginOf({ process: fail }), null, { retries });
    await clock.advance(10_000);
    await handle.result();
    expect(startsOf(handle)).toEqual([0, 100, 300, 700, 1_200, 1_700]);
  });

  it('are spread by the jitter, and never beyond maxMs', async () => {
    const { engine, clock } = await startEngine({ concurrency: 1_000 });
    const plugin = pluginOf({ process: fail });
    const retries = { max: 2, baseMs: 1_000, factor: 2, jitter: 0.2, maxMs: 2_100 };
    const handles = Array.from({ length: 200 }, () => engine.submit(plugin, null, { retries }));
    await clock.advance(10_000);
    const waits = handles.map((handle) => {
      const [first = 0, second = 0, third = 0] = startsOf(handle);
      return [second - first, third - second] as const;
    });
    for (const [first, second] of waits) {
      expect(first).toBeGreaterThanOrEqual(800);
      expect(first).toBeLessThanOrEqual(1_200);
      expect(second).toBeGreaterThanOrEqual(1_600);
      expect(second).toBeLessThanOrEqual(2_100);
    }
    expect(new Set(waits.map(([first]) => first)).size).toBeGreaterThan(20);
  });

  it('are told of by events, with the attempt’s number, its error, and the wait', async () => {
    const { engine, clock } = await startEngine();
    const plugin = pluginOf({ process: ({ attempt }) => (attempt < 3 ? fail() : 'third') });
    const handle = engine.submit(plugin, null, { retries: steady(2) });
    await clock.advance(1_000);
    expect((await handle.result()).payload).toBe('third');
    const error = { message: 'no beam', phase: 'process' };
    expect(eventsOf(handle).filter(({ type }) => type === 'attempt')).toMatchObject([
      { attempt: 1, outcome: 'started' },
      { attempt: 1, outcome: 'failed', error: { ...error, attempt: 1 }, retryInMs: 100 },
      { attempt: 2, outcome: 'started' },
      { attempt: 2, outcome: 'failed', error: { ...error, attempt: 2 }, retryInMs: 200 },
      { attempt: 3, outcome: 'started' },
      { attempt: 3, outcome: 'succeeded' },
    ]);
    const once = ['starting', 'running', 'stopping'];
    expect(statesOf(handle)).toEqual([
      'pending',
      ...once,
      'pending',
      ...once,
      'pending',
      ...once,
      'completed',
    ]);
  });

  it('free the slot and the resources while they wait', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const fails = pluginOf({ process: fail }, { resources: 'motor' });
    const other = pluginOf({ process: () => 1 }, { name: 'test.other', resources: 'motor' });
    const handle = engine.submit(fails, null, { retries: steady(1) });
    await rest();
    expect(handle.waitingFor).toMatchObject({ reason: 'retry', attempt: 2 });
    expect((await engine.submit(other).result()).taskStatus).toBe('completed');
  });

  it('give each attempt a new context, and the last checkpoint to go on from', async () => {
    const { engine, clock } = await startEngine();
    const contexts: PluginContext<unknown, unknown>[] = [];
    const plugin = pluginOf({
      setup: (context) => ({ of: context.attempt }),
      process: async (context) => {
        contexts.push(context);
        const frames = (context.resumeFrom ?? []) as number[];
        frames.push(context.attempt);
        await context.checkpoint(frames);
        frames.push(-1);
        if (context.attempt < 3) fail();
        return { state: context.state, frames };
      },
    });
    const handle = engine.submit(plugin, null, { retries: steady(2) });
    await clock.advance(1_000);
    expect(await handle.output()).toEqual({ state: { of: 3 }, frames: [1, 2, 3, -1] });
    expect(new Set(contexts).size).toBe(3);
    expect(new Set(contexts.map(({ signal }) => signal)).size).toBe(3);
    await expect(contexts[0]?.checkpoint(0)).rejects.toMatchObject({ code: 'OUT_OF_PHASE' });
  });

  it('give each attempt the input as it was submitted', async () => {
    const { engine, clock } = await startEngine();
    const plugin = pluginOf({
      process: ({ input, attempt }) => {
        (input as number[]).push(attempt);
        return attempt === 1 ? fail() : input;
      },
    });
    const handle = engine.submit(plugin, [7], { retries: steady(1) });
    await clock.advance(1_000);
    expect(await handle.output()).toEqual([7, 2]);
    expect(handle.input).toEqual([7]);
  });

  it('follow a failed setup, a failed teardown and a timeout', async () => {
    const { engine, clock } = await startEngine();
    const inFirst = ({ attempt }: { attempt: number }): void => {
      if (attempt === 1) fail();
    };
    const plugins = [
      pluginOf({ setup: inFirst }, { name: 'test.setup' }),
      pluginOf({ teardown: inFirst }, { name: 'test.teardown' }),
      pluginOf(
        { process: (context) => (context.attempt === 1 ? untilAborted(context) : 1) },
        { name: 'test.late', timeoutMs: 10 },
      ),
    ];
    const handles = plugins.map((plugin) => engine.submit(plugin, null, { retries: steady(1) }));
    await clock.advance(1_000);
    for (const handle of handles) {
      expect(await handle.result()).toMatchObject({ taskStatus: 'completed', attempts: 2 });
    }
  });

  describe('of an unsafe plugin', () => {
    it('follow only an attempt that ended before process was called', async () => {
      const { engine, clock } = await startEngine();
      const unsafe = { effect: 'unsafe', retries: steady(3) } as const;
      let processed = 0;
      const early = pluginOf(
        {
          setup: ({ attempt }) => (attempt < 3 ? fail() : null),
          process: () => (processed += 1),
        },
        { name: 'test.early', ...unsafe },
      );
      const late = pluginOf({ process: fail }, { name: 'test.late', ...unsafe });
      const last = pluginOf({ teardown: fail }, { name: 'test.last', ...unsafe });
      const handles = [early, late, last].map((plugin) => engine.submit(plugin));
      await clock.advance(10_000);
      const attempts = await Promise.all(
        handles.map(async (handle) => (await handle.result()).attempts),
      );
      expect([attempts, processed]).toEqual([[3, 1, 1], 1]);
    });

    it('follow a setup that timed out, and not a process that did', async () => {
      const { engine, clock } = await startEngine();
      const unsafe = { effect: 'unsafe', timeoutMs: 10, retries: steady(1) } as const;
      const early = pluginOf({ setup: untilAborted }, { name: 'test.early', ...unsafe });
      const late = pluginOf({ process: untilAborted }, { name: 'test.late', ...unsafe });
      const handles = [engine.submit(early), engine.submit(late)];
      await clock.advance(10_000);
      const results = await Promise.all(handles.map((handle) => handle.result()));
      expect(results).toMatchObject([
        { taskStatus: 'timedout', attempts: 2 },
        { taskStatus: 'timedout', attempts: 1 },
      ]);
    });
  });

  describe('are given up at once', () => {
    class ForeignFailure extends Error {
      override readonly name = 'PermanentFailure';
    }
    it.each([
      ['a PermanentFailure', new PermanentFailure('no such sample')],
      ['one as a cause', new Error('no', { cause: new PermanentFailure('no such sample') })],
      ['one of another copy of the library', new ForeignFailure('no such sample')],
    ])('for %s', async (_, error) => {
      const { engine } = await startEngine();
      const plugin = pluginOf({ process: () => Promise.reject(error) });
      const handle = engine.submit(plugin, null, { retries: 5 });
      expect(await handle.result()).toMatchObject({
        taskStatus: 'failed',
        attempts: 1,
        error: { isPermanent: true },
      });
    });
  });

  it('follow an error as a TANGO device throws it, whose text is kept', async () => {
    const { engine, clock } = await startEngine();
    const devFailed = {
      name: 'DevFailed',
      errors: [{ reason: 'API_CommandTimedOut', desc: 'no answer', severity: 1, origin: 'x' }],
    };
    const plugin = pluginOf({ process: () => Promise.reject(devFailed) });
    const handle = engine.submit(plugin, null, { retries: steady(1) });
    await clock.advance(1_000);
    const { attempts, error } = await handle.result();
    expect(attempts).toBe(2);
    expect(error?.message).toContain('API_CommandTimedOut');
    await expect(handle.output()).rejects.toMatchObject({ cause: devFailed });
  });
});

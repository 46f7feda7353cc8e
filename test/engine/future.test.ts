import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEngine, definePlugin, RunstateError } from '../../src/index.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-work.ts';

const square = definePlugin({
  name: 'test.square',
  effect: 'idempotent',
  input: z.object({ x: z.number() }),
  output: z.object({ result: z.number() }),
  process: ({ input }) => {
    if (input.x < 0) throw new TypeError(`no root of ${input.x}`, { cause: new Error('negative') });
    return { result: input.x ** 2 };
  },
});

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

const codeThrownBy = (call: () => unknown): unknown => {
  try {
    call();
  } catch (error) {
    return codeOf(error);
  }
  return undefined;
};

/** An input that the plugin's schema refuses, past the compiler. */
const wrong = { x: 'one' } as unknown as { x: number };

describe('Engine.submitAll', () => {
  afterEach(closeEngines);

  it('gives an output for each input, in their order', async () => {
    const { engine } = await startEngine();
    const future = engine.submitAll(square, [{ x: 1 }, { x: 2 }, { x: 3 }]);
    const values = await future.get();
    expect(values.map(({ output }) => output?.result)).toEqual([1, 4, 9]);
    expect(values.map(({ taskId }) => taskId)).toEqual(future.taskIds);
    expect(values.map(({ input }) => input)).toEqual(future.inputs);
    expect(future.inputs).toEqual([{ x: 1 }, { x: 2 }, { x: 3 }]);
    expect(future.plugin).toBe('test.square');
    expect(future.outputs).toEqual(values);
  });

  it('gives a list for a list of one, and one value for one input', async () => {
    const { engine } = await startEngine();
    const list = engine.submitAll(square, [{ x: 5 }]);
    const one = engine.submitAll(square, { x: 6 });
    expect(await list.get()).toMatchObject([{ output: { result: 25 } }]);
    expect(await one.get()).toMatchObject({ output: { result: 36 }, index: 0 });
    expect(one.taskId).toBe(one.taskIds[0]);
    expect(codeThrownBy(() => list.taskId)).toBe('FUTURE_OF_LIST');
  });

  it('is ready at once without an input', async () => {
    const { engine } = await startEngine();
    const future = engine.submitAll(square, []);
    expect(future.isReady).toBe(true);
    expect(await future.get()).toEqual([]);
    expect(await future.asCompleted().next()).toMatchObject({ done: true });
  });

  it('gives failed work as a value with its error and its traceback', async () => {
    const { engine } = await startEngine();
    const [good, bad] = await engine.submitAll(square, [{ x: 1 }, { x: -4 }]).get();
    expect(good).toMatchObject({ success: true, error: null, traceback: null });
    expect(bad).toMatchObject({
      success: false,
      taskStatus: 'failed',
      output: null,
      attempts: 1,
      error: { code: 'PLUGIN_FAILED', message: 'no root of -4', phase: 'process' },
    });
    expect(bad?.traceback).toMatch(
      /no root of -4[^]*future\.test\.ts[^]*caused by Error: negative/,
    );
  });

  it('loses no task when a submission is refused', async () => {
    const { engine } = await startEngine({ maxQueued: 2 });
    const future = engine.submitAll(square, [wrong, { x: 2 }, { x: 3 }, { x: 4 }]);
    expect(future.taskIds).toEqual([null, expect.any(Number), expect.any(Number), null]);
    expect(future.statuses).toEqual(['failed', 'pending', 'pending', 'failed']);
    expect(await future.get()).toMatchObject([
      { taskId: null, success: false, error: { code: 'INVALID_INPUT', fields: [{ path: 'x' }] } },
      { output: { result: 4 } },
      { output: { result: 9 } },
      { taskId: null, success: false, error: { code: 'QUEUE_FULL' }, input: { x: 4 } },
    ]);
    const one = engine.submitAll(square, wrong);
    expect(one.taskId).toBeNull();
    expect(await one.get()).toMatchObject({ error: { code: 'INVALID_INPUT' }, attempts: 0 });
  });

  it('throws at once what would refuse every input', async () => {
    const stopped = createEngine();
    expect(codeThrownBy(() => stopped.submitAll(square, []))).toBe('ENGINE_NOT_RUNNING');
    const { engine } = await startEngine({ resources: { motor: 1 } });
    const refused = [
      () => engine.submitAll('test.nobody', [1]),
      () => engine.submitAll(square, [{ x: 1 }], { priority: Number.NaN }),
      () => engine.submitAll(square, [wrong, { x: 1 }], { resources: { motor: 2 } }),
    ];
    expect(refused.map(codeThrownBy)).toEqual([
      'PLUGIN_UNKNOWN',
      'INVALID_OPTION',
      'RESOURCE_TOO_SMALL',
    ]);
    expect(await engine.tasks.list()).toEqual([]);
  });

  it('gives the same tasks for the same idempotency key', async () => {
    const { engine } = await startEngine();
    const inputs = [{ x: 1 }, { x: 2 }];
    const first = engine.submitAll(square, inputs, { idempotencyKey: 'k' });
    await first.get();
    const again = engine.submitAll(square, [...inputs, { x: 3 }], { idempotencyKey: 'k' });
    expect(again.taskIds).toEqual([...first.taskIds, expect.any(Number)]);
    expect(again.statuses).toEqual(['completed', 'completed', 'pending']);
    expect(await again.get()).toMatchObject([1, 4, 9].map((result) => ({ output: { result } })));
    const other = engine.submitAll(square, [{ x: 7 }, { x: 2 }], { idempotencyKey: 'k' });
    expect(await other.get()).toMatchObject([
      { taskId: null, error: { code: 'IDEMPOTENCY_CONFLICT' } },
      { output: { result: 4 } },
    ]);
  });

  it('gives what `process` returned, and beside it the payload', async () => {
    const { engine } = await startEngine();
    const plugin = pluginOf({
      process: ({ payload, summary }) => {
        payload('shown');
        summary('in short');
        return 'returned';
      },
    });
    expect(await engine.submitAll(plugin, [null]).get()).toMatchObject([
      { output: 'returned', payload: 'shown', summary: 'in short' },
    ]);
  });

  it('takes ten thousand inputs at once', async () => {
    const { engine } = await startEngine();
    const inputs = Array.from({ length: 10_000 }, (_, x) => ({ x }));
    const future = engine.submitAll(square, inputs);
    const seen = new Set<number>();
    for await (const { index, output } of future.asCompleted()) {
      expect(output?.result).toBe(index ** 2);
      seen.add(index);
    }
    expect(seen.size).toBe(10_000);
    expect(future.outputs.every((output) => output === null)).toBe(true);
    const values = await future.get();
    expect(values.map(({ output }) => output?.result)).toEqual(inputs.map(({ x }) => x ** 2));
  });
});

describe('FutureOutput', () => {
  afterEach(closeEngines);

  it('shows where each task stands at this moment', async () => {
    const { engine, rest } = await startEngine({ concurrency: 2 });
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b', 'c']);
    expect(future.statuses).toEqual(['pending', 'pending', 'pending']);
    await future.accepted;
    await rest();
    expect(future.statuses).toEqual(['running', 'running', 'pending']);
    work.complete('b');
    await rest();
    expect(future.statuses).toEqual(['running', 'completed', 'running']);
    expect(future.outputs).toMatchObject([null, { output: ['b'] }, null]);
    expect(future.isReady).toBe(false);
    work.complete('a', 'c');
    await rest();
    expect(future.isReady).toBe(true);
    expect(future.outputs).toMatchObject(['a', 'b', 'c'].map((input) => ({ output: [input] })));
  });

  it('gives up at the timeout, not later, and changes nothing by it', async () => {
    const { engine, clock, rest } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b']);
    await rest();
    let thrown: unknown = null;
    const waiting = future.get({ timeoutMs: 10_000 }).catch((error: unknown) => {
      thrown = error;
    });
    await clock.advance(9_999);
    expect(thrown).toBeNull();
    await clock.advance(1);
    expect(thrown).toBeInstanceOf(RunstateError);
    expect(codeOf(thrown)).toBe('WAIT_TIMEOUT');
    await waiting;
    expect(future.statuses).toEqual(['running', 'running']);
    work.complete('a', 'b');
    expect(await future.get({ timeoutMs: 10_000 })).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it('stops waiting when the signal says so', async () => {
    const { engine } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a']);
    await expect(future.get({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'WAIT_ABORTED',
    });
    await expect(future.get({ timeoutMs: -1 })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    work.complete('a');
    expect(await future.get()).toHaveLength(1);
  });

  it('cancels all, with an answer for each', async () => {
    const { engine, rest } = await startEngine({ concurrency: 2 });
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b', 'c', () => 'not storable']);
    await rest();
    work.complete('a');
    await rest();
    const answers = await future.cancel({ reason: 'beam dump' });
    expect(answers).toMatchObject([
      { acknowledgedBy: 'nobody', status: 'completed' },
      { acknowledgedBy: 'plugin', status: 'cancelled' },
      { acknowledgedBy: 'plugin', status: 'cancelled' },
      { acknowledgedBy: 'nobody', status: 'failed' },
    ]);
    expect(await future.get()).toMatchObject([
      { success: true },
      {
        success: false,
        error: { code: 'CANCELLED', message: expect.stringContaining('beam dump') },
      },
      { success: false, taskStatus: 'cancelled' },
      { success: false, error: { code: 'NOT_STORABLE' } },
    ]);
    await expect(future.cancel({ graceMs: -1 })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('ends with the tasks of an engine that closes on a memory store', async () => {
    const { engine, rest, shut } = await startEngine({ concurrency: 1 });
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b']);
    const waiting = future.get();
    await rest();
    await shut();
    expect(await waiting).toMatchObject([
      { success: false, taskStatus: 'cancelled' },
      { success: false, taskStatus: 'cancelled' },
    ]);
  });

  it('says that a value it gave away is forgotten by the engine, too', async () => {
    const { engine } = await startEngine({ retention: { settled: 1 } });
    const future = engine.submitAll(square, [{ x: 1 }, { x: 2 }]);
    for await (const value of future.asCompleted()) expect(value.success).toBe(true);
    await engine.submit(square, { x: 3 }).result();
    const values = await future.get();
    expect(values).toMatchObject([1, 2].map(() => ({ error: { code: 'TASK_FORGOTTEN' } })));
    expect(future.statuses).toEqual(['completed', 'completed']);
  });
});

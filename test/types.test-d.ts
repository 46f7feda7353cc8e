import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  createEngine,
  definePlugin,
  FutureOutput,
  Plugin,
  pluginFromFunction,
} from '../src/index.ts';
import type {
  DefinedPlugin,
  Engine,
  FutureValue,
  InputOf,
  OutputOf,
  TaskEvent,
  TaskHandle,
  TaskResult,
} from '../src/index.ts';

declare module '../src/index.ts' {
  interface PluginRegistry {
    'known.square': { input: { x: number }; output: { result: number } };
    'known.noop': { output: null };
  }
}

const engine: Engine = createEngine();

const scanInput = z.object({
  frames: z.string().transform(Number),
  gain: z.number().default(1),
});
const scanOutput = z.object({
  mean: z.number().transform(String),
  note: z.string().default(''),
});

interface Scanned {
  mean: string;
  note: string;
}

const scan = definePlugin({
  name: 'test.scan',
  input: scanInput,
  output: scanOutput,
  process: ({ input }) => ({ mean: input.frames * input.gain }),
});

const optional = definePlugin({
  name: 'test.optional',
  input: z.object({ x: z.number().default(0), label: z.string().optional() }),
  process: ({ input }) => input.x,
});

describe('Engine.submit', () => {
  it('takes the input of the input schema', () => {
    expectTypeOf<InputOf<typeof scan>>().toEqualTypeOf<z.input<typeof scanInput>>();
    engine.submit(scan, { frames: '5' });
    engine.submit(scan, { frames: '5', gain: 2 });
    // @ts-expect-error -- Frames are text before they are parsed.
    engine.submit(scan, { frames: 5 });
    // @ts-expect-error -- Frames are required.
    engine.submit(scan, {});
    // @ts-expect-error -- An input is required.
    engine.submit(scan);
    // @ts-expect-error -- An input is required.
    engine.submit(scan, undefined, { priority: 1 });
    // @ts-expect-error -- A field that nobody knows.
    engine.submit(scan, { frames: '5', gian: 1 });
  });

  it('needs no input where nothing of it is required', () => {
    engine.submit(optional);
    engine.submit(optional, {});
    engine.submit(optional, { x: 5 });
    engine.submit(optional, undefined, { priority: 1 });
    // @ts-expect-error -- x is a number.
    engine.submit(optional, { x: 'five' });
    engine.submit(definePlugin({ name: 'test.any', process: () => null }));
    engine.submit(
      definePlugin({ name: 'test.five', input: z.number().default(5), process: () => null }),
    );
  });

  it('takes options, and no others', () => {
    engine.submit(scan, { frames: '5' }, { priority: 5, after: [1, engine.submit(optional)] });
    // @ts-expect-error -- A misspelt option.
    engine.submit(scan, { frames: '5' }, { prio: 5 });
    // @ts-expect-error -- A priority is a number.
    engine.submit(scan, { frames: '5' }, { priority: 'high' });
    // @ts-expect-error -- Retries are a number or an object with max.
    engine.submit(scan, { frames: '5' }, { retries: { baseMs: 5 } });
    // @ts-expect-error -- Ids are numbers.
    engine.submit(scan, { frames: '5' }, { after: ['1'] });
  });

  it('gives onSettled the result', () => {
    engine.submit(
      scan,
      { frames: '5' },
      {
        onSettled: (result) => {
          expectTypeOf(result).toEqualTypeOf<TaskResult<Scanned>>();
          expectTypeOf(result.payload).toEqualTypeOf<Scanned | null>();
        },
      },
    );
  });
});

describe('TaskHandle', () => {
  it('gives the output of the output schema', async () => {
    const handle = engine.submit(scan, { frames: '5' });
    expectTypeOf<OutputOf<typeof scan>>().toEqualTypeOf<Scanned>();
    expectTypeOf(handle).toEqualTypeOf<TaskHandle<Scanned>>();
    expectTypeOf(handle.output()).toEqualTypeOf<Promise<Scanned>>();
    expectTypeOf(handle.result()).toEqualTypeOf<Promise<TaskResult<Scanned>>>();
  });

  it('gives what process returns when there is no output schema', () => {
    expectTypeOf(engine.submit(optional).output()).toEqualTypeOf<Promise<number>>();
    const later = definePlugin({ name: 'test.later', process: async () => ({ n: 5 }) });
    expectTypeOf(engine.submit(later).output()).toEqualTypeOf<Promise<{ n: number }>>();
    const nothing = definePlugin({ name: 'test.nothing', process: () => {} });
    expectTypeOf(engine.submit(nothing).output()).toEqualTypeOf<Promise<void>>();
  });

  it('is no promise, and an iterable of events', () => {
    const handle = engine.submit(optional);
    expectTypeOf(handle).not.toHaveProperty('then');
    expectTypeOf(handle).toExtend<AsyncIterable<TaskEvent>>();
  });

  it('passes for one of unknown output', () => {
    expectTypeOf<TaskHandle<Scanned>>().toExtend<TaskHandle>();
    expectTypeOf<typeof scan>().toExtend<DefinedPlugin>();
  });
});

describe('plugin classes', () => {
  const input = z.object({ x: z.number().default(0) });
  const output = z.object({ result: z.number().transform(String) });

  class Cube extends Plugin<z.output<typeof input>, { result: number }> {
    static override readonly input = input;
    static override readonly output = output;

    process(): { result: number } {
      expectTypeOf(this.input).toEqualTypeOf<{ x: number }>();
      return { result: this.input.x ** 3 };
    }
  }

  class Bare extends Plugin<{ n: number }, number> {
    async process(): Promise<number> {
      return this.input.n;
    }
  }

  it('have the types of their static schemas', () => {
    expectTypeOf<InputOf<typeof Cube>>().toEqualTypeOf<{ x?: number | undefined }>();
    expectTypeOf(engine.submit(Cube).output()).toEqualTypeOf<Promise<{ result: string }>>();
    engine.submit(Cube, { x: 3 }, { priority: 1 });
    // @ts-expect-error -- x is a number.
    engine.submit(Cube, { x: 'three' });
  });

  it('have those of the class without schemas', () => {
    expectTypeOf(engine.submit(Bare, { n: 3 }).output()).toEqualTypeOf<Promise<number>>();
    // @ts-expect-error -- n is a number.
    engine.submit(Bare, { n: 'three' });
    // @ts-expect-error -- An input is required.
    engine.submit(Bare);
  });
});

describe('pluginFromFunction', () => {
  it("has the function's argument as input, and its result under `result`", () => {
    const cube = pluginFromFunction(({ x = 0 }: { x?: number }) => x ** 3, { name: 'test.cube' });
    expectTypeOf(cube).toEqualTypeOf<DefinedPlugin<{ x?: number }, { result: number }>>();
    engine.submit(cube);
    // @ts-expect-error -- x is a number.
    engine.submit(cube, { x: 'three' });
    const later = pluginFromFunction(async ({ n }: { n: number }) => `${n}`, {
      name: 'test.later',
    });
    expectTypeOf(engine.submit(later, { n: 1 }).output()).toEqualTypeOf<
      Promise<{ result: string }>
    >();
    // @ts-expect-error -- An input is required.
    engine.submit(later);
  });
});

describe('a plugin by name', () => {
  it('is unknown', () => {
    expectTypeOf(engine.submit('some.name', { any: 1 })).toEqualTypeOf<TaskHandle>();
    expectTypeOf(engine.submit('some.name').output()).toEqualTypeOf<Promise<unknown>>();
    const name: string = 'known.square';
    expectTypeOf(engine.submit(name, 'anything').output()).toEqualTypeOf<Promise<unknown>>();
  });

  it('has the types that PluginRegistry says', () => {
    expectTypeOf(engine.submit('known.square', { x: 1 }).output()).toEqualTypeOf<
      Promise<{ result: number }>
    >();
    expectTypeOf(engine.submit('known.noop')).toEqualTypeOf<TaskHandle<null>>();
    // @ts-expect-error -- x is a number.
    engine.submit('known.square', { x: 'one' });
    // @ts-expect-error -- An input is required.
    engine.submit('known.square');
  });
});

describe('Engine.submitAll', () => {
  it('gives a list of typed values for a list, and one value for one input', () => {
    const many = engine.submitAll(scan, [{ frames: '5' }, { frames: '6', gain: 2 }]);
    expectTypeOf(many).toEqualTypeOf<FutureOutput<Scanned>>();
    expectTypeOf(many.get()).toEqualTypeOf<Promise<readonly FutureValue<Scanned>[]>>();
    expectTypeOf(many.asCompleted()).toExtend<AsyncIterable<FutureValue<Scanned>>>();
    const one = engine.submitAll(scan, { frames: '5' });
    expectTypeOf(one).toEqualTypeOf<FutureOutput<Scanned, 'one'>>();
    expectTypeOf(one.get()).toEqualTypeOf<Promise<FutureValue<Scanned>>>();
    // @ts-expect-error -- Frames are text before they are parsed.
    engine.submitAll(scan, [{ frames: 5 }]);
    // @ts-expect-error -- Frames are required.
    engine.submitAll(scan, {});
  });

  it('takes an array for a list, also where an input is an array', () => {
    const sum = definePlugin({
      name: 'test.sum',
      input: z.array(z.number()),
      process: ({ input }) => input.length,
    });
    expectTypeOf(engine.submitAll(sum, [[1, 2], [3]])).toEqualTypeOf<FutureOutput<number>>();
    // @ts-expect-error -- It would be a list of two inputs, 1 and 2.
    engine.submitAll(sum, [1, 2]);
  });

  it('knows output and error by success', () => {
    const value = {} as FutureValue<Scanned>;
    expectTypeOf(value.output).toEqualTypeOf<Scanned | null>();
    if (value.success) expectTypeOf(value.output).toEqualTypeOf<Scanned>();
    else expectTypeOf(value.traceback).toEqualTypeOf<string>();
  });

  it('has the types that PluginRegistry says', () => {
    expectTypeOf(engine.submitAll('known.square', [{ x: 1 }])).toEqualTypeOf<
      FutureOutput<{ result: number }>
    >();
    expectTypeOf(engine.submitAll('some.name', [1])).toEqualTypeOf<FutureOutput>();
    // @ts-expect-error -- x is a number.
    engine.submitAll('known.square', [{ x: 'one' }]);
  });
});

describe('FutureOutput.open', () => {
  it('takes an engine, or a client of one', () => {
    expectTypeOf(FutureOutput.open<Scanned>('future.json', { engine })).toEqualTypeOf<
      Promise<FutureOutput<Scanned>>
    >();
    // @ts-expect-error -- Something has to know the tasks.
    void FutureOutput.open('future.json', {});
  });
});

import { fromPromise, setup } from 'xstate';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { createEngine, definePlugin } from '../../src/index.ts';
import type { InputOf } from '../../src/index.ts';

const engine = createEngine();

const scanInput = z.object({
  frames: z.string().transform(Number),
  gain: z.number().default(1),
});
describe('definePlugin', () => {
  it('gives code the output of the input schema', () => {
    definePlugin({
      name: 'test.seen',
      input: scanInput,
      setup: ({ input, state }) => {
        expectTypeOf(input).toEqualTypeOf<{ frames: number; gain: number }>();
        expectTypeOf(state).toEqualTypeOf<undefined>();
      },
      process: ({ input }) => {
        expectTypeOf(input).toEqualTypeOf<{ frames: number; gain: number }>();
      },
      teardown: ({ input }) => {
        expectTypeOf(input).toEqualTypeOf<{ frames: number; gain: number }>();
      },
    });
  });

  it('gives an unknown input without a schema', () => {
    definePlugin({
      name: 'test.any',
      process: ({ input }) => expectTypeOf(input).toEqualTypeOf<unknown>(),
    });
  });

  it('takes from process what the output schema takes', () => {
    const output = z.object({ result: z.number(), note: z.string().default('') });
    definePlugin({ name: 'test.fits', output, process: () => ({ result: 5 }) });
    definePlugin({ name: 'test.fits', output, process: async () => ({ result: 5, note: 'a' }) });
    definePlugin({
      name: 'test.wrong',
      output,
      // @ts-expect-error -- The result is a number.
      process: () => ({ result: 'five' }),
    });
    definePlugin({
      name: 'test.wrong',
      output,
      // @ts-expect-error -- The result is missing.
      process: async () => ({ note: 'a' }),
    });
  });

  it('gives the state that setup returned, with and without schemas, at once and later', () => {
    definePlugin({
      name: 'test.state',
      setup: () => ({ opened: 1 }),
      process: ({ state }) => expectTypeOf(state).toEqualTypeOf<{ opened: number }>(),
    });
    definePlugin({
      name: 'test.state',
      input: scanInput,
      output: z.object({ m: z.number() }),
      setup: async ({ input }) => ({ doubled: input.frames * 2 }),
      process: async ({ state }) => {
        expectTypeOf(state).toEqualTypeOf<{ doubled: number }>();
        return { m: state.doubled };
      },
      teardown: ({ state }) => {
        expectTypeOf(state).toEqualTypeOf<{ doubled: number } | undefined>();
      },
      abort: ({ state }) => {
        expectTypeOf(state).toEqualTypeOf<{ doubled: number } | undefined>();
      },
    });
    definePlugin({
      name: 'test.stateless',
      process: ({ state }) => expectTypeOf(state).toEqualTypeOf<undefined>(),
    });
  });

  it('refuses wrong traits', () => {
    const process = (): null => null;
    // @ts-expect-error -- No such effect.
    definePlugin({ name: 'test.wrong', effect: 'harmless', process });
    // @ts-expect-error -- No such runner.
    definePlugin({ name: 'test.wrong', runner: 'cloud', process });
    // @ts-expect-error -- A misspelt trait.
    definePlugin({ name: 'test.wrong', timoutMs: 5, process });
    // @ts-expect-error -- Units are numbers.
    definePlugin({ name: 'test.wrong', resources: { motor: 'one' }, process });
    // @ts-expect-error -- No name.
    definePlugin({ process });
    // @ts-expect-error -- Neither process nor logic.
    definePlugin({ name: 'test.wrong' });
  });
});

describe('plugins with logic', () => {
  const promised = fromPromise(async ({ input }: { input: { n: number } }) => `${input.n}`);
  const machine = setup({
    types: {
      input: {} as { deg: number },
      output: {} as { at: number },
      context: {} as { deg: number },
    },
  }).createMachine({
    context: ({ input }) => input,
    initial: 'there',
    states: { there: { type: 'final' } },
    output: ({ context }) => ({ at: context.deg }),
  });

  it('have the input and output of the actor', () => {
    const plugin = definePlugin({ name: 'test.promised', logic: promised });
    expectTypeOf<InputOf<typeof plugin>>().toEqualTypeOf<{ n: number }>();
    expectTypeOf(engine.submit(plugin, { n: 1 }).output()).toEqualTypeOf<Promise<string>>();
    const turning = definePlugin({ name: 'test.turning', logic: machine });
    expectTypeOf(engine.submit(turning, { deg: 1 }).output()).toEqualTypeOf<
      Promise<{ at: number }>
    >();
    // @ts-expect-error -- n is a number.
    engine.submit(plugin, { n: 'one' });
    // @ts-expect-error -- An input is required.
    engine.submit(turning);
  });

  it('have those of the schemas where there are any', () => {
    const plugin = definePlugin({
      name: 'test.checked',
      input: z.object({ deg: z.number().default(4) }),
      output: z.object({ at: z.number().transform(String) }),
      logic: machine,
    });
    expectTypeOf(engine.submit(plugin).output()).toEqualTypeOf<Promise<{ at: string }>>();
  });

  it('refuse schemas that do not fit the actor', () => {
    const input = z.object({ deg: z.string() });
    // @ts-expect-error -- The actor takes a number.
    definePlugin({ name: 'test.wrong', input, logic: machine });
    const output = z.object({ at: z.string() });
    // @ts-expect-error -- The actor gives a number.
    definePlugin({ name: 'test.wrong', output, logic: machine });
  });

  it('have no code beside the actor', () => {
    // @ts-expect-error -- Either logic or process.
    definePlugin({ name: 'test.wrong', logic: machine, process: () => null });
    // @ts-expect-error -- An actor prepares itself.
    definePlugin({ name: 'test.wrong', logic: machine, setup: () => null });
  });
});

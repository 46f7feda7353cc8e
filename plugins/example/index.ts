/** Small plugins to try things with; each shows one way to write one. */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { definePlugin, Plugin, pluginFromFunction } from '../../src/plugin.ts';
import type { PluginTraits } from '../../src/plugin.ts';

/** `definePlugin`: the usual way. */
export const square = definePlugin({
  name: 'example.square',
  description: 'Squares a number.',
  input: z.object({ x: z.number() }),
  output: z.object({ result: z.number() }),
  effect: 'idempotent',
  process: ({ input }) => ({ result: input.x ** 2 }),
});

/** A function as it is. */
export const cube = pluginFromFunction(({ x = 0 }: { readonly x?: number }) => x ** 3, {
  name: 'example.cube',
  description: 'Cubes a number, 0 unless given; a function.',
  effect: 'idempotent',
});

const cubeInput = z.object({ x: z.number().default(0) });

/** A class, whose fields live as long as one attempt. */
export class CubeClass extends Plugin<z.output<typeof cubeInput>, { result: number }> {
  static override readonly pluginName = 'example.cubeclass';
  static override readonly input = cubeInput;
  static override readonly output = z.object({ result: z.number() });
  static override readonly traits: PluginTraits = {
    description: 'Cubes a number, 0 unless given; a class.',
    effect: 'idempotent',
  };

  process(): { result: number } {
    return { result: this.input.x ** 3 };
  }
}

/** The least work there is, for trying out what is around it. */
export const noop = definePlugin({
  name: 'example.noop',
  description: 'Does nothing and gives back `x` as `result`.',
  input: z.object({ x: z.unknown() }).partial(),
  output: z.object({ result: z.unknown() }),
  effect: 'idempotent',
  process: ({ input }) => ({ result: input.x ?? null }),
});

const shortestSliceMs = 20;
const longestSliceMs = 1_000;

/** Work that takes time: it reports progress, can be suspended, and ends when it is cancelled. */
export const sleep = definePlugin({
  name: 'example.sleep',
  description: 'Sleeps for some seconds, 1 unless given; time spent suspended is not counted.',
  input: z.object({ seconds: z.number().nonnegative().default(1) }),
  output: z.object({ seconds: z.number() }),
  effect: 'idempotent',
  process: async (context) => {
    const { seconds } = context.input;
    const totalMs = seconds * 1_000;
    const sliceMs = Math.min(Math.max(totalMs / 100, shortestSliceMs), longestSliceMs);
    for (let leftMs = totalMs; leftMs > 0; leftMs -= sliceMs) {
      context.progress(100 * (1 - leftMs / totalMs));
      await context.pausePoint();
      await wait(Math.min(sliceMs, leftMs), undefined, { signal: context.signal });
    }
    context.progress(100);
    return { seconds };
  },
});

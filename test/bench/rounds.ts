/** How long one variant took, in microseconds for each task; one number a round. */
export type Samples = readonly number[];

/** A way of running tasks that is measured. */
export interface Variant {
  readonly name: string;
  /** Tasks of one round at most, for a variant that is slow. */
  readonly most?: number;
  /** Runs `count` no-op tasks with at most `alive` alive at once. */
  run(count: number, alive: number): Promise<void>;
}

export const median = (samples: Samples): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]];
  return (low + high) / 2;
};

const collectGarbage = (): void => {
  (globalThis as { gc?: () => void }).gc?.();
};

async function timed(variant: Variant, wanted: number, alive: number): Promise<number> {
  const count = Math.min(wanted, variant.most ?? wanted);
  collectGarbage();
  const start = process.hrtime.bigint();
  await variant.run(count, alive);
  return Number(process.hrtime.bigint() - start) / 1_000 / count;
}

/**
 * Measures variants in turn, round after round, every other round in reverse order, so that drift of
 * the machine meets all of them alike. Gives the median of each, in microseconds a task.
 */
export async function interleaved(
  variants: readonly Variant[],
  options: { readonly rounds: number; readonly count: number; readonly alive: number },
): Promise<ReadonlyMap<string, number>> {
  const samples = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
  for (const variant of variants)
    await timed(variant, Math.min(options.count, 2_000), options.alive);
  for (let round = 0; round < options.rounds; round += 1) {
    const order = round % 2 === 0 ? variants : variants.toReversed();
    for (const variant of order) {
      samples.get(variant.name)?.push(await timed(variant, options.count, options.alive));
    }
  }
  return new Map([...samples].map(([name, values]) => [name, median(values)]));
}

/** Keeps `alive` pieces of work under way until `count` are done, yielding once a window. */
export async function windowed(
  count: number,
  alive: number,
  one: () => Promise<unknown>,
): Promise<void> {
  let started = 0;
  const lane = async (): Promise<void> => {
    while (started < count) {
      started += 1;
      await one();
    }
  };
  await Promise.all(Array.from({ length: Math.min(alive, count) }, lane));
}

/** Bytes of heap in use after a full collection. */
export function heapUsed(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

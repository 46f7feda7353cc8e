import { vi } from 'vitest';
import type { Clock } from '../../src/kernel/clock.ts';

/** What an iterator says when it is over. */
export const done = { done: true, value: undefined };

/** Gives 1, 2, 3, …, each `ms` after it was asked for; says when it was asked, and whether it closed. */
export function counter(clock: Clock, ms: number, last = Number.POSITIVE_INFINITY) {
  const asked: number[] = [];
  const closed = vi.fn<() => void>();
  async function* count(): AsyncGenerator<number, void, undefined> {
    try {
      for (let item = 1; item <= last; item += 1) {
        asked.push(clock.now());
        // oxlint-disable-next-line no-await-in-loop -- A slow source.
        if (ms > 0) await new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
        yield item;
      }
    } finally {
      closed();
    }
  }
  return { source: count(), asked, closed };
}

const never = (): Promise<IteratorResult<number>> => new Promise(() => {});

/** A source that answers nothing, not even when it is told to close. */
export function hungSource() {
  const close = vi.fn<() => Promise<IteratorResult<number>>>(never);
  const iterator = { next: never, return: close };
  return { source: { [Symbol.asyncIterator]: () => iterator }, iterator, close };
}

/** One item, then an error. */
export async function* brokenSource(error: unknown): AsyncGenerator<number, void, undefined> {
  yield 1;
  throw error;
}

/** Collects what an iterator gives, with the moment of each. */
export async function collect<T>(
  items: AsyncIterable<T>,
  clock: Clock,
  count = Number.POSITIVE_INFINITY,
): Promise<[T, number][]> {
  const seen: [T, number][] = [];
  for await (const item of items) {
    seen.push([item, clock.now()]);
    if (seen.length >= count) break;
  }
  return seen;
}

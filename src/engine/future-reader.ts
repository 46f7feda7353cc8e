import type { Clock } from '../kernel/clock.ts';
import { deferred } from '../kernel/deferred.ts';
import type { Deferred } from '../kernel/deferred.ts';
import type { Completions } from './future-completions.ts';
import type { FutureValue } from './future-value.ts';
import { waitForPromise } from '../actors/wait-for-promise.ts';
import type { WaitOptions } from '../actors/wait-for-promise.ts';

/** Gives the values of a future in the order in which they came to be, each once. */
export class CompletionReader<TOutput> implements AsyncIterableIterator<FutureValue<TOutput>> {
  readonly #completions: Completions<TOutput>;
  readonly #total: number;
  readonly #clock: Clock;
  readonly #options: WaitOptions;
  readonly #waits = new Set<Deferred<void>>();
  #position = 0;
  #hasEnded = false;

  constructor(
    completions: Completions<TOutput>,
    total: number,
    clock: Clock,
    options: WaitOptions,
  ) {
    this.#completions = completions;
    this.#total = total;
    this.#clock = clock;
    this.#options = options;
  }

  async next(): Promise<IteratorResult<FutureValue<TOutput>, undefined>> {
    const position = this.#position++;
    try {
      while (!this.#hasEnded && position < this.#total) {
        const slot = this.#completions.at(position);
        if (slot !== undefined) return { done: false, value: await slot.consume() };
        await this.#wait();
      }
    } catch (error) {
      await this.return();
      throw error;
    }
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<FutureValue<TOutput>, undefined>> {
    this.#hasEnded = true;
    for (const wait of this.#waits) wait.resolve();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Until another one has settled, or nobody reads any more. */
  async #wait(): Promise<void> {
    const wait = deferred<void>();
    this.#waits.add(wait);
    this.#completions.more().then(wait.resolve, wait.reject);
    try {
      await waitForPromise(this.#clock, wait.promise, 'The end of another task', this.#options);
    } finally {
      this.#waits.delete(wait);
    }
  }
}

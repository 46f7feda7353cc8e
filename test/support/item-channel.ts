import { deferred } from '../../src/kernel/deferred.ts';
import type { Deferred } from '../../src/kernel/deferred.ts';

/** An asynchronous source whose items the test gives, one by one. */
export class ItemChannel<T> implements AsyncIterableIterator<T> {
  /** How often an item was asked for. */
  asked = 0;
  /** How often it was told to close. */
  closed = 0;
  #wanted: Deferred<IteratorResult<T>> | null = null;

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T>> {
    this.asked += 1;
    this.#wanted = deferred();
    return this.#wanted.promise;
  }

  /** Answers the reader who waits, as the source's own close does. */
  async return(): Promise<IteratorResult<T>> {
    this.closed += 1;
    this.#wanted?.resolve({ done: true, value: undefined });
    return { done: true, value: undefined };
  }

  give(value: T): void {
    this.#wanted?.resolve({ done: false, value });
  }

  fail(error: unknown): void {
    this.#wanted?.reject(error);
  }

  end(): void {
    this.#wanted?.resolve({ done: true, value: undefined });
  }
}

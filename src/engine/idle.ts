import { deferred } from '../kernel/deferred.ts';
import type { Deferred } from '../kernel/deferred.ts';

interface Waiter {
  readonly isMet: () => boolean;
  readonly done: Deferred<void>;
}

/** Tells when tasks have come to rest. */
export class Idle {
  #waiters: Waiter[] = [];
  #isDue = false;

  /** Resolves when the condition holds; it is looked at after tasks have ended or moved. */
  until(isMet: () => boolean): Promise<void> {
    if (isMet()) return Promise.resolve();
    const done = deferred<void>();
    this.#waiters.push({ isMet, done });
    return done.promise;
  }

  /** Something has moved. Those who wait for a single task are told first: they wake in microtasks. */
  check(): void {
    if (this.#isDue || this.#waiters.length === 0) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      const met = this.#waiters.filter(({ isMet }) => isMet());
      this.#waiters = this.#waiters.filter((waiter) => !met.includes(waiter));
      for (const { done } of met) done.resolve();
    });
  }

  /** What is still waited for will not come. */
  fail(error: Error): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { done } of waiters) done.reject(error);
  }
}

import { deferred } from '../kernel/deferred.ts';
import type { Deferred } from '../kernel/deferred.ts';

/** Events in the order they were sent, for one reader after another; ends when closed. */
export class MessageQueue implements AsyncIterable<unknown> {
  #waiting: unknown[] = [];
  #wake: Deferred<void> | null = null;
  #isClosed = false;

  push(message: unknown): void {
    if (this.#isClosed) return;
    this.#waiting.push(message);
    this.#wake?.resolve();
  }

  close(): void {
    this.#isClosed = true;
    this.#wake?.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
    for (;;) {
      if (this.#waiting.length > 0) {
        yield this.#waiting.shift();
        continue;
      }
      if (this.#isClosed) return;
      this.#wake ??= deferred();
      await this.#wake.promise;
      this.#wake = null;
    }
  }
}

import { openStream } from './open-stream.ts';
import type { StreamSource } from './open-stream.ts';

/** Where items come from and where they go. */
export interface StreamWork<T> {
  /** Opens the source; `signal` fires when no more items are wanted. */
  readonly generate: (signal: AbortSignal) => StreamSource<T> | PromiseLike<StreamSource<T>>;
  /** Takes one item; the next one is asked for when its promise has settled. */
  readonly handle: (item: T) => unknown;
}

/** Taken when this file is loaded: fake timers of a test must not stop a stream. */
const { setImmediate: onNextTurn } = globalThis;

/** A source that never waits would otherwise keep everything else in the process from running. */
const itemsPerTurn = 64;

/**
 * Hands the items of a source to a handler, one after the other, until the source ends or `signal`
 * fires; then the source is closed. Rejects with the first error of source or handler.
 *
 * A source that waits for an item when the signal fires is closed at once: sources that ignore the
 * signal often answer that. The promise settles when the source has really ended.
 */
export async function consume<T>(work: StreamWork<T>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const stream = openStream(await work.generate(signal));
  let isAsking = false;
  const onAbort = (): void => {
    if (isAsking) stream.close().catch(() => {});
  };
  signal.addEventListener('abort', onAbort, { once: true });

  const handOver = async (): Promise<void> => {
    for (let count = 1; !signal.aborted; count += 1) {
      isAsking = true;
      // oxlint-disable-next-line no-await-in-loop -- One item at a time is the contract.
      const step = await stream.next();
      isAsking = false;
      if (step.done === true || signal.aborted) return;
      // oxlint-disable-next-line no-await-in-loop -- One item at a time is the contract.
      await work.handle(step.value);
      // oxlint-disable-next-line no-await-in-loop -- One item at a time is the contract.
      if (count % itemsPerTurn === 0) await new Promise<void>((resolve) => onNextTurn(resolve));
    }
  };

  try {
    await handOver();
  } catch (error) {
    // The first error counts; one that the closing source adds would hide it.
    await stream.close().catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  await stream.close();
}

import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import { onAbort } from '../kernel/on-abort.ts';
import { showValue } from '../wire/show-value.ts';

/** How long a wait may last. */
export interface WaitOptions {
  /** In milliseconds; without it the wait has no end of its own. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(reason: unknown): void;
}

const waiting = new WeakMap<Promise<unknown>, Set<Waiter<never>>>();

/**
 * Tells `waiter` how a promise ends, unless what is returned is called before. A promise keeps its
 * reactions until it ends, so a program that looks again and again, for a tenth of a second each
 * time, would fill the memory with them; here they share one.
 */
function join<T>(promise: Promise<T>, waiter: Waiter<T>): () => void {
  let waiters = waiting.get(promise) as Set<Waiter<T>> | undefined;
  if (waiters === undefined) {
    const joined = new Set<Waiter<T>>();
    waiters = joined;
    waiting.set(promise, joined);
    const tell = (how: (waiter: Waiter<T>) => void): void => {
      waiting.delete(promise);
      joined.forEach(how);
    };
    promise.then(
      (value) => tell((each) => each.resolve(value)),
      (error: unknown) => tell((each) => each.reject(error)),
    );
  }
  waiters.add(waiter);
  return () => void waiters.delete(waiter);
}

function assertWaitOptions({ timeoutMs, signal }: WaitOptions): void {
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0)) {
    const expected = 'a number of milliseconds, 0 or more';
    throw new RunstateError('INVALID_OPTION', ['timeoutMs', expected, showValue(timeoutMs)]);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new RunstateError('INVALID_OPTION', ['signal', 'an AbortSignal', showValue(signal)]);
  }
}

/**
 * Waits for a promise, but not longer than asked. The wait ends, not what it waits for.
 *
 * @throws {@link RunstateError} `WAIT_TIMEOUT`, `WAIT_ABORTED`, `INVALID_OPTION`
 */
export function waitForPromise<T>(
  clock: Clock,
  promise: Promise<T>,
  what: string,
  options: WaitOptions,
): Promise<T> {
  const { timeoutMs, signal } = options;
  if (timeoutMs === undefined && signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    assertWaitOptions(options);
    const stop = (): void => {
      leave();
      if (timer !== null) clock.clearTimeout(timer);
      stopListening?.();
    };
    const giveUp = (error: RunstateError): void => {
      stop();
      reject(error);
    };
    const onTimeout = (): void => giveUp(new RunstateError('WAIT_TIMEOUT', [what, timeoutMs ?? 0]));
    const giveUpOnAbort = (): void =>
      giveUp(new RunstateError('WAIT_ABORTED', [what], { cause: signal?.reason }));
    const leave = join(promise, {
      resolve: (value) => {
        stop();
        resolve(value);
      },
      reject: (error) => {
        stop();
        reject(error);
      },
    });
    const timer = timeoutMs === undefined ? null : clock.setTimeout(onTimeout, timeoutMs);
    const stopListening = signal === undefined ? undefined : onAbort(signal, giveUpOnAbort);
    if (signal?.aborted === true) giveUpOnAbort();
  });
}

import type { Clock } from '../kernel/clock.ts';

/** Whether `promise` is fulfilled within `timeoutMs`; what it rejects with is passed on. */
export function settlesWithin(
  promise: Promise<unknown>,
  timeoutMs: number,
  clock: Clock,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => resolve(false), timeoutMs);
    promise.then(
      () => {
        clock.clearTimeout(timer);
        resolve(true);
      },
      (reason: unknown) => {
        clock.clearTimeout(timer);
        reject(reason);
      },
    );
  });
}

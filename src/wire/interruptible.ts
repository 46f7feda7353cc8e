import { systemClock } from '../kernel/clock.ts';
import { deferred } from '../kernel/deferred.ts';
import { guardSignal } from '../kernel/guarded-signal.ts';
import { onAbort } from '../kernel/on-abort.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { PluginContext, PluginLog } from './plugin-context.ts';

type Interruptible = Pick<PluginContext, 'signal' | 'pausePoint'>;

/** How soon a suspend takes effect during a wait, in milliseconds. */
const pauseEveryMs = 1_000;

const abortReason = (signal: AbortSignal): Error => signal.reason as Error;

/** Resolves after `delayMs`; rejects with the signal's reason as soon as it aborts. */
const sleep = (delayMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return reject(abortReason(signal));
    const stop = onAbort(signal, () => {
      clearTimeout(timer);
      reject(abortReason(signal));
    });
    const timer = setTimeout(() => {
      stop();
      resolve();
    }, delayMs);
  });

/**
 * Waits, and stands still while the task is suspended; time of standing still does not count.
 * Rejects at once when the attempt is told to stop. It is a pause point also when there is nothing to
 * wait for.
 */
export async function wait(context: Interruptible, delayMs: number): Promise<void> {
  await context.pausePoint();
  for (let leftMs = delayMs; leftMs > 0; leftMs -= pauseEveryMs) {
    await sleep(Math.min(leftMs, pauseEveryMs), context.signal);
    await context.pausePoint();
  }
}

class NoAnswer extends Error {
  override readonly name = 'TimeoutError';
}

/** How long a call may take, and what ends it sooner. */
export interface CallLimits {
  /** In milliseconds; none without one. */
  readonly limitMs?: number;
  /** Ends the call, and the wait for it, when it aborts. */
  readonly until?: AbortSignal;
  /** Is told what a listener of the call's signal throws. */
  readonly log: PluginLog;
}

/**
 * Calls what may never answer: it is given a signal that aborts when the time is up or `until` does,
 * and is not waited for any longer, whether it looks at the signal or not.
 */
export async function callWithin<T>(
  work: (signal: AbortSignal) => T | Promise<T>,
  { limitMs, until, log }: CallLimits,
): Promise<T> {
  if (until?.aborted === true) throw abortReason(until);
  const controller = new AbortController();
  guardSignal(controller.signal, (error) => {
    log.error(`A listener of a call's signal threw: ${messageOf(error)}`);
  });
  const { promise: givenUp, reject } = deferred<never>();
  const giveUp = (reason: Error): void => {
    reject(reason);
    controller.abort(reason);
  };
  const stop = until === undefined ? null : onAbort(until, () => giveUp(abortReason(until)));
  const timer =
    limitMs === undefined
      ? null
      : systemClock.setTimeout(() => {
          giveUp(new NoAnswer(`no answer within ${limitMs} ms`));
        }, limitMs);
  try {
    return await Promise.race([work(controller.signal), givenUp]);
  } finally {
    systemClock.clearTimeout(timer);
    stop?.();
  }
}

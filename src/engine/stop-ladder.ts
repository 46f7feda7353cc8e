import { RunstateError } from '../kernel/errors.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { taskError } from '../kernel/task-error.ts';
import type { Phase, TaskError } from '../kernel/task-error.ts';
import type { StopCause, Verdict } from '../kernel/task-machine-types.ts';
import type { Attempt } from './attempt.ts';
import type { Core } from './core.ts';
import type { AcknowledgedBy, TaskRecord } from './task-record.ts';

/** After a kill the place must be gone within this time, or the attempt counts as abandoned. */
const killDeadlineMs = 10_000;

/** What is known of an attempt whose work goes on elsewhere. */
export interface Left {
  readonly stillRunning: readonly string[];
  readonly failure: TaskError | null;
  readonly verdict: Verdict | undefined;
}

/**
 * How a running attempt is brought to its end: first asked (signal and `abort()`), after a grace
 * period killed where that can be done, and abandoned where it cannot. Each rung acknowledges.
 */
export class StopLadder {
  readonly #core: Core;

  constructor(core: Core) {
    this.#core = core;
  }

  /** A clock ran out: a timeout may be retried, a deadline may not. */
  expire(attempt: Attempt, code: ErrorCode, limitMs: number): void {
    const { record, number } = attempt;
    const phase = attempt.phase === 'over' ? 'process' : attempt.phase;
    this.expireTask(record, 'timeout', taskError(code, [limitMs], phase, number));
  }

  expireTask(record: TaskRecord, cause: StopCause, error: TaskError): void {
    record.expiry ??= error;
    record.send({ type: 'task.expire', cause, error });
  }

  /** Asks the attempt to stop, and sees to it that it does. */
  abort(attempt: Attempt): void {
    const { record } = attempt;
    const graceMs = graceOf(record);
    if (attempt.stopReason === null) this.#fire(attempt, this.#reason(record));
    const isSooner = attempt.timer === null || this.#core.clock.now() + graceMs < attempt.timerDue;
    if (!isWorking(attempt) || !isSooner || attempt.isKilled) return;
    this.#arm(attempt, graceMs, () => this.#graceOver(attempt, null));
  }

  /** Teardown may take `teardownTimeoutMs`, then it is killed or abandoned. */
  boundTeardown(attempt: Attempt): void {
    this.#bound(attempt, attempt.record.limits.teardownTimeoutMs);
  }

  /** So may `abort()`, counted from its call. */
  boundAbort(attempt: Attempt): void {
    const { record, abortedAt } = attempt;
    const elapsedMs = this.#core.clock.now() - (abortedAt ?? 0);
    this.#bound(attempt, Math.max(0, record.limits.teardownTimeoutMs - elapsedMs));
  }

  /** The work goes on elsewhere, and nothing stops it: the task ends now, and keeps its resources. */
  leave(attempt: Attempt, left: Left): void {
    this.#abandon(attempt, left.failure, left);
  }

  /** The engine itself lost hold of the task: its code is told to stop, and counts as abandoned. */
  disown(attempt: Attempt, reason: Error): void {
    if (attempt.stopReason === null) this.#fire(attempt, reason);
    this.#markAbandoned(attempt);
  }

  cancelTimer(attempt: Attempt): void {
    if (attempt.timer === null) return;
    this.#core.clock.clearTimeout(attempt.timer);
    attempt.timer = null;
  }

  /** Notes who stopped it; the first answer holds. */
  acknowledge(attempt: Attempt, by: AcknowledgedBy): void {
    const { cancellation } = attempt.record;
    if (cancellation !== null) cancellation.acknowledgedBy ??= by;
  }

  /** What a kill leaves as the failure: nothing after a cancel or timeout, else the teardown's. */
  errorOfKill(attempt: Attempt, phase: Phase | 'over'): TaskError | null {
    return phase === 'teardown' ? cleanUpError(attempt) : null;
  }

  #graceOver(attempt: Attempt, error: TaskError | null): void {
    const { execution } = attempt;
    if (execution?.kill === undefined || attempt.isKilled) {
      this.#abandon(attempt, error);
      return;
    }
    attempt.isKilled = true;
    this.#arm(attempt, killDeadlineMs, () => this.#abandon(attempt, error));
    execution.kill();
  }

  #abandon(attempt: Attempt, error: TaskError | null, left?: Left): void {
    const { record, number } = attempt;
    this.#markAbandoned(attempt, left?.stillRunning);
    const verdict = left?.verdict;
    const ending = verdict === undefined ? { error } : { error, verdict };
    record.send({ type: 'attempt.abandoned', attempt: number, ...ending });
  }

  #markAbandoned(attempt: Attempt, stillRunning?: readonly string[]): void {
    const { record } = attempt;
    this.cancelTimer(attempt);
    attempt.abandonedAt = this.#core.clock.now();
    if (record.cancellation !== null) {
      record.cancellation.acknowledgedBy = 'nobody';
      record.cancellation.stillRunning =
        stillRunning ?? record.plugin.builtIn?.stillRunning?.(record.checkpoint) ?? [];
    }
    if (attempt.execution !== null) {
      record.teardown = attempt.phase === 'teardown' && !attempt.isAborting ? 'failed' : 'deferred';
    }
    this.#core.abandoned.add(attempt);
  }

  #fire(attempt: Attempt, reason: Error): void {
    attempt.stopReason = reason;
    if (attempt.execution === null) return;
    attempt.abortedAt = this.#core.clock.now();
    attempt.isAborting = true;
    attempt.execution.abort(reason);
  }

  #bound(attempt: Attempt, limitMs: number): void {
    this.#arm(attempt, limitMs, () => this.#graceOver(attempt, cleanUpError(attempt)));
  }

  #arm(attempt: Attempt, delayMs: number, then: () => void): void {
    this.cancelTimer(attempt);
    attempt.timerDue = this.#core.clock.now() + delayMs;
    attempt.timer = this.#core.clock.setTimeout(() => {
      attempt.timer = null;
      then();
    }, delayMs);
  }

  #reason(record: TaskRecord): Error {
    const { cancellation, expiry, shutdownGraceMs } = record;
    if (cancellation === null && expiry !== null) return expiryError(expiry);
    if (cancellation === null && shutdownGraceMs !== null) return shutdownError(record.id);
    if (cancellation?.cause !== undefined) return cancellation.cause;
    return new RunstateError('CANCELLED', [cancelText(cancellation?.reason)], {
      taskId: record.id,
    });
  }
}

/** The reason that tasks which closing ends are given. */
export const shutdown = { reason: 'shutdown' } as const;

/** Its code is told apart: what goes on elsewhere, as a remote job does, is not to be ended. */
const shutdownError = (taskId: number): Error =>
  new RunstateError('ENGINE_CLOSED', [], {
    message: `The task was interrupted: ${shutdown.reason}.`,
    taskId,
  });

/** What tasks may take to end after their grace: to be killed, and to clean up. */
const longestEndMs = 30_000;

const graceOf = ({ cancellation, shutdownGraceMs, limits, plugin }: TaskRecord): number =>
  (cancellation?.graceMs ?? shutdownGraceMs ?? limits.graceMs) +
  (plugin.builtIn?.waitsForTasks === true ? longestEndMs : 0);

/** The end of the sentence `The task was cancelled…`. */
export const cancelText = (reason: string | undefined): string =>
  reason === undefined ? '' : `: ${reason}`;

/** What took too long after the work: teardown, or the `abort()` that it waits for. */
const cleanUpError = ({ record, number, isAborting }: Attempt): TaskError => {
  const phase = isAborting ? 'abort' : 'teardown';
  return taskError('TEARDOWN_TIMEOUT', [phase, record.limits.teardownTimeoutMs], phase, number);
};

const isWorking = ({ phase }: Attempt): boolean => phase === 'setup' || phase === 'process';

class ExpiredError extends Error {
  override readonly name = 'TimeoutError';
  readonly code: string;

  constructor({ code, message }: TaskError) {
    super(message);
    this.code = code;
  }
}

const expiryError = (expiry: TaskError): Error => new ExpiredError(expiry);

export function deadlineError(limitMs: number, { current, attempt }: TaskRecord): TaskError {
  const phase = current === null || current.phase === 'over' ? 'pending' : current.phase;
  return taskError('DEADLINE_EXCEEDED', [limitMs], phase, attempt);
}

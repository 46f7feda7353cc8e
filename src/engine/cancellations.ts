import { deferred } from '../kernel/deferred.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import type { Core } from './core.ts';
import type { StopLadder } from './stop-ladder.ts';
import { assertLimits } from './submission.ts';
import type { AcknowledgedBy, Request, TaskRecord } from './task-record.ts';

/** What may be said of a cancel. */
export interface CancelOptions extends Request {
  /** How long the attempt may take to end by itself, in milliseconds, in place of the task's own. */
  readonly graceMs?: number;
}

/** How a cancel went. */
export interface CancelAnswer {
  /** Who stopped it; `nobody` when its code goes on, or had ended before. */
  readonly acknowledgedBy: AcknowledgedBy;
  /** From the call to the task's end, in milliseconds. */
  readonly elapsedMs: number;
  /** How the task ended. */
  readonly status: TaskStatus;
}

/** Cancels tasks; every cancel is answered, also a repeated or a late one. */
export class Cancellations {
  readonly #core: Core;
  readonly #ladder: StopLadder;

  constructor(core: Core, ladder: StopLadder) {
    this.#core = core;
    this.#ladder = ladder;
  }

  /** @throws {@link RunstateError} `INVALID_OPTION` */
  async cancel(record: TaskRecord, options: CancelOptions = {}): Promise<CancelAnswer> {
    assertLimits(options);
    const askedAt = this.#core.clock.now();
    if (record.result === null) {
      const { promise } = (record.whenSettled ??= deferred());
      if (!record.isEnding) this.#ask(record, options, askedAt);
      await promise;
    }
    const stopped = record.state === 'cancelled' ? 'plugin' : 'nobody';
    return {
      acknowledgedBy: record.cancellation?.acknowledgedBy ?? stopped,
      elapsedMs: this.#core.clock.now() - askedAt,
      status: statusOf(record.state),
    };
  }

  #ask(record: TaskRecord, options: CancelOptions, askedAt: number): void {
    const graceMs = options.graceMs ?? record.limits.graceMs;
    if (record.cancellation !== null) {
      const sooner = Math.min(record.cancellation.graceMs, graceMs);
      record.cancellation.graceMs = sooner;
      if (record.current !== null && record.current.stopReason !== null) {
        this.#ladder.abort(record.current);
      }
      return;
    }
    const { by, reason } = options;
    const acknowledgedBy = record.state === 'pending' ? 'queue' : null;
    record.cancellation = { by, reason, askedAt, graceMs, acknowledgedBy };
    record.send({ type: 'task.cancel' });
  }
}

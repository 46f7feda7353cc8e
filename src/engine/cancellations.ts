import { deferred } from '../kernel/deferred.ts';
import type { RunstateError } from '../kernel/errors.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import type { Core } from './core.ts';
import type { Doubts } from './doubts.ts';
import { assertAsked } from './request-check.ts';
import type { StopLadder } from './stop-ladder.ts';
import { assertLimits } from './submission.ts';
import { askedBy } from './task-record.ts';
import type { AcknowledgedBy, Cancellation, Request, TaskRecord } from './task-record.ts';

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
  /** What goes on elsewhere because nothing stops it, by its names there; absent where nothing does. */
  readonly stillRunning?: readonly string[];
}

/** Cancels tasks; every cancel is answered, also a repeated or a late one. */
export class Cancellations {
  readonly #core: Core;
  readonly #ladder: StopLadder;
  readonly #doubts: Doubts;

  constructor(core: Core, ladder: StopLadder, doubts: Doubts) {
    this.#core = core;
    this.#ladder = ladder;
    this.#doubts = doubts;
  }

  /**
   * Cancels a task. A refusal that nobody awaits ends no process.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`; `ENGINE_CLOSED` when the engine ends before it does
   */
  cancel(record: TaskRecord, options: CancelOptions = {}): Promise<CancelAnswer> {
    const answer = this.#cancel(record, options);
    answer.catch(() => {});
    return answer;
  }

  /** A condition that cancels is not met any more; nobody waits for the answer. */
  interlock(record: TaskRecord, cause: RunstateError): void {
    if (record.isEnding || record.result !== null || record.cancellation !== null) return;
    this.#ask(record, { reason: cause.message }, this.#core.clock.now(), cause);
  }

  async #cancel(record: TaskRecord, options: CancelOptions): Promise<CancelAnswer> {
    assertAsked(options);
    assertLimits(options);
    const askedAt = this.#core.clock.now();
    if (record.result === null) {
      const { promise } = (record.whenSettled ??= deferred());
      if (!record.isEnding) this.#ask(record, options, askedAt);
      await promise;
    }
    const { stillRunning } = record.cancellation ?? {};
    const stopped = record.state === 'cancelled' ? 'plugin' : 'nobody';
    return {
      acknowledgedBy: record.cancellation?.acknowledgedBy ?? stopped,
      elapsedMs: this.#core.clock.now() - askedAt,
      status: statusOf(record.state),
      ...(stillRunning === undefined || stillRunning.length === 0 ? {} : { stillRunning }),
    };
  }

  /** The engine ends, and its store keeps the task: what runs of it is told to stop. */
  interrupt(record: TaskRecord, graceMs: number): void {
    if (record.cancellation !== null) return this.#hurry(record, record.cancellation, graceMs);
    record.shutdownGraceMs = graceMs;
    record.send({ type: 'task.interrupt' });
  }

  #ask(record: TaskRecord, options: CancelOptions, askedAt: number, cause?: RunstateError): void {
    const graceMs = options.graceMs ?? record.limits.graceMs;
    if (record.cancellation !== null) return this.#hurry(record, record.cancellation, graceMs);
    const { by, reason } = options;
    const isAtRest = record.state === 'pending' || record.state === 'awaitingOperator';
    const acknowledgedBy = isAtRest ? 'queue' : null;
    record.cancellation = {
      by,
      reason,
      askedAt,
      graceMs,
      acknowledgedBy,
      ...(cause === undefined ? {} : { cause }),
    };
    if (!isAtRest) this.#note(record, options, askedAt);
    if (record.state === 'awaitingOperator') this.#doubts.wake(record);
    record.send({ type: 'task.cancel' });
  }

  #hurry(record: TaskRecord, cancellation: Cancellation, graceMs: number): void {
    cancellation.graceMs = Math.min(cancellation.graceMs, graceMs);
    if (record.current !== null && record.current.stopReason !== null) {
      this.#ladder.abort(record.current);
    }
  }

  /** What runs may take its time to end: who asked for that is told, and kept, at once. */
  #note(record: TaskRecord, request: Request, at: number): void {
    const { log, store, writer } = this.#core;
    const asked = askedBy(request);
    if (request.by !== undefined) {
      log.publish(record, { type: 'log', level: 'info', message: 'cancel asked', ...asked });
    }
    if (!store.isDurable) return;
    writer.write([{ kind: 'change', taskId: record.id, change: { cancel: { ...asked, at } } }]);
  }
}

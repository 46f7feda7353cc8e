import { deferred } from '../kernel/deferred.ts';
import type { Deferred } from '../kernel/deferred.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import { statusOf } from '../kernel/task-state.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { WaitingFor } from '../kernel/waiting.ts';
import type { Attempt } from './attempt.ts';
import { freeSlot, keepSlot } from './core.ts';
import type { Core } from './core.ts';
import { deadlineRow } from './deadlines.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { assertAsked } from './request-check.ts';
import { askedBy } from './task-record.ts';
import { beginSuspension, whyNotSuspended } from './suspension.ts';
import { onConditions } from './waiting-for.ts';
import type { AcknowledgedBy, Request, Suspension, TaskRecord } from './task-record.ts';

/** Who acknowledged a suspend or resume, and where the task stands now. */
export interface SuspendAnswer {
  readonly acknowledgedBy: AcknowledgedBy;
  readonly status: TaskStatus;
  /** The conditions for which a task that was told to resume still stands: it goes on when they are met. */
  readonly waitingFor?: WaitingFor;
}

/**
 * Suspends and resumes tasks: a pending one is held, a running one stands still at the signal or at
 * its next pause point. While it does, its slot is free and its clocks stand still; its resources
 * stay taken.
 */
export class Suspensions {
  readonly #core: Core;
  readonly #gatekeeper: Gatekeeper;

  constructor(core: Core, gatekeeper: Gatekeeper) {
    this.#core = core;
    this.#gatekeeper = gatekeeper;
  }

  async suspend(record: TaskRecord, request: Request): Promise<SuspendAnswer> {
    assertAsked(request);
    if (record.isEnding) return answer(record, 'nobody');
    if (record.state === 'pending') {
      this.#gatekeeper.hold(record, request);
      await this.#keep(record, request);
      return answer(record, 'queue');
    }
    const refusal = whyNotSuspended(record);
    if (refusal !== null) throw new RunstateError('SUSPEND_REFUSED', [record.id, refusal]);
    if (isStopping(record)) return answer(record, 'nobody');
    const suspension = record.suspension ?? beginSuspension(record, request, false);
    if (suspension.isInterlock) await this.#takeOver(record, suspension, request);
    withdrawResume(suspension);
    return answer(record, await suspension.answer.promise);
  }

  /** A condition is not met: a running task stands still until `goOn`. Rejects when it cannot. */
  async standStill(record: TaskRecord, reason: string): Promise<void> {
    const { suspension } = record;
    if (suspension === null) {
      if (!isStopping(record)) await beginSuspension(record, { reason }, true).answer.promise;
    } else if (suspension.resuming !== null) {
      // Whoever had it resumed holds it no longer; it has no slot yet.
      this.#handOver(record, suspension, reason);
      withdrawResume(suspension);
    }
  }

  /**
   * The conditions are met again: a task that stood still for them alone goes on. Rejects when it
   * cannot; then it stands still until a person resumes it.
   */
  async goOn(record: TaskRecord): Promise<void> {
    const { suspension, current } = record;
    if (suspension === null || !suspension.isInterlock || record.isEnding) return;
    if (!suspension.isParked || current === null) return this.leaveProcess(record);
    if (suspension.resuming !== null) return;
    suspension.resuming = this.#regain(record, current, suspension, againMet);
    try {
      await suspension.resuming.promise;
    } catch (error) {
      await this.#takeOver(record, suspension, { reason: messageOf(error) });
      throw error;
    }
  }

  async resume(record: TaskRecord, request: Request): Promise<SuspendAnswer> {
    assertAsked(request);
    const { suspension, current } = record;
    if (record.isEnding) return answer(record, 'nobody');
    if (record.state === 'pending') {
      if (!this.#gatekeeper.release(record, request)) return answer(record, 'nobody');
      await this.#keep(record, null);
      return answer(record, 'queue');
    }
    if (suspension === null) return answer(record, 'nobody');
    const unmet = this.#core.interlocks.whyStanding(record);
    if (unmet !== null) return this.#resumeLater(record, suspension, request, unmet);
    if (!suspension.isParked || current === null) {
      this.leaveProcess(record);
      return answer(record, 'queue');
    }
    suspension.resuming ??= this.#regain(record, current, suspension, request);
    return answer(record, await suspension.resuming.promise);
  }

  /** The code stands still. */
  parked(attempt: Attempt): void {
    const { record } = attempt;
    const { suspension } = record;
    if (suspension === null || attempt.phase !== 'process' || attempt.stopReason !== null) return;
    freeSlot(this.#core, record);
    if (suspension.isParked) return;
    suspension.isParked = true;
    attempt.timeout?.pause();
    attempt.heartbeat?.pause();
    record.deadline?.pause();
    record.send({ type: 'attempt.parked', attempt: attempt.number });
    // What stands still for a condition waits for it after a restart too, and is not held.
    const kept = suspension.isInterlock ? Promise.resolve() : this.#keep(record, suspension);
    void kept.then(
      () => suspension.answer.resolve(acknowledgedBy(record)),
      (error: unknown) => suspension.answer.reject(error),
    );
  }

  /** The work goes on: whoever asked for a standstill is told why. */
  notParked({ record }: Attempt, error: unknown): void {
    const { suspension } = record;
    if (suspension === null || suspension.isParked) return;
    record.suspension = null;
    suspension.answer.reject(
      new RunstateError('SUSPEND_REFUSED', [record.id, messageOf(error)], { cause: error }),
    );
    suspension.answer.promise.catch(() => {});
    withdrawResume(suspension);
  }

  /** A suspend that was asked for during setup reaches the code now. */
  enterProcess(attempt: Attempt): void {
    if (attempt.record.suspension !== null) attempt.execution?.suspend();
  }

  /** The code is over, or is being stopped: whoever waits for it to stand still is told. */
  leaveProcess(record: TaskRecord): void {
    const { suspension } = record;
    if (suspension === null) return;
    record.suspension = null;
    record.current?.execution?.resume();
    record.deadline?.resume();
    // What the engine's end breaks off comes back as it stood: held.
    if (suspension.isParked && record.shutdownGraceMs === null) this.#keepResumed(record);
    suspension.answer.resolve('nobody');
    withdrawResume(suspension);
  }

  /** A person suspends what stands still for a condition: it goes on only by a person's word. */
  async #takeOver(record: TaskRecord, suspension: Suspension, request: Request): Promise<void> {
    suspension.isInterlock = false;
    suspension.by = request.by;
    suspension.reason = request.reason;
    this.#tell(record, 'held', request);
    if (suspension.isParked) await this.#keep(record, request);
  }

  /** From now on it stands still for the condition, and no longer by a person's word. */
  #handOver(record: TaskRecord, suspension: Suspension, reason: string): void {
    if (suspension.isInterlock) return;
    suspension.isInterlock = true;
    suspension.by = undefined;
    suspension.reason = reason;
    if (suspension.isParked) this.#keepResumed(record);
  }

  /** It goes on by itself when its conditions are met; a person's hold is taken off now. */
  #resumeLater(
    record: TaskRecord,
    suspension: Suspension,
    request: Request,
    reason: string,
  ): SuspendAnswer {
    const wasHeld = !suspension.isInterlock;
    if (wasHeld) this.#tell(record, 'released', request);
    this.#handOver(record, suspension, reason);
    const waitingFor = onConditions(record);
    return {
      ...answer(record, wasHeld ? 'queue' : 'nobody'),
      ...(waitingFor === null ? {} : { waitingFor }),
    };
  }

  #tell(record: TaskRecord, message: string, request: Request): void {
    this.#core.log.publish(record, { type: 'log', level: 'info', message, ...askedBy(request) });
  }

  /** Whether it is held, and by whom, is kept: a task that stands still does not go on after a crash. */
  #keep(record: TaskRecord, request: Request | null): Promise<void> {
    const { store, writer, clock } = this.#core;
    if (!store.isDurable) return Promise.resolve();
    const hold = request === null ? null : { ...askedBy(request), at: clock.now() };
    return writer.commit({ kind: 'change', taskId: record.id, change: { hold } });
  }

  /** A task that goes on has as much of its deadline left as when it began to stand still. */
  #keepResumed(record: TaskRecord): void {
    const { store, writer } = this.#core;
    if (!store.isDurable) return;
    const deadline = deadlineRow(this.#core, record);
    const released = { kind: 'change', taskId: record.id, change: { hold: null } } as const;
    writer.write(deadline === null ? [released] : [released, deadline]);
  }

  /** Asks for a slot; the code goes on when there is one, if that is still wanted then. */
  #regain(
    record: TaskRecord,
    attempt: Attempt,
    suspension: Suspension,
    request: Request,
  ): Deferred<AcknowledgedBy> {
    const resuming = deferred<AcknowledgedBy>();
    const goOn = (): void => {
      record.suspension = null;
      record.deadline?.resume();
      attempt.timeout?.resume();
      attempt.heartbeat?.resume();
      record.asked = request;
      record.send({ type: 'attempt.resumed', attempt: attempt.number });
      if (!record.isSlotless) attempt.execution?.resume();
      this.#keepResumed(record);
      resuming.resolve(acknowledgedBy(record));
    };
    if (record.isSlotless) void this.#letGoOn(attempt, suspension, resuming, goOn);
    else {
      const { admission } = this.#core;
      admission.regainSlot(() => {
        if (suspension.resuming !== resuming) return admission.releaseSlot();
        keepSlot(this.#core, record);
        goOn();
      });
    }
    return resuming;
  }

  /** Work that is done elsewhere goes on when it is told so there; if it does not, it stands still yet. */
  async #letGoOn(
    { record, execution }: Attempt,
    suspension: Suspension,
    resuming: Deferred<AcknowledgedBy>,
    goOn: () => void,
  ): Promise<void> {
    resuming.promise.catch(() => {});
    try {
      await execution?.letGoOn?.();
    } catch (error) {
      if (suspension.resuming === resuming) suspension.resuming = null;
      const args = [record.id, messageOf(error)];
      resuming.reject(new RunstateError('RESUME_REFUSED', args, { cause: error }));
      return;
    }
    if (suspension.resuming === resuming) goOn();
    else if (record.suspension === suspension) execution?.suspend();
  }
}

/** Why a task goes on that stood still for a condition. */
const againMet: Request = { reason: 'its conditions are met again' };

function withdrawResume(suspension: Suspension): void {
  suspension.resuming?.resolve('nobody');
  suspension.resuming = null;
}

/** Whether there is nothing left to suspend. A task that is told to start has no attempt yet. */
function isStopping({ current, state, cancellation }: TaskRecord): boolean {
  if (cancellation !== null) return true;
  if (current === null) return state !== 'starting';
  return current.stopReason !== null || current.phase === 'teardown' || current.phase === 'over';
}

/** Who can say that the code stands still, or goes on. */
const acknowledgedBy = ({ plugin }: TaskRecord): AcknowledgedBy =>
  plugin.builtIn?.pausedBy ?? (plugin.suspend === 'signal' ? 'runner' : 'plugin');

const answer = (record: TaskRecord, by: AcknowledgedBy): SuspendAnswer => ({
  acknowledgedBy: by,
  status: statusOf(record.state),
});

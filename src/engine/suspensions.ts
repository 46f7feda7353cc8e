import { deferred } from '../kernel/deferred.ts';
import type { Deferred } from '../kernel/deferred.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { Attempt } from './attempt.ts';
import { freeSlot, keepSlot } from './core.ts';
import type { Core } from './core.ts';
import { deadlineRow } from './deadlines.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { assertAsked } from './request-check.ts';
import { askedBy } from './task-record.ts';
import type { AcknowledgedBy, Request, Suspension, TaskRecord } from './task-record.ts';

/** Who acknowledged a suspend or resume, and where the task stands now. */
export interface SuspendAnswer {
  readonly acknowledgedBy: AcknowledgedBy;
  readonly status: TaskStatus;
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
    if (record.plugin.suspend === 'refuse') {
      throw new RunstateError('SUSPEND_REFUSED', [record.id, whyRefused(record)]);
    }
    const { current } = record;
    if (isStopping(record)) return answer(record, 'nobody');
    if (record.suspension === null) {
      const suspended = deferred<AcknowledgedBy>();
      record.suspension = { ...request, answer: suspended, isParked: false, resuming: null };
      if (current?.phase === 'process') current.execution?.suspend();
    }
    withdrawResume(record.suspension);
    return answer(record, await record.suspension.answer.promise);
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
    void this.#keep(record, suspension).then(
      () => suspension.answer.resolve(acknowledgedBy(record)),
      (error: unknown) => suspension.answer.reject(error),
    );
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
    const { admission } = this.#core;
    const resuming = deferred<AcknowledgedBy>();
    admission.regainSlot(() => {
      if (suspension.resuming !== resuming) return admission.releaseSlot();
      keepSlot(this.#core, record);
      record.suspension = null;
      record.deadline?.resume();
      attempt.timeout?.resume();
      attempt.heartbeat?.resume();
      record.asked = request;
      record.send({ type: 'attempt.resumed', attempt: attempt.number });
      attempt.execution?.resume();
      this.#keepResumed(record);
      resuming.resolve(acknowledgedBy(record));
    });
    return resuming;
  }
}

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
  plugin.suspend === 'signal' ? 'runner' : 'plugin';

const answer = (record: TaskRecord, by: AcknowledgedBy): SuspendAnswer => ({
  acknowledgedBy: by,
  status: statusOf(record.state),
});

const whyRefused = ({ plugin }: TaskRecord): string =>
  plugin.logic !== null
    ? `plugin "${plugin.name}" runs an actor of its own. Send it an event, or cancel the task.`
    : `plugin "${plugin.name}" declares suspend "refuse" (the default of an unsafe one). Cancel the task, or declare suspend "cooperative".`;

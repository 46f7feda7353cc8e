import { RunstateError } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { ConditionWait } from '../kernel/waiting.ts';
import type { DuringRun } from '../wire/condition.ts';
import { showValue } from '../wire/show-value.ts';
import type { Cancellations } from './cancellations.ts';
import type { ConditionShelf } from './condition-shelf.ts';
import type { ConditionWatches } from './condition-watches.ts';
import type { Core } from './core.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { whyNotSuspended } from './suspension.ts';
import type { Suspensions } from './suspensions.ts';
import type { Guard, TaskRecord } from './task-record.ts';

/** What the interlocks act by. */
export interface InterlockPort {
  readonly shelf: ConditionShelf;
  readonly watches: ConditionWatches;
  /** Asked for when first needed: the parts need each other. */
  readonly parts: () => {
    readonly core: Pick<Core, 'log' | 'logger' | 'isClosing'>;
    readonly gatekeeper: Pick<Gatekeeper, 'pass' | 'keepBack'>;
    readonly suspensions: Pick<Suspensions, 'standStill' | 'goOn'>;
    readonly cancellations: Pick<Cancellations, 'interlock'>;
  };
}

/** `alarm`: the task goes on, since it cannot be suspended and nothing else was said. */
type Effect = DuringRun | 'alarm';

/**
 * Keeps tasks to the conditions that they require. A pending task is watched over once nothing else
 * but a slot and its resources is missing; a running one until its work is over, by those conditions
 * that have something to say of a run. Teardown is never kept from its work.
 */
export class Interlocks {
  readonly #port: InterlockPort;

  constructor(port: InterlockPort) {
    this.#port = port;
  }

  /** Whether a pending task may stand in the queue; from now on it is told when that changes. */
  isReady(record: TaskRecord): boolean {
    if (record.requires.length === 0 || goesOn(record)) return true;
    if (record.guard === null) {
      if (this.#port.parts().core.isClosing) return false;
      record.guard = this.#guard(record, record.requires);
    }
    return record.guard.watched.isMet;
  }

  /** Whether a task that has got its slot and resources still may have them; looked at anew. */
  mayAdmit({ guard }: TaskRecord): boolean {
    if (guard === null) return true;
    void guard.watched.look();
    return guard.watched.isMet;
  }

  /** Whether the code of an attempt may be called now; looked at anew, which may take an answer. */
  mayStart(record: TaskRecord): boolean | Promise<boolean> {
    const { guard } = record;
    if (guard === null) return record.requires.length === 0 || goesOn(record);
    const look = guard.watched.look();
    if (look === null) return guard.watched.isMet;
    return new Promise((resolve) => {
      guard.left = () => resolve(false);
      void look.then(() => resolve(guard.watched.isMet));
    });
  }

  /** The code of an attempt is called: only what has a say in a run is needed from now on. */
  begin(record: TaskRecord): void {
    const { guard, requires } = record;
    record.wasBrokenOff = false;
    if (requires.length === 0) return;
    const names = requires.filter((name) => this.#effectOf(record, name) !== 'ignore');
    record.guard = names.length === 0 ? null : this.#guard(record, names);
    guard?.watched.close();
    if (record.guard !== null && !record.guard.watched.isMet) this.#heed(record, record.guard);
  }

  /** Nothing of the task's conditions matters at this moment. */
  leave(record: TaskRecord): void {
    const { guard } = record;
    if (guard === null) return;
    record.guard = null;
    guard.watched.close();
    guard.left?.();
  }

  /** The condition for which a running task stands still, or would have to; null without one. */
  whyStanding(record: TaskRecord): string | null {
    const waits = record.guard?.watched.waits ?? [];
    return waits.find(({ name }) => this.#effectOf(record, name) === 'suspend')?.message ?? null;
  }

  #guard(record: TaskRecord, names: readonly string[]): Guard {
    const watched = this.#port.watches.watch(names, () => {
      // A change that the guard itself sets off while it is made finds the task as it was.
      if (record.guard?.watched === watched) this.#changed(record);
    });
    return { watched, told: new Set(), left: null };
  }

  #changed(record: TaskRecord): void {
    const { guard, hasSlot, isEnding } = record;
    if (guard === null || isEnding) return;
    if (record.state !== 'pending') return this.#heed(record, guard);
    // One that has its slot is looked at before its code is called.
    if (hasSlot) return;
    const { gatekeeper } = this.#port.parts();
    if (guard.watched.isMet) gatekeeper.pass(record);
    else gatekeeper.keepBack(record);
  }

  /** Does what the conditions say of a running task. */
  #heed(record: TaskRecord, { watched, told }: Guard): void {
    const { current, cancellation } = record;
    if (current === null || current.execution === null) return;
    if (current.stopReason !== null || cancellation !== null) return;
    const { suspensions, cancellations } = this.#port.parts();
    const by = (effect: Effect): readonly ConditionWait[] =>
      watched.waits.filter(({ name }) => this.#effectOf(record, name) === effect);
    const [cancelling] = by('cancel');
    if (cancelling !== undefined)
      return cancellations.interlock(record, unmetError(record, cancelling));
    const [standing] = by('suspend');
    if (standing === undefined) {
      suspensions.goOn(record).catch((error: unknown) => {
        this.#alarm(record, null, `Task ${record.id} stands still: ${messageOf(error)}`);
      });
    } else {
      const { name, message } = standing;
      suspensions.standStill(record, message).catch((error: unknown) => {
        this.#alarm(
          record,
          name,
          `Task ${record.id} goes on although ${message}: ${messageOf(error)}`,
        );
      });
    }
    this.#tellUnheeded(record, by('alarm'), told);
  }

  /** Once for each time that a condition is not met any more. */
  #tellUnheeded(record: TaskRecord, waits: readonly ConditionWait[], told: Set<string>): void {
    for (const name of told) if (waits.every((wait) => wait.name !== name)) told.delete(name);
    for (const { name, message } of waits) {
      if (told.has(name)) continue;
      told.add(name);
      const why = 'it cannot be suspended, and the condition does not say `during`';
      this.#alarm(record, name, `Task ${record.id} goes on although ${message}: ${why}.`);
    }
  }

  #alarm({ id: taskId }: TaskRecord, condition: string | null, message: string): void {
    const { log, logger } = this.#port.parts().core;
    logger.warn({ taskId, condition }, message);
    const source = condition === null ? 'condition' : `condition:${condition}`;
    log.alarm({ taskId, source, message });
  }

  #effectOf(record: TaskRecord, name: string): Effect {
    const during = this.#port.shelf.find(name)?.during ?? null;
    if (during === 'cancel' || during === 'ignore') return during;
    return whyNotSuspended(record) === null ? 'suspend' : 'alarm';
  }
}

/**
 * Whether the next attempt goes on with work that may be under way elsewhere, as a command on a
 * device is after a restart: it is followed at once, and its conditions have their say in its run.
 */
const goesOn = ({ continues, wasBrokenOff, checkpoint }: TaskRecord): boolean =>
  continues && wasBrokenOff && checkpoint !== undefined && checkpoint !== null;

function unmetError({ id }: TaskRecord, wait: ConditionWait): RunstateError {
  const { name, problem, message } = wait;
  const detail = problem === 'unmet' && 'value' in wait ? showValue(wait.value) : message;
  return new RunstateError('CONDITION_UNMET', [name, detail], { taskId: id });
}

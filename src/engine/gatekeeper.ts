import { taskError } from '../kernel/task-error.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { isTerminal, statusOf } from '../kernel/task-state.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import type { StoreRow } from '../kernel/store-rows.ts';
import type { StoredUnsettled } from '../kernel/task-store.ts';
import { Countdown } from './countdown.ts';
import { freeResources, freeSlot, unsettled } from './core.ts';
import type { Core } from './core.ts';
import { idOf } from './submission.ts';
import type { Dependency } from './submission.ts';
import { askedBy } from './task-record.ts';
import type { Gate, Request, TaskRecord } from './task-record.ts';

type Ended = Pick<TaskResult, 'taskId' | 'taskStatus'>;

type Outcome = TaskStatus | 'forgotten' | 'nothing';

/** Keeps a pending task from the queue until nothing but a slot and its resources is missing. */
export class Gatekeeper {
  readonly #core: Core;
  /** Tasks that come after a task, by its id. */
  readonly #dependants = new Map<number, Set<TaskRecord>>();
  readonly #untold: Ended[] = [];
  #isTelling = false;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Takes a new task in: it is ready, or waits for what its options name. */
  arrive(record: TaskRecord): void {
    const { hold, delayMs, by, note } = record.options;
    if (hold === true) record.openGate().hold = { by, reason: note };
    if (delayMs !== undefined && delayMs > 0) this.#delay(record, delayMs, false);
    this.#comeAfter(record);
  }

  #comeAfter(record: TaskRecord): void {
    const after = new Map(record.options.after?.map((task) => [idOf(task), task]));
    if (after.size === 0) return;
    record.openGate().dependsOn = new Set(after.keys());
    for (const [id, task] of after) this.#dependOn(record, id, task);
  }

  /** Takes a task in that comes from before a restart; its timers keep their moments. */
  arriveAgain(record: TaskRecord, stored: StoredUnsettled, isWithoutPlugin: boolean): void {
    const { hold, timers, attemptList } = stored;
    if (hold !== null) record.openGate().hold = hold;
    if (isWithoutPlugin) record.openGate().isWithoutPlugin = true;
    const [dueAt, isRetry] =
      attemptList.length === 0 ? [timers.delay, false] : [timers.retry, true];
    const leftMs = (dueAt ?? 0) - this.#core.clock.now();
    if (leftMs > 0) this.#delay(record, leftMs, isRetry);
    // What it comes after had completed before its first attempt.
    if (attemptList.length === 0) this.#comeAfter(record);
  }

  /** Keeps a task back before its next attempt; gives the row that keeps the moment. */
  backOff(record: TaskRecord, delayMs: number): StoreRow {
    const dueAt = this.#delay(record, delayMs, true);
    return { kind: 'timer', taskId: record.id, timer: 'retry', dueAt };
  }

  hold(record: TaskRecord, request: Request): void {
    record.openGate().hold = request;
    this.keepBack(record);
    this.#core.interlocks.leave(record);
    this.#tell(record, 'held', request);
  }

  /** Lets a held task go on; false when it was not held. */
  release(record: TaskRecord, request: Request): boolean {
    if (record.gate === null || record.gate.hold === null) return false;
    record.gate.hold = null;
    this.#tell(record, 'released', request);
    this.pass(record);
    return true;
  }

  /** Takes a task out of the queue: something keeps it back, and its queue clock starts anew later. */
  keepBack(record: TaskRecord): void {
    this.#core.admission.remove(record);
    record.queueTimeout?.cancel();
    record.queueTimeout = null;
  }

  /** A condition is not met any more, and the task has got its slot and resources: others may have them. */
  giveBack(record: TaskRecord): void {
    this.keepBack(record);
    freeSlot(this.#core, record);
    freeResources(this.#core, record);
  }

  /** The task is not pending any more, or has ended. */
  leave(record: TaskRecord): void {
    this.keepBack(record);
    const { interlocks, requirements } = this.#core;
    if (record.isEnding || record.state === 'pending') interlocks.leave(record);
    if (record.isEnding) requirements.ended(record);
    const { gate } = record;
    if (gate === null) return;
    this.#core.clock.clearTimeout(gate.timer);
    for (const id of gate.dependsOn ?? []) this.#forget(record, id);
    record.gate = null;
  }

  /** Tells those that come after a task that it has settled; a long chain that fails is no recursion. */
  settled({ taskId, taskStatus }: TaskResult): void {
    this.#untold.push({ taskId, taskStatus });
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift()) {
      const dependants = this.#dependants.get(next.taskId);
      this.#dependants.delete(next.taskId);
      for (const record of dependants ?? []) this.#dependencySettled(record, next);
    }
    this.#isTelling = false;
  }

  /** Lets a task into the queue when nothing keeps it back. */
  pass(record: TaskRecord): void {
    const { gate } = record;
    if (record.state !== 'pending' || record.isEnding) return;
    if (record.isQueued || !record.isAccepted) return;
    if (gate !== null) {
      if (!isOpen(gate)) return;
      record.gate = null;
    }
    if (!this.#core.interlocks.isReady(record)) return;
    this.#startQueueClock(record);
    this.#core.admission.enqueue(record);
  }

  fail(record: TaskRecord, code: Parameters<typeof taskError>[0], args: (string | number)[]): void {
    const error = taskError(code, args, 'pending', record.attempt);
    record.send({ type: 'task.fail', error });
  }

  /** A hold changes no state; it is told in the log, with who asked for it. */
  #tell(record: TaskRecord, message: string, request: Request): void {
    this.#core.log.publish(record, { type: 'log', level: 'info', message, ...askedBy(request) });
  }

  #startQueueClock(record: TaskRecord): void {
    const { queueTimeoutMs } = record.limits;
    if (queueTimeoutMs === null) return;
    record.queueTimeout = new Countdown(this.#core.clock, queueTimeoutMs, () => {
      const error = taskError('QUEUE_TIMEOUT', [queueTimeoutMs], 'pending', record.attempt);
      record.expiry = error;
      record.send({ type: 'task.expire', cause: 'deadline', error });
    });
  }

  #delay(record: TaskRecord, delayMs: number, isRetry: boolean): number {
    const { clock } = this.#core;
    const gate = record.openGate();
    gate.notBefore = clock.now() + delayMs;
    gate.isRetry = isRetry;
    gate.timer = clock.setTimeout(() => {
      gate.notBefore = null;
      gate.timer = null;
      this.pass(record);
    }, delayMs);
    return gate.notBefore;
  }

  /** A task that is not live is looked up; until the answer comes the dependant waits. */
  #dependOn(record: TaskRecord, id: number, task: Dependency): void {
    const dependants = this.#dependants.get(id) ?? new Set();
    this.#dependants.set(id, dependants.add(record));
    if (isGiven(record, id) && unsettled(this.#core, id) !== undefined) return;
    void this.#outcomeOf(record, id, task).then((outcome) => {
      if (outcome === null || record.gate?.dependsOn?.has(id) !== true) return;
      this.#forget(record, id);
      if (outcome === 'forgotten') this.fail(record, 'TASK_FORGOTTEN', [id]);
      else if (outcome === 'nothing') this.fail(record, 'DEPENDENCY_UNKNOWN', [id]);
      else this.#dependencySettled(record, { taskId: id, taskStatus: outcome });
    });
  }

  /** How a task that is not live ended; null when that is still to come. */
  async #outcomeOf(record: TaskRecord, id: number, task: Dependency): Promise<Outcome | null> {
    if (!isGiven(record, id)) return 'nothing';
    if (typeof task === 'object' && task.status !== undefined && isTerminal(task.status)) {
      return task.status;
    }
    try {
      const found = await this.#core.store.lookup(id);
      if (found.found !== 'task') return found.found;
      return found.result?.taskStatus ?? null;
    } catch (error) {
      this.#core.logger.error({ err: error, id }, 'a store lookup failed');
      return 'nothing';
    }
  }

  #dependencySettled(record: TaskRecord, { taskId, taskStatus }: Ended): void {
    const waiting = record.gate?.dependsOn;
    if (waiting?.delete(taskId) !== true) return;
    if (taskStatus === statusOf('completed')) this.pass(record);
    else this.fail(record, 'DEPENDENCY_FAILED', [taskId, taskStatus]);
  }

  #forget(record: TaskRecord, id: number): void {
    const dependants = this.#dependants.get(id);
    dependants?.delete(record);
    if (dependants?.size === 0) this.#dependants.delete(id);
  }
}

/**
 * Whether an id that a task names was given before. One that was not may become that of a task which
 * comes after this one. A stored task names what was there; restored tasks may have changed places.
 */
const isGiven = (record: TaskRecord, id: number): boolean => record.isAccepted || id < record.id;

const isOpen = ({ hold, notBefore, isWithoutPlugin, dependsOn }: Gate): boolean =>
  hold === null && notBefore === null && !isWithoutPlugin && (dependsOn?.size ?? 0) === 0;

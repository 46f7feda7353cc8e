import { deferred } from '../kernel/deferred.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { freeSlot, keepSlot, regainSlot, unsettled } from './core.ts';
import type { Core } from './core.ts';
import type { TaskRecord, Wait } from './task-record.ts';

/** What keeps a task from going on: another task, perhaps because of a resource that one has. */
interface Hindrance {
  readonly by: number;
  readonly resource: string | null;
}

/**
 * Who waits for whom: by `waitFor`, by `after`, and by resources that another task has.
 *
 * Only a `waitFor` can close a circle: `after` names older tasks, and a task has all its resources
 * from its start. So each `waitFor` is looked at when it begins, and one that could never end is
 * refused; then there is never a circle among those that wait.
 */
export class Waits {
  readonly #core: Core;
  /** Tasks with a `waitFor` under way; without one nobody who has resources waits for anything. */
  #waiters = 0;

  constructor(core: Core) {
    this.#core = core;
  }

  /** Waits for a task on behalf of another; the waiter's slot is free meanwhile. */
  async waitFor(waiter: TaskRecord, id: number): Promise<TaskResult> {
    const target = unsettled(this.#core, id);
    if (target === undefined) return this.#settledResult(id);
    const circle = this.#circle(waiter, target);
    if (circle !== null) {
      throw new RunstateError('WAIT_CYCLE', [`task ${id}`, circle], { taskId: waiter.id });
    }
    const wait: Wait = { id };
    const waits = this.#begin(waiter, wait);
    target.whenSettled ??= deferred();
    try {
      return await target.whenSettled.promise;
    } finally {
      await this.#end(waiter, waits, wait);
    }
  }

  /** The tasks that those who have one of these resources wait for, in the end. */
  awaitedByHoldersOf(names: readonly string[]): readonly TaskRecord[] {
    if (this.#waiters === 0) return [];
    const holders = names.flatMap((name) => this.#core.ledger.holdersOf(name));
    return [...this.#reach(holders).values()];
  }

  /** The task's code is over; whatever it waited for, it waits no longer. */
  forget(record: TaskRecord): void {
    if (record.waitingOn === null) return;
    record.waitingOn = null;
    this.#waiters -= 1;
  }

  #begin(waiter: TaskRecord, wait: Wait): Set<Wait> {
    if (waiter.waitingOn === null) {
      waiter.waitingOn = new Set();
      this.#waiters += 1;
      freeSlot(this.#core, waiter);
    }
    waiter.waitingOn.add(wait);
    this.#core.admission.wake();
    return waiter.waitingOn;
  }

  /** The last of an attempt's waits is over: the task needs a slot again before it goes on. */
  #end(waiter: TaskRecord, waits: Set<Wait>, wait: Wait): Promise<void> | undefined {
    waits.delete(wait);
    if (waiter.waitingOn !== waits || waits.size > 0) return undefined;
    return new Promise((resolve) => {
      regainSlot(this.#core, waiter, () => {
        if (waiter.waitingOn === waits && waits.size === 0) {
          this.forget(waiter);
          keepSlot(this.#core, waiter);
        } else if (!waiter.isSlotless) this.#core.admission.releaseSlot();
        resolve();
      });
    });
  }

  async #settledResult(id: number): Promise<TaskResult> {
    const found = await this.#core.store.lookup(id);
    if (found.found === 'task' && found.result !== null) return found.result;
    throw new RunstateError(found.found === 'forgotten' ? 'TASK_FORGOTTEN' : 'TASK_UNKNOWN', [id]);
  }

  /** The circle that a wait would close, in words; null when it can end. */
  #circle(waiter: TaskRecord, target: TaskRecord): string | null {
    const reached = this.#reach([target.id]);
    if (!reached.has(waiter.id)) return null;
    const ending = this.#ending(reached, waiter, target);
    if (ending.has(target.id)) return null;
    const way = this.#way(reached, target, waiter, ending);
    return [`task ${waiter.id} waits for task ${target.id}`, ...way].join(', ');
  }

  /**
   * Those of `records` that can come to their end if `waiter` waits for `target`: what runs can, what
   * waits can once all it waits for can, and what needs units once enough of them come free.
   */
  #ending(
    records: ReadonlyMap<number, TaskRecord>,
    waiter: TaskRecord,
    target: TaskRecord,
  ): ReadonlySet<number> {
    const ending = new Set<number>();
    const isOver = (id: number): boolean => !records.has(id) || ending.has(id);
    const canEnd = (record: TaskRecord): boolean =>
      (record !== waiter || isOver(target.id)) &&
      awaitedBy(record).every(isOver) &&
      (record.state !== 'pending' || this.#core.ledger.isFree(record.request, isOver));
    for (let before = -1; before < ending.size;) {
      before = ending.size;
      for (const record of records.values()) if (canEnd(record)) ending.add(record.id);
    }
    return ending;
  }

  /** The way from one task to another along what cannot end, in words. */
  #way(
    records: ReadonlyMap<number, TaskRecord>,
    from: TaskRecord,
    to: TaskRecord,
    ending: ReadonlySet<number>,
  ): readonly string[] {
    const ways = new Map<number, readonly string[]>([[from.id, []]]);
    for (const [id, way] of ways) {
      if (id === to.id) return way;
      const record = records.get(id);
      for (const { by, resource } of record === undefined ? [] : this.#hindrances(record)) {
        if (ways.has(by) || ending.has(by)) continue;
        const what = resource === null ? `task ${by}` : `resource "${resource}" of task ${by}`;
        ways.set(by, [...way, `task ${id} waits for ${what}`]);
      }
    }
    return [];
  }

  /** The live tasks among `ids`, and all that they wait for. */
  #reach(ids: readonly number[]): ReadonlyMap<number, TaskRecord> {
    const reached = new Map<number, TaskRecord>();
    const open = [...ids];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      const record = this.#core.live.get(id);
      if (record === undefined || reached.has(id)) continue;
      reached.set(id, record);
      for (const { by } of this.#hindrances(record)) open.push(by);
    }
    return reached;
  }

  #hindrances(record: TaskRecord): readonly Hindrance[] {
    const tasks = awaitedBy(record).map((by) => ({ by, resource: null }));
    if (record.state !== 'pending') return tasks;
    const { ledger } = this.#core;
    const resources = ledger
      .missing(record.request)
      .flatMap((resource) => ledger.holdersOf(resource).map((by) => ({ by, resource })));
    return [...tasks, ...resources];
  }
}

/** The tasks that a task waits for by `waitFor` and `after`. */
const awaitedBy = ({ waitingOn, gate }: TaskRecord): readonly number[] => [
  ...[...(waitingOn ?? [])].map(({ id }) => id),
  ...(gate?.dependsOn ?? []),
];

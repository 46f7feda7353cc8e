import type { Clock } from '../kernel/clock.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import type { Retention } from '../kernel/task-store.ts';
import type { SettledTask } from './memory-task.ts';
import { retentionGroups } from './retention-groups.ts';
import type { RetentionGroup } from './retention-groups.ts';

/** The least time between two looks at what has become too old. */
const restMs = 1_000;

/** Dropped entries that a shelf carries along before it makes room. */
const idleEntries = 1_000;

/** Settled tasks of one group, in the order in which they ended. */
class Shelf {
  readonly group: RetentionGroup;
  readonly #tasks: SettledTask[] = [];
  #first = 0;
  /** Those that are not dropped. */
  size = 0;

  constructor(group: RetentionGroup) {
    this.group = group;
  }

  add(task: SettledTask): void {
    this.#tasks.push(task);
    this.size += 1;
  }

  get oldest(): SettledTask | undefined {
    while (this.#tasks[this.#first]?.isDropped === true) this.#first += 1;
    if (this.#first > idleEntries && this.#first * 2 > this.#tasks.length) {
      this.#tasks.splice(0, this.#first);
      this.#first = 0;
    }
    return this.#tasks[this.#first];
  }

  /** The oldest, if it is one too many or too old. */
  due(nowMs: number): SettledTask | undefined {
    const { oldest, group } = this;
    if (oldest === undefined) return undefined;
    const isDue = this.size > group.settled || nowMs - oldest.result.times.endedAt >= group.ageMs;
    return isDue ? oldest : undefined;
  }
}

/**
 * Says which settled tasks are kept no longer. The cost of one more is the same however many there
 * are.
 */
export class MemoryRetention {
  readonly #clock: Clock;
  readonly #drop: (due: readonly SettledTask[]) => void;
  readonly #shelves: readonly Shelf[];
  readonly #shelfOf = new Map<TaskStatus, Shelf>();
  readonly #hasAges: boolean;
  #timer: unknown = null;

  constructor(retention: Retention, clock: Clock, drop: (due: readonly SettledTask[]) => void) {
    this.#clock = clock;
    this.#drop = drop;
    this.#shelves = retentionGroups(retention).map((group) => new Shelf(group));
    this.#hasAges = this.#shelves.some(({ group }) => Number.isFinite(group.ageMs));
    for (const shelf of this.#shelves) {
      for (const status of shelf.group.statuses) this.#shelfOf.set(status, shelf);
    }
  }

  settled(task: SettledTask): void {
    this.#shelfOf.get(task.result.taskStatus)?.add(task);
  }

  dropped(task: SettledTask): void {
    if (task.isDropped) return;
    task.isDropped = true;
    const shelf = this.#shelfOf.get(task.result.taskStatus);
    if (shelf !== undefined) shelf.size -= 1;
  }

  /** Drops what is due now, and looks again when the next becomes too old. */
  sweep(): void {
    const nowMs = this.#hasAges ? this.#clock.now() : 0;
    let all: SettledTask[] | null = null;
    for (const shelf of this.#shelves) {
      for (let task = shelf.due(nowMs); task !== undefined; task = shelf.due(nowMs)) {
        this.dropped(task);
        (all ??= []).push(task);
      }
    }
    if (all !== null) this.#drop(all);
    if (this.#hasAges && this.#timer === null) this.#arm(nowMs);
  }

  close(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #arm(nowMs: number): void {
    let dueAt = Number.POSITIVE_INFINITY;
    for (const { oldest, group } of this.#shelves) {
      if (oldest === undefined) continue;
      dueAt = Math.min(dueAt, oldest.result.times.endedAt + group.ageMs);
    }
    if (dueAt === Number.POSITIVE_INFINITY) return;
    const look = (): void => {
      this.#timer = null;
      this.sweep();
    };
    this.#timer = this.#clock.setTimeout(look, Math.max(restMs, dueAt - nowMs));
    this.#clock.unref?.(this.#timer);
  }
}

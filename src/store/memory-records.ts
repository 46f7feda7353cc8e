import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import type { StoredStep } from '../kernel/job-steps.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import type { StoreStatistics } from '../kernel/task-statistics.ts';
import type { StoreRow } from '../kernel/store-rows.ts';
import type {
  EventQuery,
  Opened,
  Retention,
  StoredBrief,
  StoredKey,
  StoredUnsettled,
  StoreOpening,
  TaskLookup,
  TaskQuery,
} from '../kernel/task-store.ts';
import { MemoryRetention } from './memory-retention.ts';
import { MemoryTask } from './memory-task.ts';
import type { SettledTask } from './memory-task.ts';
import { assertRetention } from './retention-groups.ts';
import { RecentRuns, settledRun, Tally } from './tally.ts';
import { fitsEvent, fitsTask } from './task-filter.ts';

/** Events that a person or client caused, of all tasks, that are kept for the audit. */
const keptAttributed = 10_000;

type SettleRow = StoreRow & { readonly kind: 'settle' };

/** What a memory store holds, and every way to it. */
export class MemoryRecords {
  /** In the order in which they were submitted. */
  readonly #tasks = new Map<number, MemoryTask>();
  readonly #environments = new Map<string, Readonly<Record<string, string>>>();
  readonly #tally = new Tally();
  readonly #recent = new RecentRuns();
  #attributed: TaskEvent[] = [];
  #rule: Retention;
  #retention: MemoryRetention;
  #onForgotten: StoreOpening['onForgotten'];
  #nextId = 1;
  #nextSeq = 1;
  /** The greatest id that a task has had; those up to `#nextId` are set aside and not given yet. */
  #lastId = 0;

  constructor(retention: Retention) {
    this.#rule = retention;
    this.#retention = this.#retain(systemClock);
  }

  open({ retention, clock, firstId = 1, onForgotten }: StoreOpening): Opened {
    if (retention !== undefined) assertRetention(retention);
    this.#rule = retention ?? this.#rule;
    this.#onForgotten = onForgotten;
    this.#retention.close();
    this.#retention = this.#retain(clock);
    this.#retention.sweep();
    this.#nextId = Math.max(this.#nextId, this.#lastId + 1, firstId);
    return { nextId: this.#nextId, nextSeq: this.#nextSeq };
  }

  close(): void {
    this.#retention.close();
  }

  commit(rows: readonly StoreRow[]): void {
    this.#assertNew(rows);
    for (const row of rows) this.#keep(row);
  }

  lookup(id: number): TaskLookup {
    const task = this.#tasks.get(id);
    if (task !== undefined) return task.lookup();
    const wasGiven = Number.isInteger(id) && id > 0 && id <= this.#lastId;
    return { found: wasGiven ? 'forgotten' : 'nothing' };
  }

  list(query: TaskQuery): readonly StoredBrief[] {
    const { after = Number.POSITIVE_INFINITY, limit } = query;
    const found: StoredBrief[] = [];
    const newestFirst = [...this.#tasks.values()].toSorted((a, b) => b.task.id - a.task.id);
    for (const task of newestFirst) {
      if (found.length >= limit) break;
      if (!task.isListed || task.task.id >= after) continue;
      const brief = task.brief();
      if (fitsTask(brief, query)) found.push(brief);
    }
    return found;
  }

  events(query: EventQuery): readonly TaskEvent[] {
    const { taskId, limit } = query;
    const source = taskId === undefined ? undefined : this.#tasks.get(taskId)?.events;
    const bySeq = new Map<number, TaskEvent>();
    for (const event of [...(source?.replay() ?? []), ...this.#attributed]) {
      if (fitsEvent(event, query)) bySeq.set(event.seq, event);
    }
    return [...bySeq.values()].toSorted((a, b) => a.seq - b.seq).slice(0, limit);
  }

  steps(taskId: number): readonly StoredStep[] {
    return [...(this.#tasks.get(taskId)?.steps?.values() ?? [])];
  }

  environment(key: string): Readonly<Record<string, string>> | null {
    return this.#environments.get(key) ?? null;
  }

  statistics(): StoreStatistics {
    const waiting = [...this.#tasks.values()].filter(({ isAwaiting }) => isAwaiting);
    return this.#tally.statistics(
      waiting.map(({ task }) => task.plugin),
      this.#recent.runs,
    );
  }

  unsettled(): readonly StoredUnsettled[] {
    return [...this.#tasks.values()]
      .filter(({ result }) => result === null)
      .toSorted((a, b) => a.task.id - b.task.id)
      .map((task) => task.unsettled(this.#attributed.filter((e) => e.taskId === task.task.id)));
  }

  idempotencyKeys(since: number): readonly StoredKey[] {
    const keys: StoredKey[] = [];
    for (const task of this.#tasks.values()) {
      const { idempotencyKey: key, submittedAt } = task.task;
      if (key !== undefined && submittedAt >= since) keys.push({ key, brief: task.brief() });
    }
    return keys.toSorted((a, b) => a.brief.task.submittedAt - b.brief.task.submittedAt);
  }

  #retain(clock: Clock): MemoryRetention {
    const retention = new MemoryRetention(this.#rule, clock, (due) => this.#drop(due));
    const settled = [...this.#tasks.values()].filter((task) => task.isSettled());
    const byEnd = settled.toSorted((a, b) => a.result.times.endedAt - b.result.times.endedAt);
    for (const task of byEnd) retention.settled(task);
    return retention;
  }

  /** The one row that can be bad: with a task's id given twice nothing of the rows is kept. */
  #assertNew(rows: readonly StoreRow[]): void {
    const added = rows.length > 1 ? new Set<number>() : null;
    for (const row of rows) {
      if (row.kind !== 'task') continue;
      const { id } = row.task;
      if (this.#tasks.has(id) || added?.has(id) === true) {
        throw new RunstateError('STORE_WRITE_FAILED', ['in memory', `it has a task ${id} already`]);
      }
      added?.add(id);
    }
  }

  #keep(row: StoreRow): void {
    switch (row.kind) {
      case 'task': {
        const { id, submittedAt } = row.task;
        this.#tasks.set(id, new MemoryTask(row.task));
        if (id > this.#lastId) this.#lastId = id;
        this.#tally.submitted(submittedAt);
        return;
      }
      case 'settle':
        return this.#settle(row);
      case 'event':
        return this.#note(row.event);
      case 'environment':
        if (!this.#environments.has(row.key)) this.#environments.set(row.key, row.variables);
        return;
      case 'ids':
        this.#nextId = row.end;
        return;
      case 'seqs':
        this.#nextSeq = row.end;
        return;
      case 'forget':
        return this.#forget(row.taskIds);
      default:
        this.#tasks.get(row.taskId)?.take(row);
    }
  }

  #settle({ result, output, events }: SettleRow): void {
    const task = this.#tasks.get(result.taskId);
    if (task === undefined || task.result !== null) return;
    task.settle(result, output, events);
    const run = settledRun(result);
    const plugin = this.#tally.settled(task.task.plugin, run);
    this.#recent.add({ plugin, runMs: run.runMs, waitMs: run.waitMs });
    if (task.isSettled()) this.#retention.settled(task);
    this.#retention.sweep();
  }

  #note(event: TaskEvent): void {
    if (event.by === undefined) return;
    this.#attributed.push(event);
    if (this.#attributed.length < 2 * keptAttributed) return;
    this.#attributed = this.#attributed.slice(-keptAttributed);
  }

  #forget(ids: readonly number[]): void {
    const settled: SettledTask[] = [];
    for (const id of new Set(ids)) {
      const task = this.#tasks.get(id);
      if (task?.isSettled() === true) settled.push(task);
    }
    for (const task of settled) this.#retention.dropped(task);
    if (settled.length > 0) this.#drop(settled);
  }

  #drop(due: readonly SettledTask[]): void {
    for (const { task } of due) this.#tasks.delete(task.id);
    this.#onForgotten?.(due.map((task) => task.brief()));
  }
}

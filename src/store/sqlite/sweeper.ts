import { statusOf } from '../../kernel/task-state.ts';
import type { Retention, StoredBrief } from '../../kernel/task-store.ts';
import { retentionGroups } from '../retention-groups.ts';
import type { RetentionGroup } from '../retention-groups.ts';
import type { SettleCells } from './batch.ts';
import { blockLength } from './batch.ts';
import type { Connection } from './connection.ts';
import { readBriefs } from './list-tasks.ts';
import { lastIdOf } from './read-tasks.ts';

/** Rows of the main table that one transaction drops. */
export const stepLength = 500;

interface Ended {
  readonly id: number;
  readonly ended_at: number;
}

const endedFirst = `
  SELECT id, ended_at FROM tasks INDEXED BY tasks_by_end
  WHERE status = ? AND ended_at IS NOT NULL ORDER BY ended_at, id LIMIT ?`;

const countEnded = `
  SELECT status, count(*) AS count FROM tasks INDEXED BY tasks_by_end
  WHERE ended_at IS NOT NULL GROUP BY status`;

const among = 'IN (SELECT value FROM json_each(?))';

/** What belongs to tasks; events that a person or client caused outlive them, for the audit. */
const deletions: readonly string[] = [
  `DELETE FROM task_events WHERE task_id ${among} AND who IS NULL`,
  `DELETE FROM checkpoints WHERE task_id ${among}`,
  `DELETE FROM attempts WHERE task_id ${among}`,
  `DELETE FROM timers WHERE task_id ${among}`,
  `DELETE FROM changes WHERE task_id ${among}`,
  `DELETE FROM task_tags WHERE task_id ${among}`,
  `DELETE FROM idempotency WHERE task_id ${among}`,
  `DELETE FROM job_steps WHERE task_id ${among}`,
  `DELETE FROM tasks WHERE id ${among}`,
];

/** What the sweeper knows of a group without asking the database. */
interface Known {
  count: number;
  /** When the first of them ended; infinite without any. */
  oldestAt: number;
}

/** Drops settled tasks that are kept no longer, a few hundred at a time. */
export class Sweeper {
  readonly #connection: Connection;
  readonly #groups: readonly RetentionGroup[];
  #known: Map<RetentionGroup, Known> | null = null;

  constructor(connection: Connection, retention: Retention) {
    this.#connection = connection;
    this.#groups = retentionGroups(retention);
  }

  /** After a transaction that was undone nothing is known. */
  undo(): void {
    this.#known = null;
  }

  settled(rows: readonly SettleCells[]): void {
    for (const [group, known] of this.#known ?? []) {
      for (const [, status, , endedAt] of rows) {
        if (!includes(group.statuses, status)) continue;
        known.count += 1;
        known.oldestAt = Math.min(known.oldestAt, endedAt);
      }
    }
  }

  isDue(nowMs: number): boolean {
    return this.#groups.some((group) => this.#isDue(group, nowMs));
  }

  /** Drops the next few that are due, in a transaction of its own. */
  step(nowMs: number): StoredBrief[] {
    const group = this.#groups.find((each) => this.#isDue(each, nowMs));
    if (group === undefined) return [];
    const ids = this.#dueOf(group, nowMs);
    try {
      return this.#connection.transaction(() => this.drop(ids));
    } catch (error) {
      this.undo();
      throw error;
    }
  }

  /** Drops those of the tasks that have settled; to be called in a transaction. */
  drop(ids: readonly number[]): StoredBrief[] {
    const briefs = readBriefs(this.#connection, ids).filter(({ endedAt }) => endedAt !== null);
    if (briefs.length === 0) return [];
    this.#connection.run(
      `INSERT OR REPLACE INTO meta VALUES ('last_id', ?)`,
      lastIdOf(this.#connection),
    );
    const list = JSON.stringify(briefs.map(({ task }) => task.id));
    for (const sql of deletions) this.#connection.run(sql, list);
    this.#connection.run(
      `DELETE FROM time_blocks WHERE kind = 'task' AND block < (SELECT min(id) FROM tasks) / ?`,
      blockLength,
    );
    for (const [group, known] of this.#known ?? []) {
      known.count -= briefs.filter((each) => includes(group.statuses, statusOf(each.state))).length;
      known.oldestAt = this.#firstEnd(group.statuses);
    }
    return briefs;
  }

  #isDue(group: RetentionGroup, nowMs: number): boolean {
    const known = this.#knownOf(group);
    return known.count > group.settled || nowMs - known.oldestAt >= group.ageMs;
  }

  #dueOf(group: RetentionGroup, nowMs: number): number[] {
    const { statuses, settled, ageMs } = group;
    const excess = this.#knownOf(group).count - settled;
    return this.#oldest(statuses, stepLength)
      .filter(({ ended_at: endedAt }, index) => index < excess || nowMs - endedAt >= ageMs)
      .map(({ id }) => id);
  }

  #oldest(statuses: readonly string[], limit: number): Ended[] {
    return statuses
      .flatMap((status) => this.#connection.all<Ended>(endedFirst, status, limit))
      .toSorted((a, b) => a.ended_at - b.ended_at || a.id - b.id)
      .slice(0, limit);
  }

  #firstEnd(statuses: readonly string[]): number {
    return this.#oldest(statuses, 1)[0]?.ended_at ?? Number.POSITIVE_INFINITY;
  }

  #knownOf(group: RetentionGroup): Known {
    this.#known ??= this.#count();
    return this.#known.get(group) ?? { count: 0, oldestAt: Number.POSITIVE_INFINITY };
  }

  #count(): Map<RetentionGroup, Known> {
    const rows = this.#connection.all<{ status: string; count: number }>(countEnded);
    const known = this.#groups.map((group): [RetentionGroup, Known] => {
      const ofGroup = rows.filter(({ status }) => includes(group.statuses, status));
      const count = ofGroup.reduce((sum, row) => sum + row.count, 0);
      return [group, { count, oldestAt: this.#firstEnd(group.statuses) }];
    });
    return new Map(known);
  }
}

const includes = (statuses: readonly string[], status: string): boolean =>
  statuses.includes(status);

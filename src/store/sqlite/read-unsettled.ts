import type { TaskError } from '../../kernel/task-error.ts';
import type { TaskEvent } from '../../kernel/task-event.ts';
import type { StoredRequest, TimerName } from '../../kernel/store-rows.ts';
import type { StoredAttempt, StoredKey, StoredUnsettled } from '../../kernel/task-store.ts';
import type { Connection } from './connection.ts';
import { eventColumns, eventOf } from './read-events.ts';
import type { EventRow } from './read-events.ts';
import { attemptOf, briefColumns, briefOf, shapeOf, taskOf, valueOf } from './read-tasks.ts';
import type { AttemptRow, BriefRow } from './read-tasks.ts';

/** Tasks that are read before the event loop goes on. */
const pageLength = 500;

/** Progress, log and checkpoint events of a task that come back with it. */
const keptRecent = 1_000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface UnsettledRow {
  readonly id: number;
  readonly submitted_at: number;
  readonly spec: string;
  readonly input: string | null;
  readonly error: string | null;
  readonly hold: string | null;
  readonly cancel: string | null;
  readonly priority: number | null;
}

interface TimerRow {
  readonly task_id: number;
  readonly timer: TimerName;
  readonly due_at: number;
}

const unsettledIds = `
  SELECT id FROM tasks INDEXED BY tasks_live WHERE status IS NULL
  UNION ALL SELECT id FROM tasks INDEXED BY tasks_by_status WHERE status = 'stopped'`;

const among = 'IN (SELECT value FROM json_each(?))';

const tasks = `
  SELECT id, submitted_at, spec, input, error, hold, cancel, priority
  FROM tasks LEFT JOIN changes ON task_id = id WHERE id ${among} ORDER BY id`;

const attempts = `SELECT * FROM attempts WHERE task_id ${among} ORDER BY task_id, attempt`;

const timers = `SELECT * FROM timers WHERE task_id ${among}`;

/** The last of each task. */
const checkpoints = `
  SELECT max(id), task_id, value FROM checkpoints WHERE task_id ${among} GROUP BY task_id`;

const events = `
  SELECT ${eventColumns} FROM task_events AS e WHERE e.task_id ${among} ORDER BY e.seq`;

/** Tasks that have not settled, oldest first. */
export async function readUnsettled(connection: Connection): Promise<StoredUnsettled[]> {
  const ids = connection.all<{ id: number }>(unsettledIds).map(({ id }) => id);
  const sorted = ids.toSorted((a, b) => a - b);
  const found: StoredUnsettled[] = [];
  for (let from = 0; from < sorted.length; from += pageLength) {
    if (from > 0) await turn();
    found.push(...readPage(connection, JSON.stringify(sorted.slice(from, from + pageLength))));
  }
  return found;
}

function readPage(connection: Connection, ids: string): StoredUnsettled[] {
  const attemptLists = byTask(connection.all<AttemptRow>(attempts, ids));
  const timerLists = byTask(connection.all<TimerRow>(timers, ids));
  const eventLists = byTask(connection.all<EventRow>(events, ids));
  const last = new Map(
    connection
      .all<{ task_id: number; value: string | null }>(checkpoints, ids)
      .map(({ task_id: id, value }) => [id, value]),
  );
  return connection.all<UnsettledRow>(tasks, ids).map((row) => ({
    task: taskOf(row),
    attemptList: (attemptLists.get(row.id) ?? []).map((each): StoredAttempt => attemptOf(each)),
    hold: shapeOf(row.hold) as StoredRequest | null,
    cancel: shapeOf(row.cancel) as StoredRequest | null,
    doubt: shapeOf(row.error) as TaskError | null,
    checkpoint: valueOf(last.get(row.id) ?? null),
    timers: Object.fromEntries(
      (timerLists.get(row.id) ?? []).map(({ timer, due_at: dueAt }) => [timer, dueAt]),
    ),
    events: recentEvents(eventLists.get(row.id) ?? []),
  }));
}

function byTask<TRow extends { readonly task_id: number | null }>(
  rows: readonly TRow[],
): Map<number | null, TRow[]> {
  const groups = new Map<number | null, TRow[]>();
  for (const row of rows) {
    const group = groups.get(row.task_id);
    if (group === undefined) groups.set(row.task_id, [row]);
    else group.push(row);
  }
  return groups;
}

const isPassing = ({ type }: EventRow): boolean =>
  type === 'progress' || type === 'log' || type === 'checkpoint';

/** All but the oldest of those that a task has many of. */
function recentEvents(rows: readonly EventRow[]): TaskEvent[] {
  let excess = rows.filter(isPassing).length - keptRecent;
  return rows.filter((row) => !isPassing(row) || excess-- <= 0).map(eventOf);
}

const keyed = `
  SELECT ${briefColumns} FROM idempotency AS i JOIN tasks ON tasks.id = i.task_id
  WHERE i.submitted_at >= ? ORDER BY i.submitted_at, tasks.id`;

/** Keys of tasks submitted at `since` or later, oldest first. */
export function readKeys(connection: Connection, since: number): StoredKey[] {
  return connection.all<BriefRow>(keyed, since).flatMap((row) => {
    const brief = briefOf(row);
    const { idempotencyKey: key } = brief.task;
    return key === undefined ? [] : [{ key, brief }];
  });
}

import type { Batch, ChangeCells, PartName, SettleCells, TimerCells } from './batch.ts';
import type { Connection } from './connection.ts';

/** Parts that a single statement takes apart, `value` being the array of one row. */
type PlainPart = Exclude<PartName, 'change' | 'timer' | 'settle' | 'forget'>;

const isTask = 'EXISTS (SELECT 1 FROM tasks WHERE id =';

/** Rows of tasks that are not there are left out; only events outlive their task. */
const statements: Readonly<Record<PlainPart, string>> = {
  counter: `
    INSERT INTO meta SELECT value ->> 0, value ->> 1 FROM json_each(?) WHERE true
    ON CONFLICT DO UPDATE SET value = excluded.value`,
  environment: `
    INSERT OR IGNORE INTO environments SELECT value ->> 0, value ->> 1 FROM json_each(?)`,
  task: `
    INSERT INTO tasks (id, plugin, submitted_at, search, spec, input, parent)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
      value ->> 6
    FROM json_each(?)`,
  tag: `
    INSERT OR IGNORE INTO task_tags SELECT value ->> 0, value ->> 1 FROM json_each(?)`,
  key: `
    INSERT INTO idempotency SELECT value ->> 0, value ->> 1 FROM json_each(?)`,
  block: `
    INSERT INTO time_blocks SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3
    FROM json_each(?) WHERE true
    ON CONFLICT DO UPDATE SET
      first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`,
  attempt: `
    INSERT INTO attempts
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
      value ->> 6, value ->> 7, value ->> 8
    FROM json_each(?) WHERE ${isTask} value ->> 0)`,
  place: `
    UPDATE attempts SET place = e.value ->> 2 FROM json_each(?) AS e
    WHERE task_id = e.value ->> 0 AND attempt = e.value ->> 1`,
  attemptEnd: `
    UPDATE attempts SET ended_at = e.value ->> 2, outcome = e.value ->> 3, error = e.value ->> 4
    FROM json_each(?) AS e WHERE task_id = e.value ->> 0 AND attempt = e.value ->> 1`,
  checkpoint: `
    INSERT INTO checkpoints
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4
    FROM json_each(?) WHERE ${isTask} value ->> 1)`,
  event: `
    INSERT INTO task_events
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
    FROM json_each(?)`,
  step: `
    INSERT INTO job_steps
      (task_id, path, state, step_task_id, started_at, ended_at, error, value)
    SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
      value ->> 6, value ->> 7
    FROM json_each(?) WHERE ${isTask} value ->> 0)
    ON CONFLICT DO UPDATE SET
      state = excluded.state, step_task_id = excluded.step_task_id,
      started_at = excluded.started_at, ended_at = excluded.ended_at,
      error = excluded.error, value = excluded.value`,
  doubt: `
    UPDATE tasks SET
      error = e.value ->> 1, status = iif(e.value ->> 1 IS NULL, NULL, 'stopped')
    FROM json_each(?) AS e
    WHERE tasks.id = e.value ->> 0 AND (status IS NULL OR status = 'stopped')`,
};

const settle = `
  UPDATE tasks SET
    status = e.value ->> 1, started_at = e.value ->> 2, ended_at = e.value ->> 3,
    attempts = e.value ->> 4, error = e.value ->> 5, result = e.value ->> 6,
    output = e.value ->> 7
  FROM json_each(?) AS e
  WHERE tasks.id = e.value ->> 0 AND (status IS NULL OR status = 'stopped')
  RETURNING tasks.id AS id`;

/** What a batch changed that is not only rows. */
export interface Written {
  readonly settled: readonly SettleCells[];
  /** Ids that a `forget` row named. */
  readonly forgotten: readonly number[];
}

/** Writes a batch; to be called in a transaction. */
export function writeBatch(connection: Connection, { parts }: Batch): Written {
  let settled: readonly SettleCells[] = [];
  let forgotten: readonly number[] = [];
  for (const { name, rows } of parts) {
    switch (name) {
      case 'change':
        writeChanges(connection, JSON.parse(rows) as ChangeCells[]);
        break;
      case 'timer':
        writeTimers(connection, JSON.parse(rows) as TimerCells[]);
        break;
      case 'settle':
        settled = writeSettled(connection, rows);
        break;
      case 'forget':
        forgotten = JSON.parse(rows) as number[];
        break;
      default:
        connection.run(statements[name], rows);
    }
  }
  return { settled, forgotten };
}

function writeSettled(connection: Connection, rows: string): SettleCells[] {
  const cells = JSON.parse(rows) as SettleCells[];
  const written = new Set(connection.all<{ id: number }>(settle, rows).map(({ id }) => id));
  return cells.filter(([id]) => written.delete(id));
}

function writeChanges(connection: Connection, changes: readonly ChangeCells[]): void {
  for (const [id, hold, cancel, priority] of changes) {
    connection.run('INSERT OR IGNORE INTO changes (task_id) SELECT id FROM tasks WHERE id = ?', id);
    if (hold !== null) connection.run('UPDATE changes SET hold = ? WHERE task_id = ?', hold[0], id);
    if (cancel !== null) {
      connection.run('UPDATE changes SET cancel = ? WHERE task_id = ?', cancel[0], id);
    }
    if (priority !== null) {
      connection.run('UPDATE changes SET priority = ? WHERE task_id = ?', priority, id);
    }
  }
}

function writeTimers(connection: Connection, timers: readonly TimerCells[]): void {
  for (const [id, timer, dueAt] of timers) {
    if (dueAt === null) {
      connection.run('DELETE FROM timers WHERE task_id = ? AND timer = ?', id, timer);
    } else {
      connection.run(
        `INSERT INTO timers SELECT id, ?, ? FROM tasks WHERE id = ?
         ON CONFLICT DO UPDATE SET due_at = excluded.due_at`,
        timer,
        dueAt,
        id,
      );
    }
  }
}

import type { TaskState } from '../../kernel/task-state.ts';
import type { StoredBrief, TaskQuery } from '../../kernel/task-store.ts';
import { fitsTask } from '../task-filter.ts';
import type { Connection } from './connection.ts';
import { briefColumns, briefOf } from './read-tasks.ts';
import type { BriefRow } from './read-tasks.ts';

/** Tasks that are read before the event loop goes on. */
const pageLength = 500;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

interface LiveRow extends BriefRow {
  /** Of the last status event; null without one. */
  readonly state: TaskState | null;
  readonly is_open: number;
}

const page = `
  SELECT ${briefColumns},
    (SELECT e.body ->> 'state' FROM task_events AS e
      WHERE e.task_id = tasks.id AND e.type = 'status' ORDER BY e.seq DESC LIMIT 1) AS state,
    EXISTS (SELECT 1 FROM attempts AS a WHERE a.task_id = tasks.id AND a.ended_at IS NULL)
      AS is_open
  FROM tasks INDEXED BY tasks_live
  WHERE status IS NULL AND tasks.id < ? ORDER BY tasks.id DESC LIMIT ${pageLength}`;

/** Live tasks that fit, newest first, with the state that was last committed. */
export async function readLive(
  connection: Connection,
  query: TaskQuery,
): Promise<readonly StoredBrief[]> {
  const found: StoredBrief[] = [];
  let before = Math.ceil(query.after ?? Number.MAX_SAFE_INTEGER);
  for (;;) {
    const rows = connection.all<LiveRow>(page, before);
    const briefs = rows.map((row) => briefOf(row, row.state ?? stateOf(row)));
    found.push(...briefs.filter((brief) => fitsTask(brief, query)));
    const last = rows.at(-1);
    if (rows.length < pageLength || last === undefined || found.length >= query.limit) break;
    before = last.id;
    await turn();
  }
  return found.slice(0, query.limit);
}

const stateOf = ({ is_open: isOpen }: LiveRow): TaskState => (isOpen === 0 ? 'pending' : 'running');

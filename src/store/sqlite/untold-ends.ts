import type { TaskStatus } from '../../kernel/task-state.ts';
import type { StoreRow } from '../../kernel/store-rows.ts';
import { endStateOf } from '../end-state.ts';
import type { Connection } from './connection.ts';

interface EndedTask {
  readonly id: number;
  readonly status: TaskStatus;
  readonly attempts: number;
  readonly ended_at: number;
}

/** Tasks of each status that are looked at: more than ever settle between a commit and its news. */
const lookedAt = 10_000;

const untold = `
  SELECT t.id, t.status, t.attempts, t.ended_at FROM (
    SELECT id, status, attempts, ended_at FROM tasks INDEXED BY tasks_by_end
    WHERE status = ? AND ended_at IS NOT NULL ORDER BY ended_at DESC LIMIT ${lookedAt}
  ) AS t
  WHERE NOT EXISTS (
    SELECT 1 FROM task_events AS e INDEXED BY task_events_by_task
    WHERE e.task_id = t.id AND e.type = 'status' AND e.body ->> '$.status' = t.status)
  ORDER BY t.ended_at`;

/**
 * The last events of tasks that have settled, where these are not there: the settle row is committed
 * before anyone is told, and the engine was killed in between. They get the numbers from `nextSeq` on.
 */
export function untoldEnds(connection: Connection, nextSeq: number): readonly StoreRow[] {
  const ended = ['completed', 'failed', 'cancelled', 'timedout']
    .flatMap((status) => connection.all<EndedTask>(untold, status))
    .toSorted((a, b) => a.ended_at - b.ended_at);
  return ended.map(({ id, status, attempts, ended_at }, index) => ({
    kind: 'event',
    event: {
      seq: nextSeq + index,
      taskId: id,
      at: ended_at,
      type: 'status',
      state: endStateOf(status),
      status,
      attempt: attempts,
    },
  }));
}

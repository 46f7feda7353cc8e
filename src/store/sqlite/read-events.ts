import type { TaskEvent } from '../../kernel/task-event.ts';
import type { EventQuery } from '../../kernel/task-store.ts';
import { Conditions, decoded } from './conditions.ts';
import type { Connection } from './connection.ts';
import { valueOf } from './read-tasks.ts';
import { scan, timeRanges } from './scan.ts';
import type { Filter, Source } from './scan.ts';

export interface EventRow {
  readonly seq: number;
  readonly task_id: number | null;
  readonly at: number;
  readonly type: string;
  readonly body: string;
  readonly checkpoint: number | null;
  readonly value: string | null;
}

export const eventColumns = `
  e.seq, e.task_id, e.at, e.type, e.body, e.checkpoint,
  iif(e.checkpoint IS NULL, NULL, (SELECT c.value FROM checkpoints AS c WHERE c.id = e.checkpoint))
    AS value`;

export function eventOf({ seq, task_id, at, type, body, checkpoint, value }: EventRow): TaskEvent {
  const rest = JSON.parse(body) as object;
  const event = { seq, taskId: task_id, at, type, ...rest };
  return (checkpoint === null ? event : { ...event, value: valueOf(value) }) as TaskEvent;
}

/** Events in the order of their numbers. */
export async function readEvents(
  connection: Connection,
  query: EventQuery,
): Promise<readonly TaskEvent[]> {
  const { afterSeq = 0, limit, taskId } = query;
  const source = sourceFor(query);
  const filter = filterFor(query);
  const all = { low: Math.floor(afterSeq) + 1, high: Number.MAX_SAFE_INTEGER };
  const ranges = taskId === undefined ? timeRanges(connection, 'event', query, all, 'ASC') : [all];
  const seqs: number[] = [];
  for (const range of ranges) {
    const order = { direction: 'ASC', limit: limit - seqs.length } as const;
    seqs.push(...(await scan(connection, source, filter, range, order)));
    if (seqs.length >= limit) break;
  }
  return connection
    .all<EventRow>(
      `SELECT ${eventColumns} FROM task_events AS e
       WHERE e.seq IN (SELECT value FROM json_each(?)) ORDER BY e.seq`,
      JSON.stringify(seqs),
    )
    .map(eventOf);
}

const isAboutPeople = ({ isAttributed, who, role, via, from }: EventQuery): boolean =>
  isAttributed === true || [who, role, via, from].some((each) => each !== undefined);

function sourceFor(query: EventQuery): Source {
  const key = 'seq';
  if (query.taskId !== undefined) {
    const index = 'task_events INDEXED BY task_events_by_task';
    return { key, index, where: 'task_id = ?', values: [query.taskId] };
  }
  if (!isAboutPeople(query)) return { key, index: 'task_events', where: 'true', values: [] };
  const index = 'task_events INDEXED BY task_events_lasting';
  return { key, index, where: 'who IS NOT NULL', values: [] };
}

function filterFor(query: EventQuery): Filter {
  const { types, who, role, via, from, since, until } = query;
  const conditions = new Conditions();
  if (query.taskId !== undefined && isAboutPeople(query)) conditions.add('who IS NOT NULL');
  if (types !== undefined) {
    conditions.add('type IN (SELECT value FROM json_each(?))', JSON.stringify(types));
  }
  if (who !== undefined) conditions.add(`who = ${decoded}`, JSON.stringify(who));
  for (const [name, value] of Object.entries({ role, via, from })) {
    if (value === undefined) continue;
    conditions.add(`body ->> '$.by.${name}' = ${decoded}`, JSON.stringify(value));
  }
  if (since !== undefined) conditions.add('at >= ?', since);
  if (until !== undefined) conditions.add('at < ?', until);
  return conditions.filter;
}

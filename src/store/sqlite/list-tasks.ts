import type { StoredBrief, TaskQuery } from '../../kernel/task-store.ts';
import { Conditions, decoded } from './conditions.ts';
import type { Connection } from './connection.ts';
import { briefColumns, briefOf } from './read-tasks.ts';
import type { BriefRow } from './read-tasks.ts';
import { scan, timeRanges } from './scan.ts';
import type { Filter, Source } from './scan.ts';

/** Statuses of tasks that are not live. */
const listed = ['completed', 'failed', 'cancelled', 'timedout', 'stopped'];

/**
 * A page of tasks, newest first. It is read off the indexes, one for each status that is asked for,
 * or off the rarest tag; what no index answers is looked for in windows.
 */
export async function listTasks(
  connection: Connection,
  query: TaskQuery,
): Promise<readonly StoredBrief[]> {
  const { after = Number.MAX_SAFE_INTEGER, limit } = query;
  const searches = searchesFor(connection, query);
  const all = { low: 1, high: Math.ceil(after) - 1 };
  const ids: number[] = [];
  for (const range of timeRanges(connection, 'task', query, all, 'DESC')) {
    const found = new Set<number>();
    for (const { source, filter } of searches) {
      const order = { direction: 'DESC', limit: limit - ids.length } as const;
      for (const id of await scan(connection, source, filter, range, order)) found.add(id);
    }
    ids.push(...[...found].toSorted((a, b) => b - a).slice(0, limit - ids.length));
    if (ids.length >= limit) break;
  }
  return readBriefs(connection, ids);
}

const pageOfBriefs = `
  SELECT ${briefColumns} FROM tasks
  WHERE tasks.id IN (SELECT value FROM json_each(?)) ORDER BY tasks.id DESC`;

/** Briefs of tasks that are there, newest first. */
export const readBriefs = (connection: Connection, ids: readonly number[]): StoredBrief[] =>
  connection.all<BriefRow>(pageOfBriefs, JSON.stringify(ids)).map((row) => briefOf(row));

/** One way along an index. The tasks of a page are what all ways together come upon. */
interface Search {
  readonly source: Source;
  readonly filter: Filter;
}

function searchesFor(connection: Connection, query: TaskQuery): Search[] {
  const { status, plugin, tags = [], text = '', parent } = query;
  const statuses = listed.filter((each) => status === undefined || includes(status, each));
  if (parent !== undefined) return [byParent(query, statuses, parent)];
  const [tag, ...otherTags] = byRarity(connection, tags);
  if (tag !== undefined) return [byTag(query, statuses, tag, otherTags)];
  if (text !== '') return byText(connection, query, statuses);
  const { filter } = timesOf(query);
  return statuses.map((each) => ({ source: byStatus(each, plugin), filter }));
}

const includes = (statuses: readonly string[], status: string): boolean =>
  statuses.includes(status);

const byStatus = (status: string, plugin: string | undefined): Source =>
  plugin === undefined
    ? {
        key: 'id',
        index: 'tasks INDEXED BY tasks_by_status',
        where: 'status = ?',
        values: [status],
      }
    : {
        key: 'id',
        index: 'tasks INDEXED BY tasks_by_plugin',
        where: 'plugin = ? AND status = ?',
        values: [plugin.toLowerCase(), status],
      };

function timesOf({ since, until }: TaskQuery): Conditions {
  const conditions = new Conditions();
  if (since !== undefined) conditions.add('submitted_at >= ?', since);
  if (until !== undefined) conditions.add('submitted_at < ?', until);
  return conditions;
}

/** What an index over tasks of every kind leaves to be looked at. */
function othersOf(query: TaskQuery, statuses: readonly string[]): Conditions {
  const conditions = timesOf(query);
  conditions.add('status IN (SELECT value FROM json_each(?))', JSON.stringify(statuses));
  if (query.plugin !== undefined) conditions.add('plugin = ?', query.plugin.toLowerCase());
  return conditions;
}

function byParent(query: TaskQuery, statuses: readonly string[], parent: number): Search {
  const conditions = othersOf(query, statuses);
  for (const tag of query.tags ?? []) {
    const hasTag = `t.tag = ${decoded} AND t.task_id = tasks.id`;
    conditions.add(`EXISTS (SELECT 1 FROM task_tags AS t WHERE ${hasTag})`, JSON.stringify(tag));
  }
  addText(conditions, query.text);
  const source = {
    key: 'id',
    index: 'tasks INDEXED BY tasks_by_parent',
    where: 'parent = ?',
    values: [parent],
  };
  return { source, filter: conditions.filter };
}

function addText(conditions: Conditions, text: string | undefined): void {
  if (text === undefined) return;
  const part = JSON.stringify(text.toLowerCase());
  conditions.add(`(instr(plugin, ${decoded}) > 0 OR instr(search, ${decoded}) > 0)`, part, part);
}

function byTag(
  query: TaskQuery,
  statuses: readonly string[],
  tag: string,
  otherTags: readonly string[],
): Search {
  const conditions = othersOf(query, statuses);
  for (const other of otherTags) {
    const hasTag = `t.tag = ${decoded} AND t.task_id = task_tags.task_id`;
    conditions.add(`EXISTS (SELECT 1 FROM task_tags AS t WHERE ${hasTag})`, JSON.stringify(other));
  }
  addText(conditions, query.text);
  const source = {
    key: 'task_id',
    index: 'task_tags',
    join: 'CROSS JOIN tasks ON tasks.id = task_id',
    where: `tag = ${decoded}`,
    values: [JSON.stringify(tag)],
  };
  return { source, filter: conditions.filter };
}

/** Each of the plugins, by a step from one to the next. */
const pluginNames = `
  WITH RECURSIVE names (plugin) AS (
    SELECT min(plugin) FROM tasks INDEXED BY tasks_by_plugin WHERE status IS NOT NULL
    UNION ALL
    SELECT (SELECT min(plugin) FROM tasks INDEXED BY tasks_by_plugin
      WHERE status IS NOT NULL AND plugin > names.plugin)
    FROM names WHERE names.plugin IS NOT NULL)
  SELECT plugin FROM names WHERE plugin IS NOT NULL`;

/** Tasks whose plugin's name has the text in it, and tasks whose own name or note has. */
function byText(connection: Connection, query: TaskQuery, statuses: readonly string[]): Search[] {
  const { plugin, text = '' } = query;
  const part = text.toLowerCase();
  const times = timesOf(query).filter;
  const names = connection.all<{ plugin: string }>(pluginNames).map((row) => row.plugin);
  const searches = names
    .filter((name) => name.includes(part) && (plugin ?? name).toLowerCase() === name)
    .flatMap((name) => statuses.map((each) => ({ source: byStatus(each, name), filter: times })));
  const conditions = new Conditions();
  conditions.add(`instr(search, ${decoded}) > 0`, JSON.stringify(part));
  conditions.append(othersOf(query, statuses));
  const source = {
    key: 'id',
    index: 'tasks INDEXED BY tasks_by_text',
    where: 'search IS NOT NULL',
    values: [],
  };
  return [...searches, { source, filter: conditions.filter }];
}

/** Counts no further than it takes to tell a rare tag from a common one. */
const countTagged = `
  SELECT count(*) AS count FROM (SELECT 1 FROM task_tags WHERE tag = ${decoded} LIMIT 1000)`;

function byRarity(connection: Connection, tags: readonly string[]): readonly string[] {
  if (tags.length < 2) return tags;
  const countOf = (tag: string): number => {
    const [row] = connection.all<{ count: number }>(countTagged, JSON.stringify(tag));
    return row?.count ?? 0;
  };
  const counts = new Map(tags.map((tag) => [tag, countOf(tag)]));
  return [...counts.keys()].toSorted((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0));
}

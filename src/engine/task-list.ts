import type { TaskQuery } from '../kernel/task-store.ts';
import { fitsTask } from '../store/task-filter.ts';
import type { Core } from './core.ts';
import type { Registry } from './registry.ts';
import type { TaskRecord } from './task-record.ts';

const fits = (record: TaskRecord, query: TaskQuery): boolean => {
  const { plugin, submittedAt, state } = record;
  const { name, note, tags } = record.options;
  const parent = record.parent ?? undefined;
  const task = { plugin: plugin.name, submittedAt, name, note, tags, parent };
  return fitsTask({ task, state }, query);
};

/** Ids from the oldest to the newest: the order in which tasks come, but for some that came back. */
function idsInOrder(live: ReadonlyMap<number, TaskRecord>): Int32Array {
  const ids = Int32Array.from(live.keys());
  const isInOrder = ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0));
  return isInOrder ? ids : ids.toSorted();
}

/** The newest live tasks that fit. */
function newestLive(live: ReadonlyMap<number, TaskRecord>, query: TaskQuery): TaskRecord[] {
  const { after = Number.POSITIVE_INFINITY, limit } = query;
  const found: TaskRecord[] = [];
  const ids = idsInOrder(live);
  for (let index = ids.length - 1; index >= 0 && found.length < limit; index -= 1) {
    const id = ids[index] ?? 0;
    const record = id < after ? live.get(id) : undefined;
    if (record !== undefined && fits(record, query)) found.push(record);
  }
  return found;
}

/**
 * Live tasks from memory and all others from the store, newest first, as they all are when the store
 * has answered: a task that settled meanwhile is in what was seen of the ends, if it is not in what
 * the store told, and one that came back to life is live.
 */
export async function listTasks(
  { live, doubts, store }: Pick<Core, 'live' | 'doubts' | 'store'>,
  registry: Registry,
  query: TaskQuery,
): Promise<readonly TaskRecord[]> {
  const [briefs, ended] = await registry.endsDuring(() => store.list(query));
  const { after = Number.POSITIVE_INFINITY, limit } = query;
  const found = new Map<number, TaskRecord>();
  for (const brief of briefs) {
    if (!live.has(brief.task.id)) found.set(brief.task.id, registry.recordOf(brief));
  }
  for (const record of ended) {
    if (record.id < after && fits(record, query)) found.set(record.id, record);
  }
  // One that came to wait for an operator meanwhile is neither live nor listed by the store yet.
  for (const record of doubts.values()) {
    if (record.id < after && fits(record, query)) found.set(record.id, record);
  }
  for (const record of newestLive(live, query)) found.set(record.id, record);
  return [...found.values()].toSorted((a, b) => b.id - a.id).slice(0, limit);
}

/** All tasks that are steps of a job, in the order in which they were submitted. */
export async function listChildren(
  core: Pick<Core, 'live' | 'doubts' | 'store'>,
  registry: Registry,
  parent: number,
): Promise<readonly TaskRecord[]> {
  const query = { parent, limit: Number.MAX_SAFE_INTEGER };
  return (await listTasks(core, registry, query)).toReversed();
}

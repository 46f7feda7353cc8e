import { RunstateError } from '../kernel/errors.ts';
import type { StoredStep } from '../kernel/job-steps.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import type { StoredBrief, TaskLookup, TaskQuery, TaskStoreReader } from '../kernel/task-store.ts';
import type { Core } from './core.ts';

/** All that a store knows of a task. */
export type StoredContents = TaskLookup & { readonly found: 'task' };

/** Events that are read at once. */
const eventsInPage = 1_000;
/** Tasks that are looked through at once. */
const tasksInPage = 500;

/** @throws {@link RunstateError} `TASK_FORGOTTEN`, `TASK_UNKNOWN` */
export async function readStored(store: TaskStoreReader, id: number): Promise<StoredContents> {
  const found = await store.lookup(id);
  if (found.found === 'task') return found;
  throw new RunstateError(found.found === 'forgotten' ? 'TASK_FORGOTTEN' : 'TASK_UNKNOWN', [id]);
}

/** The steps of a job, with all that was told of them until now. */
export async function readSteps(
  { writer, store }: Pick<Core, 'writer' | 'store'>,
  id: number,
): Promise<readonly StoredStep[]> {
  await writer.caughtUp();
  return store.steps(id);
}

/** A task's events as they are stored, a page at a time. */
export async function* readStoredEvents(
  store: TaskStoreReader,
  taskId: number,
): AsyncGenerator<TaskEvent, undefined> {
  let afterSeq = 0;
  for (;;) {
    const page = await store.events({ taskId, afterSeq, limit: eventsInPage });
    // Every task has events, unless it is gone.
    if (page.length === 0 && afterSeq === 0) await readStored(store, taskId);
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < eventsInPage) return undefined;
    afterSeq = last.seq;
  }
}

/** Tasks that are not live, newest first, a page at a time. */
export async function* readPages(
  store: TaskStoreReader,
  query: Omit<TaskQuery, 'limit'> = {},
): AsyncGenerator<readonly StoredBrief[], undefined> {
  let cursor: Pick<TaskQuery, 'after'> = {};
  for (;;) {
    const page = await store.list({ ...query, ...cursor, limit: tasksInPage });
    const last = page.at(-1);
    if (last === undefined) return undefined;
    yield page;
    if (page.length < tasksInPage) return undefined;
    cursor = { after: last.task.id };
  }
}

import { jobTree } from '../engine/job-tree.ts';
import type { JobTree } from '../engine/job-tree.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import { isSettled, statusOf } from '../kernel/task-state.ts';
import type { TaskLookup, TaskStoreReader } from '../kernel/task-store.ts';
import { jobPluginName } from '../wire/job-document.ts';
import type { JobDocument } from '../wire/job-document.ts';
import type { Cli } from './cli.ts';
import { countOf } from './numbers.ts';
import { paintFor } from './paint.ts';
import { readableTask } from './readable-task.ts';
import { readStore } from './store-file.ts';
import type { StoreOptions } from './store-file.ts';
import { taskPage } from './task-page.ts';

/** Options of `runstate show`. */
export interface ShowOptions extends StoreOptions {
  readonly full?: boolean;
  readonly json?: boolean;
}

/** A task with its events, as the store has it. */
export interface ShownTask {
  readonly found: Extract<TaskLookup, { found: 'task' }>;
  readonly events: readonly TaskEvent[];
  /** The steps of a job; null for any other task. */
  readonly job: JobTree | null;
}

const eventsAtOnce = 1_000;

/** Shows all that a store has of a task. */
export async function showCommand(idText: string, options: ShowOptions, cli: Cli): Promise<number> {
  const { process, terminal } = cli;
  const id = countOf('id', idText);
  const shown = await readStore(options, process.env, (reader) => read(reader, id));
  if (options.json === true) {
    const { found, ...task } = shown.found;
    const { events, job } = shown;
    const more = job === null ? {} : { job };
    terminal.json({ ...task, status: statusOf(task.state), events, ...more });
  } else {
    terminal.result(taskPage(shown, options.full === true, paintFor(process)));
  }
  return 0;
}

async function read(reader: TaskStoreReader, taskId: number): Promise<ShownTask> {
  const found = await reader.lookup(taskId);
  if (found.found !== 'task') {
    const code = found.found === 'forgotten' ? 'TASK_FORGOTTEN' : 'TASK_UNKNOWN';
    throw new RunstateError(code, [taskId]);
  }
  const events: TaskEvent[] = [];
  for (let page = eventsAtOnce; page === eventsAtOnce;) {
    const afterSeq = events.at(-1)?.seq ?? 0;
    const next = await reader.events({ taskId, afterSeq, limit: eventsAtOnce });
    events.push(...next);
    page = next.length;
  }
  const readable = readableTask(found);
  return { found: readable, events, job: await jobOf(reader, readable) };
}

/** A job's steps with their states, and how far those that run have come. */
async function jobOf(reader: TaskStoreReader, found: ShownTask['found']): Promise<JobTree | null> {
  const { task, state } = found;
  if (task.plugin !== jobPluginName) return null;
  const steps = await reader.steps(task.id);
  const progress = new Map<number, number>();
  for (const { state: step, taskId } of steps) {
    if (step !== 'running' || taskId === undefined) continue;
    const query = { taskId, types: ['progress'], limit: eventsAtOnce } as const;
    const last = (await reader.events(query)).at(-1);
    if (last?.type === 'progress') progress.set(taskId, last.percent);
  }
  return jobTree({
    document: task.input as JobDocument,
    steps,
    isSettled: isSettled(state),
    progressOf: (taskId) => progress.get(taskId) ?? null,
  });
}

import { RunstateError } from '../kernel/errors.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { TaskLookup, TaskStoreReader } from '../kernel/task-store.ts';
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
}

const eventsAtOnce = 1_000;

/** Shows all that a store has of a task. */
export async function showCommand(idText: string, options: ShowOptions, cli: Cli): Promise<number> {
  const { process, terminal } = cli;
  const id = countOf('id', idText);
  const shown = await readStore(options, process.env, (reader) => read(reader, id));
  if (options.json === true) {
    const { found, ...task } = shown.found;
    terminal.json({ ...task, status: statusOf(task.state), events: shown.events });
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
  return { found: readableTask(found), events };
}

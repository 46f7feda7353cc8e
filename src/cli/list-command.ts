import type { StoredBrief, TaskQuery } from '../kernel/task-store.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import type { SqliteReader } from '../store/sqlite.ts';
import type { Cli } from './cli.ts';
import { countOf } from './numbers.ts';
import { paintFor } from './paint.ts';
import { readableTask } from './readable-task.ts';
import { readStore } from './store-file.ts';
import type { StoreOptions } from './store-file.ts';
import { tasksTable } from './tasks-table.ts';
import { widthOf } from './terminal.ts';

/** Options of `runstate list`. */
export interface ListOptions extends StoreOptions {
  readonly status?: readonly TaskStatus[];
  readonly plugin?: string;
  readonly tag?: readonly string[];
  readonly text?: string;
  readonly limit?: string;
  readonly after?: string;
  readonly json?: boolean;
}

const usualLimit = 20;

/** Lists a store's tasks, newest first, a page at a time. */
export async function listCommand(options: ListOptions, cli: Cli): Promise<number> {
  const { process, terminal } = cli;
  const query = queryOf(options);
  const found = await readStore(options, process.env, (reader) => listAll(reader, query));
  if (options.json === true) {
    terminal.json(found.map((brief) => ({ ...brief, status: statusOf(brief.state) })));
    return 0;
  }
  if (found.length === 0) {
    terminal.say('no tasks');
    return 0;
  }
  terminal.result(tasksTable(found, widthOf(process), paintFor(process)));
  const last = found.at(-1);
  if (last !== undefined && found.length === query.limit) {
    terminal.say(`older ones: --after ${last.task.id}`);
  }
  return 0;
}

/** Live tasks and the others; one that settled meanwhile is in both, and counts as settled. */
async function listAll(reader: SqliteReader, query: TaskQuery): Promise<readonly StoredBrief[]> {
  const found = new Map<number, StoredBrief>();
  for (const brief of await reader.live(query)) found.set(brief.task.id, brief);
  for (const brief of await reader.list(query)) found.set(brief.task.id, brief);
  const newest = [...found.values()].toSorted((a, b) => b.task.id - a.task.id);
  return newest.slice(0, query.limit).map(readableTask);
}

function queryOf({ status, plugin, tag, text, limit, after }: ListOptions): TaskQuery {
  return {
    limit: limit === undefined ? usualLimit : countOf('--limit', limit),
    ...(status === undefined ? {} : { status }),
    ...(plugin === undefined ? {} : { plugin }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(text === undefined ? {} : { text }),
    ...(after === undefined ? {} : { after: countOf('--after', after) }),
  };
}

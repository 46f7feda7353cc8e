import { RunstateError } from '../kernel/errors.ts';
import type {
  Retention,
  StoreRow,
  StoredSettled,
  StoredTask,
  TaskLookup,
  TaskStore,
} from '../kernel/task-store.ts';
import { showValue } from '../wire/show-value.ts';

/** What a memory store may be told. */
export interface MemoryStoreOptions {
  /**
   * How many settled tasks are kept.
   *
   * @defaultValue `{ settled: 10_000 }`
   */
  readonly retention?: Retention;
}

export const memoryStoreDefaults = {
  retention: { settled: 10_000 },
} as const satisfies Required<MemoryStoreOptions>;

function assertRetention({ settled }: Retention): void {
  if (settled === Number.POSITIVE_INFINITY || (Number.isInteger(settled) && settled >= 0)) return;
  throw new RunstateError('INVALID_OPTION', [
    'retention.settled',
    'a whole number, 0 or more',
    showValue(settled),
  ]);
}

type SettleRow = StoreRow & { readonly kind: 'settle' };

interface Settled extends Omit<SettleRow, 'kind'> {
  readonly task: StoredTask;
}

const withEvents = ({ task, result, output, events }: Settled): StoredSettled => ({
  task,
  result,
  output,
  events: events.replay(),
});

/** A store that lives as long as the process: for tests, tools and work that may be lost. */
export function memoryStore(options: MemoryStoreOptions = {}): TaskStore {
  let { retention = memoryStoreDefaults.retention } = options;
  assertRetention(retention);
  let nextId = 1;
  /** The last id that a task has; those up to `nextId` are set aside and not given yet. */
  let lastId = 0;
  const live = new Map<number, StoredTask>();
  const settled = new Map<number, Settled>();

  const keep = (row: StoreRow): void => {
    switch (row.kind) {
      case 'task':
        live.set(row.task.id, row.task);
        lastId = Math.max(lastId, row.task.id);
        return;
      case 'ids':
        nextId = row.end;
        return;
      case 'settle':
        return settle(row);
      case 'attempt':
      case 'event':
      case 'checkpoint':
        return;
    }
  };

  const settle = ({ result, output, events }: SettleRow): void => {
    const task = live.get(result.taskId);
    live.delete(result.taskId);
    if (task === undefined || retention.settled === 0) return;
    settled.set(task.id, { task, result, output, events });
    for (const oldest of settled.keys()) {
      if (settled.size <= retention.settled) break;
      settled.delete(oldest);
    }
  };

  const lookup = (id: number): TaskLookup => {
    const ended = settled.get(id);
    if (ended !== undefined) return { found: 'task', ...withEvents(ended) };
    const task = live.get(id);
    if (task !== undefined) return { found: 'task', task, result: null, output: null, events: [] };
    const wasGiven = Number.isInteger(id) && id > 0 && id <= lastId;
    return { found: wasGiven ? 'forgotten' : 'nothing' };
  };

  return {
    isDurable: false,
    open: ({ retention: given }) => {
      if (given !== undefined) retention = given;
      assertRetention(retention);
      return { nextId };
    },
    commit: (rows) => rows.forEach(keep),
    lookup,
    settled: (limit) =>
      [...settled.values()]
        .toSorted((a, b) => b.task.id - a.task.id)
        .slice(0, limit)
        .map(withEvents),
    close: () => {},
  };
}

import type { Retention, TaskStore } from '../kernel/task-store.ts';
import { MemoryRecords } from './memory-records.ts';
import { assertKnown } from './option-check.ts';
import { assertRetention } from './retention-groups.ts';

/** What a memory store may be told. */
export interface MemoryStoreOptions {
  /**
   * How long settled tasks are kept.
   *
   * @defaultValue `{ settled: 10_000 }`
   */
  readonly retention?: Retention;
}

export const memoryStoreDefaults = {
  retention: { settled: 10_000 },
} as const satisfies Required<MemoryStoreOptions>;

/**
 * A store that lives as long as the process: for tests, tools and work that may be lost.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`
 */
export function memoryStore(options: MemoryStoreOptions = {}): TaskStore {
  assertKnown(options, Object.keys(memoryStoreDefaults));
  const { retention = memoryStoreDefaults.retention } = options;
  assertRetention(retention);
  const records = new MemoryRecords(retention);
  return {
    isDurable: false,
    open: (opening) => records.open(opening),
    commit: (rows) => records.commit(rows),
    lookup: (id) => records.lookup(id),
    list: (query) => records.list(query),
    events: (query) => records.events(query),
    steps: (taskId) => records.steps(taskId),
    environment: (key) => records.environment(key),
    statistics: () => records.statistics(),
    unsettled: () => records.unsettled(),
    idempotencyKeys: (since) => records.idempotencyKeys(since),
    close: () => records.close(),
  };
}

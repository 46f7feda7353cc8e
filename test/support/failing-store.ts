import { RunstateError } from '../../src/kernel/errors.ts';
import type { StoreRow } from '../../src/kernel/store-rows.ts';
import type { StoreOpening, TaskStore } from '../../src/kernel/task-store.ts';

/** A store whose commits fail as long as a test wants them to. */
export interface FailingStore {
  readonly store: TaskStore;
  /** Rows that cannot be written now. */
  refuses: (row: StoreRow) => boolean;
  /** Every row that was committed. */
  readonly committed: StoreRow[];
  /** From now on it can be written no more. */
  breakDown(): void;
}

/** Stands before a store; reading goes through. */
export function failingStore(inner: TaskStore): FailingStore {
  let opening: StoreOpening | null = null;
  let broken: Error | null = null;
  const committed: StoreRow[] = [];
  const failing: FailingStore = {
    committed,
    refuses: () => false,
    breakDown() {
      broken = new RunstateError('STORE_BROKEN', ['runs.db', 'the disk is gone']);
      opening?.onBroken?.(broken);
    },
    store: {
      isDurable: inner.isDurable,
      open: (given) => {
        opening = given;
        return inner.open(given);
      },
      async commit(rows) {
        if (broken !== null) throw broken;
        if (rows.some((row) => failing.refuses(row))) {
          throw new RunstateError('STORE_WRITE_FAILED', ['runs.db', 'the disk is full']);
        }
        await inner.commit(rows);
        committed.push(...rows);
      },
      unsettled: () => inner.unsettled(),
      idempotencyKeys: (since) => inner.idempotencyKeys(since),
      lookup: (id) => inner.lookup(id),
      list: (query) => inner.list(query),
      events: (query) => inner.events(query),
      steps: (taskId) => inner.steps(taskId),
      environment: (key) => inner.environment(key),
      statistics: () => inner.statistics(),
      close: () => inner.close(),
    },
  };
  return failing;
}

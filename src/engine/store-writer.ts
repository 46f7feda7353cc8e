import type { Logger } from '../kernel/logger.ts';
import type { StoreRow, TaskStore } from '../kernel/task-store.ts';

/** Told when a row is committed, or why it was not. */
export type Committed = (error: unknown) => void;

interface Waiting {
  readonly row: StoreRow;
  readonly done: Committed;
}

/**
 * Group commit: while one transaction is being written, rows gather for the next. A store that
 * commits at once, such as the memory store, is never waited for.
 *
 * A transaction that fails is tried again row by row: a bad row fails its own writer only.
 */
export class StoreWriter {
  readonly #store: TaskStore;
  readonly #logger: Logger;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | null = null;

  constructor(store: TaskStore, logger: Logger) {
    this.#store = store;
    this.#logger = logger;
  }

  write(row: StoreRow, done: Committed = () => {}): void {
    const waiting = { row, done };
    if (this.#writing !== null) {
      this.#waiting.push(waiting);
      return;
    }
    let commit: void | Promise<void>;
    try {
      commit = this.#store.commit([row]);
    } catch (error) {
      this.#tell(waiting, error);
      return;
    }
    if (commit === undefined) this.#tell(waiting, null);
    else this.#writing = this.#writeAll(waiting, commit);
  }

  /** Resolves when nothing is left to be written. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async #writeAll(first: Waiting, commit: Promise<void>): Promise<void> {
    await commit.then(
      () => this.#tell(first, null),
      (error: unknown) => this.#tell(first, error),
    );
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#writeBatch(batch);
    }
    this.#writing = null;
  }

  async #writeBatch(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#store.commit(batch.map(({ row }) => row));
    } catch (error) {
      const [only, ...others] = batch;
      if (only !== undefined && others.length === 0) this.#tell(only, error);
      else for (const waiting of batch) await this.#writeBatch([waiting]);
      return;
    }
    for (const waiting of batch) this.#tell(waiting, null);
  }

  #tell({ row, done }: Waiting, error: unknown): void {
    try {
      done(error);
    } catch (thrown) {
      this.#logger.error({ err: thrown, row }, 'the engine failed after a commit');
    }
  }
}

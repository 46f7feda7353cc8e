import type { Clock } from '../../kernel/clock.ts';
import { RunstateError } from '../../kernel/errors.ts';
import { messageOf } from '../../kernel/task-error.ts';
import type { StoredStep } from '../../kernel/job-steps.ts';
import type { TaskEvent } from '../../kernel/task-event.ts';
import type { StoreStatistics } from '../../kernel/task-statistics.ts';
import type { StoreRow } from '../../kernel/store-rows.ts';
import type {
  EventQuery,
  Opened,
  Retention,
  StoredBrief,
  StoredKey,
  StoredUnsettled,
  StoreOpening,
  TaskLookup,
  TaskQuery,
  TaskStore,
} from '../../kernel/task-store.ts';
import type { Logger } from '../../kernel/logger.ts';
import { assertRetention } from '../retention-groups.ts';
import type { Batch } from './batch.ts';
import { Connection, loadLibsql } from './connection.ts';
import { DatabaseReader } from './database-reader.ts';
import { Encoder } from './encode.ts';
import type { CheckpointNumbers } from './encode.ts';
import { lockFile } from './file-lock.ts';
import type { FileLock } from './file-lock.ts';
import { locateFile } from './location.ts';
import type { Durability } from './messages.ts';
import { WorkerThread } from './worker-thread.ts';
import type { WorkerListener } from './worker-thread.ts';

/** How often the worker is told the time, so that it drops what has become too old. */
const sweepMs = 60_000;

/** What an open store consists of. */
interface Parts {
  readonly path: string;
  readonly lock: FileLock;
  readonly worker: WorkerThread;
  readonly reader: DatabaseReader;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly checkpoints: CheckpointNumbers;
}

/** A store in a file: a thread writes, this one reads. */
export class SqliteStore implements TaskStore {
  readonly isDurable = true;
  readonly #path: string;
  readonly #durability: Durability;
  readonly #retention: Retention;
  #parts: Parts | null = null;
  #timer: unknown = null;

  constructor(path: string, durability: Durability, retention: Retention) {
    this.#path = path;
    this.#durability = durability;
    this.#retention = retention;
  }

  async open(opening: StoreOpening): Promise<Opened> {
    const { clock, logger, retention = this.#retention, firstId = 1 } = opening;
    assertRetention(retention);
    const path = locateFile(this.#path);
    const library = await loadLibsql();
    const lock = lockFile(library, path);
    const durability = this.#durability;
    const options = { path, durability, retention, firstId, nowMs: clock.now() };
    let worker: WorkerThread | null = null;
    try {
      worker = new WorkerThread(options, listenerOf(opening));
      const { opened, nextCheckpoint } = await worker.opened();
      const reader = new DatabaseReader(new Connection(library, path, { isReadOnly: true }));
      const checkpoints = { next: nextCheckpoint, known: new Map() };
      this.#parts = { path, lock, worker, reader, clock, checkpoints, logger };
      this.#tick(this.#parts);
      return opened;
    } catch (error) {
      await worker?.close();
      lock.release();
      throw error;
    }
  }

  async commit(rows: readonly StoreRow[]): Promise<void> {
    const { path, worker, clock, checkpoints } = this.#open;
    const encoder = new Encoder(checkpoints);
    const batch = encodeAll(encoder, rows, path);
    await worker.ask({ kind: 'commit', batch, nowMs: clock.now() });
    if (encoder.checkpoints.size > 0) checkpoints.known = encoder.checkpoints;
  }

  lookup(id: number): TaskLookup {
    return this.#open.reader.lookup(id);
  }

  list(query: TaskQuery): Promise<readonly StoredBrief[]> {
    return this.#open.reader.list(query);
  }

  events(query: EventQuery): Promise<readonly TaskEvent[]> {
    return this.#open.reader.events(query);
  }

  steps(taskId: number): readonly StoredStep[] {
    return this.#open.reader.steps(taskId);
  }

  environment(key: string): Readonly<Record<string, string>> | null {
    return this.#open.reader.environment(key);
  }

  async statistics(): Promise<StoreStatistics> {
    const { worker, reader } = this.#open;
    return (await worker.ask({ kind: 'statistics' })) ?? reader.statistics();
  }

  unsettled(): Promise<readonly StoredUnsettled[]> {
    return this.#open.reader.unsettled();
  }

  idempotencyKeys(since: number): readonly StoredKey[] {
    return this.#open.reader.idempotencyKeys(since);
  }

  /** What was asked for before is done first; the file alone then holds all of the store. */
  async close(): Promise<void> {
    const parts = this.#parts;
    if (parts === null) return;
    this.#parts = null;
    const { clock, reader, worker, lock, logger } = parts;
    clock.clearTimeout(this.#timer);
    reader.close();
    try {
      await worker.close();
    } catch (error) {
      // Nothing is lost: what was committed is in the log, which the next opening reads.
      logger.warn({ err: error }, `the store was not closed in order: ${messageOf(error)}`);
    } finally {
      lock.release();
    }
  }

  get #open(): Parts {
    if (this.#parts === null) throw new RunstateError('STORE_NOT_OPEN', [this.#path]);
    return this.#parts;
  }

  #tick(parts: Parts): void {
    const { clock, worker } = parts;
    this.#timer = clock.setTimeout(() => {
      worker.sweep(clock.now());
      this.#tick(parts);
    }, sweepMs);
    clock.unref?.(this.#timer);
  }
}

/** @throws {@link RunstateError} `STORE_WRITE_FAILED` for a value that JSON does not know */
function encodeAll(encoder: Encoder, rows: readonly StoreRow[], path: string): Batch {
  try {
    for (const row of rows) encoder.add(row);
    return encoder.batch;
  } catch (cause) {
    const reason = `a row is not JSON: ${messageOf(cause)}`;
    throw new RunstateError('STORE_WRITE_FAILED', [path, reason], { cause });
  }
}

const listenerOf = ({ onForgotten, onBroken, logger }: StoreOpening): WorkerListener => ({
  forgotten: (briefs) => onForgotten?.(JSON.parse(briefs) as StoredBrief[]),
  troubled: (message) => logger.warn({}, `the store could not drop old tasks: ${message}`),
  broken: (error) => onBroken?.(error),
});

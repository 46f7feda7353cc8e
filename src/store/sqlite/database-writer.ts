import type { StoreStatistics } from '../../kernel/task-statistics.ts';
import type { Opened, StoredBrief } from '../../kernel/task-store.ts';
import { Audit } from './audit.ts';
import type { Batch } from './batch.ts';
import type { Connection } from './connection.ts';
import { Encoder } from './encode.ts';
import { reasonOf } from './failure.ts';
import { FiguresTable, readStatistics } from './figures-table.ts';
import type { Told, WorkerOptions } from './messages.ts';
import { lastIdOf } from './read-tasks.ts';
import { stepLength, Sweeper } from './sweeper.ts';
import { untoldEnds } from './untold-ends.ts';
import { writeBatch } from './write-batch.ts';

/** How long events that outlive their tasks are kept where no rule says how long a task is. */
const auditMs = 30 * 24 * 3_600_000;

interface Counters {
  readonly nextId: number;
  readonly nextSeq: number;
  readonly nextCheckpoint: number;
}

const counters = `
  SELECT
    coalesce((SELECT value FROM meta WHERE key = 'next_id'), 1) AS nextId,
    max(coalesce((SELECT value FROM meta WHERE key = 'next_seq'), 1),
      coalesce((SELECT max(seq) FROM task_events), 0) + 1) AS nextSeq,
    coalesce((SELECT max(id) FROM checkpoints), 0) + 1 AS nextCheckpoint`;

/** Pages that are given back to the file system at a time, and the part that may lie idle. */
const vacuumPages = 500;
const idlePart = 0.25;

type WriterOptions = Pick<WorkerOptions, 'retention' | 'nowMs'>;

type Tell = (told: Told) => void;

/** The one connection that writes a store's file. */
export class DatabaseWriter {
  readonly #connection: Connection;
  readonly #figures: FiguresTable;
  readonly #sweeper: Sweeper;
  readonly #audit: Audit;
  readonly #tell: Tell;
  #nowMs: number;
  /** Settled since the last step: dropping keeps pace with them. */
  #settled = 0;
  #isSweeping = false;
  #isClosed = false;

  constructor(connection: Connection, { retention, nowMs }: WriterOptions, tell: Tell) {
    this.#connection = connection;
    this.#tell = tell;
    this.#nowMs = nowMs;
    this.#figures = new FiguresTable(connection);
    this.#sweeper = new Sweeper(connection, retention);
    this.#audit = new Audit(connection, retention.ageMs ?? auditMs);
  }

  /** Where ids and numbers go on. */
  opened(firstId: number): { readonly opened: Opened; readonly nextCheckpoint: number } {
    const [row] = this.#connection.all<Counters>(counters);
    const { nextId = 1, nextSeq = 1, nextCheckpoint = 1 } = row ?? {};
    const least = Math.max(nextId, lastIdOf(this.#connection) + 1, firstId);
    return { opened: { nextId: least, nextSeq }, nextCheckpoint };
  }

  /** A killed engine may have told nobody of the last tasks that settled: their events are written. */
  completeEnds(): void {
    const rows = untoldEnds(this.#connection, this.opened(1).opened.nextSeq);
    if (rows.length === 0) return;
    const encoder = new Encoder({ next: 1, known: new Map() });
    for (const row of rows) encoder.add(row);
    this.#connection.transaction(() => writeBatch(this.#connection, encoder.batch));
  }

  /** Writes all of a batch, or nothing when it throws. */
  commit(batch: Batch, nowMs: number): void {
    this.#nowMs = nowMs;
    let forgotten: StoredBrief[] = [];
    try {
      this.#connection.transaction(() => {
        const written = writeBatch(this.#connection, batch);
        this.#figures.add(written.settled, batch.firstSubmittedAt);
        this.#sweeper.settled(written.settled);
        forgotten = this.#sweeper.drop(written.forgotten);
        this.#settled += written.settled.length;
      });
    } catch (error) {
      this.#figures.undo();
      this.#sweeper.undo();
      throw error;
    }
    this.#announce(forgotten);
    this.#sweepSoon();
  }

  statistics(): StoreStatistics {
    return readStatistics(this.#connection);
  }

  /** Drops what has become too old by now, bit by bit. */
  sweep(nowMs: number): void {
    this.#nowMs = nowMs;
    this.#audit.begin();
    this.#sweepSoon();
  }

  /** Writes the log into the file, which is all there is of the store then. */
  close(): void {
    this.#isClosed = true;
    this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#connection.close();
  }

  #sweepSoon(): void {
    if (this.#isSweeping) return;
    this.#isSweeping = true;
    setImmediate(() => this.#step());
  }

  /** One step, and the next one after what has been asked meanwhile. */
  #step(): void {
    this.#isSweeping = false;
    if (this.#isClosed) return;
    try {
      if (this.#dropSome() || this.#shrink()) this.#sweepSoon();
    } catch (error) {
      this.#tell({ kind: 'troubled', message: reasonOf(error) });
    }
  }

  #dropSome(): boolean {
    const { isUnderWay } = this.#audit;
    if (isUnderWay) this.#audit.step(this.#nowMs);
    let isDue = this.#sweeper.isDue(this.#nowMs);
    for (let owed = this.#settled; isDue && owed >= 0; owed -= stepLength) {
      this.#announce(this.#sweeper.step(this.#nowMs));
      isDue = this.#sweeper.isDue(this.#nowMs);
    }
    this.#settled = 0;
    return isDue || isUnderWay;
  }

  /** Gives pages back when much of the file lies idle. */
  #shrink(): boolean {
    const free = this.#connection.pragma('freelist_count');
    if (free < vacuumPages || free < this.#connection.pragma('page_count') * idlePart) return false;
    this.#connection.exec(`PRAGMA incremental_vacuum(${vacuumPages})`);
    return true;
  }

  #announce(briefs: readonly StoredBrief[]): void {
    if (briefs.length > 0) this.#tell({ kind: 'forgotten', briefs: JSON.stringify(briefs) });
  }
}

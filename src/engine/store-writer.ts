import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import { RunstateError } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { StoreRow } from '../kernel/store-rows.ts';
import type { TaskStore } from '../kernel/task-store.ts';

/** Told when rows are committed, with null, or why they were not. */
export type Committed = (error: unknown) => void;

/** What the store writer needs of the engine. */
export interface StoreWriterPort {
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of every row that was committed or, with an error, was not. */
  readonly follow: ((row: StoreRow, error: unknown) => void) | null;
  /** Rows that must be kept cannot be written at present; told once until they can. */
  readonly failing: (message: string) => void;
}

/** Rows that are kept together or not at all. */
interface Unit {
  readonly rows: readonly StoreRow[];
  readonly done: Committed | null;
  /** It is tried again until it is written. */
  readonly isInsisted: boolean;
}

/** How soon rows that must be kept are tried again. */
const retryMs = 1_000;
/** Units of one transaction: while the store writes them, those before them can go on. */
const mostUnits = 250;
/** Transactions that are given to the store before it has answered the first of them. */
const mostInFlight = 2;
/** Units that are tried alone before others have their turn. */
const aloneInTurn = 50;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Group commit. On a durable store the rows of a turn of the event loop, and those that come while a
 * transaction is being written, go out as one. A store that commits at once, such as the memory
 * store, is never waited for.
 *
 * A transaction that fails is tried again unit by unit: a bad row fails its own writer only, and what
 * else belongs to a task that could not be stored. Rows that somebody waits for fail with the store's
 * error; those that the engine itself cannot go on without are tried again until they are written.
 */
export class StoreWriter {
  readonly #port: StoreWriterPort;
  #waiting: Unit[] = [];
  /** Units that must be written, and could not be yet. */
  #held: Unit[] = [];
  #retryTimer: unknown = null;
  #isDue = false;
  #inFlight = 0;
  /** Transactions that failed, and are tried unit by unit: nothing may overtake these. */
  #inPieces = 0;
  /** Resolves when the last transaction that was begun has been told of. */
  #last: Promise<void> = Promise.resolve();
  #isFailing = false;
  #hasGivenUp = false;
  #whenIdle: (() => void)[] = [];

  constructor(port: StoreWriterPort) {
    this.#port = port;
  }

  /** Writes rows together or not at all. */
  write(rows: readonly StoreRow[], done: Committed | null = null): void {
    this.#add({ rows, done, isInsisted: false });
  }

  /**
   * Resolves when the row is committed, and rejects with the reason why it was not; `onCommitted` is
   * called before anybody hears of it.
   */
  commit(row: StoreRow, onCommitted?: () => void): Promise<void> {
    return this.commitAll([row], onCommitted);
  }

  /** The same for rows that are kept together or not at all. */
  commitAll(rows: readonly StoreRow[], onCommitted?: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.write(rows, (error) => {
        if (error === null) {
          onCommitted?.();
          resolve();
        } else reject(error instanceof Error ? error : new Error(messageOf(error)));
      });
    });
  }

  /**
   * Writes what the engine cannot go on without: on a durable store it is tried again until it is
   * written, or the engine gives up. Rows that no store could take fail at once.
   */
  insist(rows: readonly StoreRow[], done: Committed): void {
    this.#add({ rows, done, isInsisted: this.#port.store.isDurable });
  }

  /** Resolves when all that was to be written until now has been tried. */
  caughtUp(): Promise<void> {
    return new Promise((resolve) => {
      this.write([], () => resolve());
    });
  }

  /** Resolves when nothing is left to be written; what is held back counts as written. */
  async flush(): Promise<void> {
    while (this.#inFlight > 0 || this.#isDue) {
      await new Promise<void>((resolve) => {
        this.#whenIdle.push(resolve);
      });
    }
  }

  /** The engine ends: what is held back is tried once more, and then fails. */
  giveUp(): void {
    if (this.#hasGivenUp) return;
    this.#hasGivenUp = true;
    this.#release();
  }

  #add(unit: Unit): void {
    const { store } = this.#port;
    if (store.isDurable || this.#inFlight > 0 || this.#isDue) {
      this.#waiting.push(unit);
      this.#schedule();
      return;
    }
    let commit: void | Promise<void>;
    try {
      commit = store.commit(unit.rows);
    } catch (error) {
      this.#tell(unit, error);
      return;
    }
    if (commit === undefined) this.#tell(unit, null);
    else void this.#writeFirst(unit, commit);
  }

  #hold(unit: Unit, error: unknown): void {
    const { clock, logger, failing } = this.#port;
    this.#held.push(unit);
    this.#retryTimer ??= clock.setTimeout(() => this.#release(), retryMs);
    if (this.#isFailing) return;
    this.#isFailing = true;
    const message = `The store cannot be written, so results are held back: ${messageOf(error)}`;
    logger.error({ err: error }, message);
    failing(message);
  }

  /** Tries again what is held back. */
  #release(): void {
    this.#port.clock.clearTimeout(this.#retryTimer);
    this.#retryTimer = null;
    const held = this.#held;
    this.#held = [];
    for (const unit of held) this.#add(unit);
  }

  #schedule(): void {
    if (this.#isDue || this.#inPieces > 0 || this.#inFlight >= mostInFlight) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      if (this.#inPieces === 0) this.#writeNext();
    });
  }

  async #writeFirst(unit: Unit, commit: Promise<void>): Promise<void> {
    this.#inFlight += 1;
    await commit.then(
      () => this.#tell(unit, null),
      (error: unknown) => this.#tell(unit, error),
    );
    this.#written();
  }

  #writeNext(): void {
    const batch =
      this.#waiting.length > mostUnits ? this.#waiting.splice(0, mostUnits) : this.#waiting;
    if (batch === this.#waiting) this.#waiting = [];
    this.#inFlight += 1;
    this.#last = this.#writeBatch(batch, this.#last).then(() => this.#written());
    if (this.#waiting.length > 0) this.#schedule();
  }

  #written(): void {
    this.#inFlight -= 1;
    if (this.#waiting.length > 0) this.#schedule();
    if (this.#inFlight > 0 || this.#isDue) return;
    const idle = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of idle) resolve();
  }

  /** What became of a batch is told after what became of the one `before` it. */
  async #writeBatch(batch: readonly Unit[], before: Promise<void>): Promise<void> {
    const [first] = batch;
    if (first === undefined) return before;
    // With another before it, it may have failed only because that one did.
    const isAlone = batch.length === 1 && this.#inFlight === 1;
    const rows = batch.length === 1 ? first.rows : batch.flatMap((unit) => unit.rows);
    try {
      if (rows.length > 0) await this.#port.store.commit(rows);
    } catch (error) {
      this.#inPieces += 1;
      await before;
      if (isAlone) this.#tell(first, error);
      else await this.#writeEach(batch);
      this.#inPieces -= 1;
      return;
    }
    await before;
    for (const unit of batch) this.#tell(unit, null);
  }

  async #writeEach(batch: readonly Unit[]): Promise<void> {
    /** Tasks that the store refused, with what it said: nothing of them can be stored. */
    const refused = new Map<number | null, unknown>();
    for (const [index, unit] of batch.entries()) {
      if (index % aloneInTurn === aloneInTurn - 1) await turn();
      const [row] = unit.rows;
      if (row !== undefined && refused.has(taskIdOf(row))) {
        this.#tell(unit, refused.get(taskIdOf(row)));
        continue;
      }
      try {
        await this.#port.store.commit(unit.rows);
        this.#tell(unit, null);
      } catch (error) {
        if (row?.kind === 'task') refused.set(row.task.id, error);
        this.#tell(unit, error);
      }
    }
  }

  #tell(unit: Unit, error: unknown): void {
    if (error !== null && unit.isInsisted && !this.#hasGivenUp && !isBadRow(error)) {
      return this.#hold(unit, error);
    }
    const { follow, logger } = this.#port;
    const { rows, done } = unit;
    if (error === null && unit.isInsisted && this.#isFailing && this.#held.length === 0) {
      this.#isFailing = false;
      logger.info({}, 'the store can be written again');
    }
    try {
      if (follow !== null) for (const row of rows) follow(row, error);
      done?.(error);
    } catch (thrown) {
      logger.error({ err: thrown, rows }, 'the engine failed after a commit');
    }
  }
}

/** Whether a row itself is at fault, such as one that is too large: to wait for room would not help. */
function isBadRow(error: unknown): boolean {
  if (!(error instanceof RunstateError)) return true;
  const { cause } = error;
  if (cause instanceof RangeError || cause instanceof TypeError) return true;
  return typeof cause === 'object' && cause !== null && 'code' in cause
    ? cause.code === 'SQLITE_TOOBIG'
    : false;
}

function taskIdOf(row: StoreRow): number | null {
  switch (row.kind) {
    case 'task':
      return row.task.id;
    case 'event':
      return row.event.taskId;
    case 'settle':
      return row.result.taskId;
    case 'ids':
    case 'seqs':
    case 'forget':
    case 'environment':
      return null;
    default:
      return row.taskId;
  }
}

import { pathToFileURL } from 'node:url';
import type Libsql from 'libsql';

/** What may be bound to a statement; libsql ends the process at a boolean. */
export type SqlValue = string | number | null;

export interface ConnectionOptions {
  /** Never writes, and makes no file but the log's index. */
  readonly isReadOnly?: boolean;
  /** Nobody else writes, and no file can be made: only for a file that was closed in order. */
  readonly isImmutable?: boolean;
  /** How long another process's lock is waited for, in milliseconds. */
  readonly busyMs?: number;
}

const defaultBusyMs = 2_000;

export type Library = typeof Libsql;

/** Loaded when first used: an engine on the memory store does without. */
export async function loadLibsql(): Promise<Library> {
  const { default: library } = await import('libsql');
  return library;
}

/** Questions come from outside, and who asks them need not heed types. */
function assertBindable(values: readonly unknown[]): void {
  for (const value of values) {
    if (typeof value === 'string' || typeof value === 'number' || value === null) continue;
    throw new TypeError(`Expected a text or a number to look for, got \`${typeof value}\``);
  }
}

/** One connection to a database: its statements are prepared once and kept. */
export class Connection {
  readonly #database: Libsql.Database;
  readonly #statements = new Map<string, Libsql.Statement>();

  constructor(library: Library, path: string, options: ConnectionOptions = {}) {
    const { isReadOnly = false, isImmutable = false, busyMs = defaultBusyMs } = options;
    // libsql heeds no option for this; SQLite's own form of a name does.
    const how = isImmutable ? 'mode=ro&immutable=1' : 'mode=ro';
    const name = isReadOnly ? `${pathToFileURL(path).href}?${how}` : path;
    this.#database = new library(name);
    this.exec(`PRAGMA busy_timeout = ${busyMs}`);
  }

  get isInTransaction(): boolean {
    return this.#database.inTransaction;
  }

  /** Runs statements that are not kept. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Runs a statement that gives no rows; answers how many rows it changed. */
  run(sql: string, ...values: readonly SqlValue[]): number {
    assertBindable(values);
    return this.#prepare(sql).run(values).changes;
  }

  all<TRow>(sql: string, ...values: readonly SqlValue[]): TRow[] {
    assertBindable(values);
    return this.#prepare(sql).all(values) as TRow[];
  }

  /** A pragma's number; 0 when it has none. */
  pragma(name: string): number {
    const [row] = this.#database.prepare(`PRAGMA ${name}`).raw().all() as readonly SqlValue[][];
    return Number(row?.[0] ?? 0);
  }

  /** All that `work` writes is kept, or nothing when it throws. */
  transaction<T>(work: () => T): T {
    this.run('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.run('COMMIT');
      return result;
    } catch (error) {
      // Some errors, such as a full disk, have ended the transaction already.
      if (this.isInTransaction) this.run('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): Libsql.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

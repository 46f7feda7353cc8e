import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { RunstateError } from '../../kernel/errors.ts';
import { Connection } from './connection.ts';
import type { Library } from './connection.ts';
import { reasonOf, sqliteCode } from './failure.ts';

/** Who has a store open. */
interface Owner {
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
}

export interface FileLock {
  release(): void;
}

/** A connection that nothing refers to would be collected, and its lock be gone. */
const held = new Set<Connection>();

/**
 * Locks a store for one engine. The lock is SQLite's own on a second file, so the system frees it
 * when the process ends in whatever way, and readers of the store are not in its way. Who holds it
 * stands in a third file: the locked one cannot be read.
 *
 * @throws {@link RunstateError} `STORE_LOCKED`, `STORE_UNREADABLE`
 */
export function lockFile(library: Library, path: string): FileLock {
  const connection = openLock(library, path);
  try {
    connection.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    connection.close();
    if (sqliteCode(error) !== 'SQLITE_BUSY') throw unreadable(path, error);
    const { pid, since } = readOwner(path);
    throw new RunstateError('STORE_LOCKED', [path, pid, since], { cause: error });
  }
  held.add(connection);
  const release = (): void => {
    rmSync(ownerPath(path), { force: true });
    connection.exec('ROLLBACK');
    connection.close();
    held.delete(connection);
  };
  try {
    writeOwner(path);
  } catch (error) {
    release();
    throw unreadable(path, error);
  }
  return { release };
}

const ownerPath = (path: string): string => `${path}.owner`;

function openLock(library: Library, path: string): Connection {
  try {
    return new Connection(library, `${path}.lock`, { busyMs: 0 });
  } catch (error) {
    throw unreadable(path, error);
  }
}

const unreadable = (path: string, error: unknown): RunstateError =>
  new RunstateError('STORE_UNREADABLE', [path, `it cannot be locked: ${reasonOf(error)}`], {
    cause: error,
  });

function writeOwner(path: string): void {
  const owner: Owner = { pid: process.pid, since: new Date().toISOString() };
  const draft = `${ownerPath(path)}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(owner));
  renameSync(draft, ownerPath(path));
}

function readOwner(path: string): { readonly pid: string; readonly since: string } {
  try {
    const { pid, since } = JSON.parse(readFileSync(ownerPath(path), 'utf8')) as Owner;
    return { pid: String(pid), since };
  } catch {
    return { pid: 'of an unknown number', since: 'an unknown time' };
  }
}

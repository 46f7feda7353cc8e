import { statSync } from 'node:fs';
import { Connection } from './connection.ts';
import type { Library } from './connection.ts';
import { Refusal } from './failure.ts';
import { migrations } from './migrations.ts';
import type { Migration } from './migrations.ts';

/** In the header of every file of ours: "RuSt". */
export const applicationId = 0x52_75_53_74;

/** Up to this size a file is read through when it is opened: some tens of milliseconds. */
const checkedBytes = 32 * 2 ** 20;

/**
 * Refuses what is no database of ours, without writing a byte: it is looked at through a connection
 * that cannot write. A file that is empty or not there is a new one.
 */
export function inspectFile(library: Library, path: string): void {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return;
  const connection = new Connection(library, path, { isReadOnly: true });
  try {
    assertOurs(connection, path);
    if (size <= checkedBytes) assertSound(connection, path);
  } finally {
    connection.close();
  }
}

/** @throws {@link Refusal} `STORE_UNREADABLE`, `STORE_TOO_NEW` */
export function assertOurs(connection: Connection, path: string): void {
  const id = connection.pragma('application_id');
  const [tables] = connection.all<{ count: number }>('SELECT count(*) AS count FROM sqlite_schema');
  if (id === 0 && tables?.count === 0) return;
  if (id !== applicationId) {
    throw new Refusal('STORE_UNREADABLE', [path, 'it is a database of another program']);
  }
  const version = connection.pragma('user_version');
  const known = migrations.length;
  if (version > known) throw new Refusal('STORE_TOO_NEW', [path, version, known]);
}

/**
 * Refuses a file that only an engine can bring up to date.
 *
 * @throws {@link Refusal} `STORE_UNREADABLE`, `STORE_TOO_NEW`
 */
export function assertCurrent(connection: Connection, path: string): void {
  assertOurs(connection, path);
  const version = connection.pragma('user_version');
  if (version === migrations.length) return;
  const reason = `it was written by an older runstate (schema ${version}); open it with an engine once`;
  throw new Refusal('STORE_UNREADABLE', [path, version === 0 ? 'it is empty' : reason]);
}

function assertSound(connection: Connection, path: string): void {
  const [found] = connection.all<{ quick_check: string }>('PRAGMA quick_check(1)');
  if (found === undefined || found.quick_check === 'ok') return;
  throw new Refusal('STORE_UNREADABLE', [path, `it is damaged (${found.quick_check})`]);
}

/**
 * Tries whether the file can be written, by writing what stands there: better now than when the first
 * task is submitted.
 */
export const assertWritable = (connection: Connection): void =>
  connection.transaction(() =>
    connection.exec(`PRAGMA user_version = ${connection.pragma('user_version')}`),
  );

/**
 * Brings the tables to the newest version, each step in a transaction of its own: a process that is
 * killed in one leaves the version before it.
 */
export function migrate(
  connection: Connection,
  nowMs: number,
  steps: readonly Migration[] = migrations,
): void {
  for (const { number, name, sql } of steps) {
    connection.transaction(() => {
      if (connection.pragma('user_version') >= number) return;
      connection.exec(`PRAGMA application_id = ${applicationId}`);
      connection.exec(
        `CREATE TABLE IF NOT EXISTS migrations (
           number INTEGER PRIMARY KEY, name TEXT NOT NULL, at INTEGER NOT NULL)`,
      );
      connection.exec(sql);
      connection.exec(`INSERT INTO migrations VALUES (${number}, '${name}', ${Math.floor(nowMs)})`);
      connection.exec(`PRAGMA user_version = ${number}`);
    });
  }
}

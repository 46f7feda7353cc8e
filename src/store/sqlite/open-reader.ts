import { statSync } from 'node:fs';
import { RunstateError } from '../../kernel/errors.ts';
import { Connection, loadLibsql } from './connection.ts';
import type { Library } from './connection.ts';
import { DatabaseReader } from './database-reader.ts';
import { errorOf, failureOf, sqliteCode } from './failure.ts';
import { locateFile } from './location.ts';
import { assertCurrent } from './migrate.ts';

/** Opens a store to be read only. */
export async function openReader(path: string): Promise<DatabaseReader> {
  const file = locateFile(path);
  if (statSync(file, { throwIfNoEntry: false }) === undefined) {
    throw new RunstateError('STORE_UNREADABLE', [file, 'it is not there']);
  }
  const library = await loadLibsql();
  try {
    return new DatabaseReader(connect(library, file));
  } catch (error) {
    throw errorOf(failureOf(error, 'STORE_UNREADABLE', file));
  }
}

/**
 * SQLite makes a file beside the store to read it, which a directory that cannot be written does not
 * let it. A store that was closed in order can be read without.
 */
function connect(library: Library, file: string): Connection {
  try {
    return connectAs(library, file, false);
  } catch (error) {
    const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
    if (sqliteCode(error) !== 'SQLITE_CANTOPEN' || hasLog) throw error;
    return connectAs(library, file, true);
  }
}

function connectAs(library: Library, file: string, isImmutable: boolean): Connection {
  const connection = new Connection(library, file, { isReadOnly: true, isImmutable });
  try {
    assertCurrent(connection, file);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

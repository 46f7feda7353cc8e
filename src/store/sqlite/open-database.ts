import { Connection } from './connection.ts';
import type { Library } from './connection.ts';
import type { Durability, WorkerOptions } from './messages.ts';
import { assertWritable, inspectFile, migrate } from './migrate.ts';

/** Pages of a full log before it is written into the file. */
const checkpointPages = 4_000;

const settings = (durability: Durability): string => `
  PRAGMA synchronous = ${durability};
  PRAGMA cache_size = -32000;
  PRAGMA temp_store = MEMORY;
  PRAGMA wal_autocheckpoint = ${checkpointPages};
  PRAGMA journal_size_limit = ${64 * 2 ** 20};`;

/**
 * Opens a store's file to be written, or makes it, with the newest tables.
 *
 * @throws what SQLite throws, and `Refusal`
 */
export function openDatabase(
  library: Library,
  { path, durability, nowMs }: Pick<WorkerOptions, 'path' | 'durability' | 'nowMs'>,
): Connection {
  inspectFile(library, path);
  const connection = new Connection(library, path);
  try {
    if (connection.pragma('page_count') === 0) connection.exec('PRAGMA auto_vacuum = INCREMENTAL');
    connection.exec(settings(durability));
    connection.exec('PRAGMA journal_mode = WAL');
    migrate(connection, nowMs);
    assertWritable(connection);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

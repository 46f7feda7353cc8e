import { RunstateError } from '../kernel/errors.ts';
import type {
  Retention,
  StoredBrief,
  TaskQuery,
  TaskStore,
  TaskStoreReader,
} from '../kernel/task-store.ts';
import { showValue } from '../wire/show-value.ts';
import { assertKnown } from './option-check.ts';
import { assertRetention } from './retention-groups.ts';
import { assertPath } from './sqlite/location.ts';
import type { Durability } from './sqlite/messages.ts';
import { openReader } from './sqlite/open-reader.ts';
import { SqliteStore } from './sqlite/sqlite-store.ts';

/** What a SQLite store may be told. */
export interface SqliteStoreOptions {
  /**
   * What a commit survives. With `full` each one is on the disk when it is acknowledged: it survives
   * the end of the process (`kill -9`) and the loss of power. With `normal` it survives the end of
   * the process; a loss of power may take the commits of the last moments, whole and from the end,
   * and never damages the file.
   *
   * @defaultValue `full`
   */
  readonly durability?: Durability;
  /**
   * How long settled tasks are kept. What a person or client caused is kept for the audit as long as
   * `ageMs` says (30 days where it says nothing), also when its task is not.
   *
   * @defaultValue 30 days: `{ ageMs: 2_592_000_000 }`
   */
  readonly retention?: Retention;
}

export const sqliteStoreDefaults = {
  durability: 'full',
  retention: { ageMs: 30 * 24 * 3_600_000 },
} as const satisfies Required<SqliteStoreOptions>;

/**
 * A store in one SQLite file, for one engine at a time; others can read it with
 * {@link sqliteReader}. Beside the file there are `-wal` and `-shm` while it is in use, `.lock` and
 * `.owner`.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`; what `open` throws is `STORE_LOCKED`,
 *   `STORE_TOO_NEW` or `STORE_UNREADABLE`
 */
export function sqliteStore(path: string, options: SqliteStoreOptions = {}): TaskStore {
  assertPath(path);
  assertKnown(options, Object.keys(sqliteStoreDefaults));
  const { durability = sqliteStoreDefaults.durability, retention = sqliteStoreDefaults.retention } =
    options;
  assertRetention(retention);
  if (durability !== 'full' && durability !== 'normal') {
    const expected = "'full' or 'normal'";
    throw new RunstateError('INVALID_OPTION', ['durability', expected, showValue(durability)]);
  }
  return new SqliteStore(path, durability, retention);
}

/** What can be read of a store's file. */
export interface SqliteReader extends TaskStoreReader {
  /** Live tasks that fit, newest first, with the state that was last committed. */
  live(query: TaskQuery): Promise<readonly StoredBrief[]>;
}

/**
 * Reads a store's file, also beside the engine that has it open.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`, `STORE_TOO_NEW`, `STORE_UNREADABLE`
 */
export async function sqliteReader(path: string): Promise<SqliteReader> {
  assertPath(path);
  return openReader(path);
}

import { statSync } from 'node:fs';
import { sqliteReader } from '../store/sqlite.ts';
import type { SqliteReader } from '../store/sqlite.ts';
import type { CliProcess } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Options of commands that may use a store. */
export interface StoreOptions {
  readonly store?: string;
}

/**
 * The store's file: the one that was given, or that of `RUNSTATE_STORE`; null without either.
 *
 * @throws {@link UsageError} when the one that was given is empty, as an unset variable makes it
 */
export function storeFile({ store }: StoreOptions, env: CliProcess['env']): string | null {
  const { RUNSTATE_STORE: usual = '' } = env;
  if (store === '') throw new UsageError('--store must be the path of a file, got an empty text');
  return store ?? (usual === '' ? null : usual);
}

/**
 * The file of a store that is there already: a mistyped path makes none.
 *
 * @throws {@link UsageError}
 */
export function existingStore(options: StoreOptions, env: CliProcess['env']): string {
  const file = storeFile(options, env);
  if (file === null) {
    throw new UsageError('say which store: --store <file>, or RUNSTATE_STORE in the environment');
  }
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new UsageError(`there is no store ${file}; \`runstate run --store\` makes one`);
  }
  return file;
}

/** Reads from a store, also beside an engine that uses it; the reader is closed in the end. */
export async function readStore<T>(
  options: StoreOptions,
  env: CliProcess['env'],
  read: (reader: SqliteReader) => Promise<T>,
): Promise<T> {
  const reader = await sqliteReader(existingStore(options, env));
  try {
    return await read(reader);
  } finally {
    await reader.close();
  }
}

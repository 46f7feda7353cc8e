import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../src/index.ts';
import type { Engine, EngineOptions } from '../../src/index.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import { casesDirectory } from './run-cli.ts';
import { recordingLogger } from './recording-logger.ts';

/** A folder of one test file, with a store in it. */
export interface StoreFolder {
  readonly path: string;
  readonly store: string;
  /** A path in the folder. */
  at(name: string): string;
  remove(): Promise<void>;
}

export async function storeFolder(): Promise<StoreFolder> {
  const path = await mkdtemp(join(tmpdir(), 'runstate-cli-'));
  return {
    path,
    store: join(path, 'runs.db'),
    at: (name) => join(path, name),
    remove: () => rm(path, { recursive: true }),
  };
}

/** Uses an engine on a store, as a program would before somebody comes with the command line. */
export async function withEngine(
  store: string,
  use: (engine: Engine) => Promise<unknown>,
  options: EngineOptions = {},
): Promise<void> {
  const engine = createEngine({
    store: sqliteStore(store),
    plugins: ['plugins', casesDirectory],
    logger: recordingLogger(),
    ...options,
  });
  await engine.start();
  try {
    await use(engine);
  } finally {
    await engine.close({ graceMs: 0 });
  }
}

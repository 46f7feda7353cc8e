import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EngineOptions } from '../../src/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';

/** A kind of store that a test is run on. */
export interface StoreKind {
  readonly name: string;
  readonly isDurable: boolean;
  /**
   * Engine options with a new store. A store that writes files takes real time, so its engine has a
   * real clock.
   */
  options(): EngineOptions;
}

const folders = new Set<string>();

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runstate-store-'));
  folders.add(folder);
  return folder;
}

/** Every kind of store; call `removeStores` after each test. */
export const storeKinds: readonly StoreKind[] = [
  { name: 'memoryStore', isDurable: false, options: () => ({ store: memoryStore() }) },
  {
    name: 'sqliteStore',
    isDurable: true,
    options: () => ({
      store: sqliteStore(join(temporaryFolder(), 'tasks.db'), { durability: 'normal' }),
      clock: systemClock,
    }),
  },
];

/** Removes the files of all stores that were made; for `afterEach`, when the engines are closed. */
export function removeStores(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

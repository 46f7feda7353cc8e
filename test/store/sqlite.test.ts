import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { sqliteStore } from '../../src/store/sqlite.ts';
import type { TaskStore } from '../../src/kernel/task-store.ts';
import { describeTaskStore } from './contract.ts';

let folder = '';
let stores = 0;
const paths = new WeakMap<TaskStore, string>();

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runstate-store-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const onPath = (path: string): TaskStore => {
  const store = sqliteStore(path, { durability: 'normal', retention: {} });
  paths.set(store, path);
  return store;
};

describeTaskStore('sqliteStore', {
  make: () => onPath(join(folder, `${(stores += 1)}.db`)),
  again: (store) => onPath(paths.get(store) ?? ''),
});

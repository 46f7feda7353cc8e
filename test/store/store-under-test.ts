import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { StoreOpening, TaskLookup, TaskStore } from '../../src/kernel/task-store.ts';
import { openingOf } from './rows.ts';

/** How the contract gets at a store. */
export interface StoreUnderTest {
  /** A new one that is empty and not open. */
  make(): TaskStore;
  /** Another one on what this one, which is closed, has stored. */
  again(store: TaskStore): TaskStore;
}

/** Opens a new store before each test and closes it after. */
export function useStore(driver: StoreUnderTest, given?: Partial<StoreOpening>): () => TaskStore {
  let store: TaskStore;
  beforeEach(async () => {
    store = driver.make();
    await store.open(openingOf(given));
  });
  afterEach(() => store.close());
  return () => store;
}

/** Opens one store for all tests of a group. */
export function useOneStore(driver: StoreUnderTest): () => TaskStore {
  let store: TaskStore;
  beforeAll(async () => {
    store = driver.make();
    await store.open(openingOf());
  });
  afterAll(() => store.close());
  return () => store;
}

type Found = Extract<TaskLookup, { readonly found: 'task' }>;

/** What is stored of a task that is there. */
export async function foundIn(store: TaskStore, id: number): Promise<Found> {
  const lookup = await store.lookup(id);
  if (lookup.found !== 'task') throw new Error(`Task ${id}: ${lookup.found}`);
  return lookup;
}

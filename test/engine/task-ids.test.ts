import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import type { TaskStore } from '../../src/index.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';

const plain = pluginOf({}, { name: 'test.plain' });

/** A memory store that takes a turn of the event loop for each commit. */
function slowStore(): TaskStore {
  const store = memoryStore();
  return {
    ...store,
    commit: async (rows) => {
      await new Promise((resolve) => setImmediate(resolve));
      await store.commit(rows);
    },
  };
}

describe('task ids', () => {
  afterEach(closeEngines);

  it('are given in a row also when the store is slow', async () => {
    const { engine } = await startEngine({ store: slowStore() });
    const handles = Array.from({ length: 3_000 }, () => engine.submit(plain));
    expect(handles.map(({ id }) => id)).toEqual(
      Array.from({ length: 3_000 }, (_, index) => index + 1),
    );
    await Promise.all(handles.map((handle) => handle.accepted));
    const results = await Promise.all(handles.map((handle) => handle.result()));
    expect(new Set(results.map(({ taskStatus }) => taskStatus))).toEqual(new Set(['completed']));
  });

  it('are committed before they are given, ten thousand at once', async () => {
    const store = memoryStore();
    let committed = 0;
    const watched: TaskStore = {
      ...store,
      commit: async (rows) => {
        await store.commit(rows);
        for (const row of rows) if (row.kind === 'ids') committed = row.end;
      },
    };
    const { engine } = await startEngine({ store: watched, maxQueued: 20_000 });
    for (let burst = 0; burst < 2; burst += 1) {
      const end = committed;
      const handles = Array.from({ length: 10_000 }, () => engine.submit(plain));
      expect(handles.at(-1)?.id).toBeLessThan(end);
      await engine.whenIdle();
    }
  });

  it('stay below two to the power of 31', async () => {
    const store = memoryStore();
    const { engine } = await startEngine({
      store: { ...store, open: () => ({ nextId: 2 ** 31 - 2, nextSeq: 1 }) },
    });
    expect([engine.submit(plain).id, engine.submit(plain).id]).toEqual([
      2_147_483_646, 2_147_483_647,
    ]);
    expect(() => engine.submit(plain)).toThrowError(
      expect.objectContaining({ code: 'IDS_EXHAUSTED' }),
    );
    expect(await engine.tasks.list()).toHaveLength(2);
  });

  it('are never given again by the next engine on the same store', async () => {
    const store = memoryStore();
    const seen = new Set<number>();
    for (let round = 0; round < 3; round += 1) {
      const { engine, shut } = await startEngine({ store });
      for (let count = 0; count < 600; count += 1) seen.add(engine.submit(plain).id);
      await engine.whenIdle();
      await shut();
    }
    expect(seen.size).toBe(1_800);
  });
});

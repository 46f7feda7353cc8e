import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore, Plugin } from '../../src/index.ts';
import type { TaskHandle, TaskStore } from '../../src/index.ts';
import type { TaskFilter } from '../../src/engine/engine.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { removeStores, storeKinds } from '../support/stores.ts';
import { turnstile } from '../support/turnstile.ts';

const plain = pluginOf({ process: ({ input }) => input }, { name: 'test.plain' });
const failing = pluginOf(
  {
    process: () => {
      throw new Error('no beam');
    },
  },
  { name: 'test.failing' },
);

const idsOf = (handles: readonly TaskHandle[]): readonly number[] => handles.map(({ id }) => id);

describe.each(storeKinds)('Engine.tasks.list on $name', ({ options }) => {
  afterEach(async () => {
    await closeEngines();
    removeStores();
  });

  it('lists what fits, live or settled, by the same rules', async () => {
    const { engine } = await startEngine(options());
    const { plugin, letGo } = turnstile({ name: 'Test.Scan' });
    const handles = [
      engine.submit(plain, 1, { name: 'First Light', tags: ['beam', 'night'] }),
      engine.submit(failing, 2, { note: 'with the new detector' }),
      engine.submit(plugin, 3, { tags: ['beam'] }),
      engine.submit(plugin, 4, { hold: true, tags: ['beam', 'night'], name: 'later' }),
    ];
    await Promise.all(handles.slice(0, 2).map((handle) => handle.result()));
    await expect.poll(() => handles[2]?.status).toBe('running');
    const cases: readonly (readonly [TaskFilter, readonly number[]])[] = [
      [{}, [4, 3, 2, 1]],
      [{ status: 'completed' }, [1]],
      [{ status: ['failed', 'running'] }, [3, 2]],
      [{ status: 'pending' }, [4]],
      [{ plugin: 'TEST.scan' }, [4, 3]],
      [{ plugin: 'test.none' }, []],
      [{ tags: ['beam'] }, [4, 3, 1]],
      [{ tags: ['night', 'beam'] }, [4, 1]],
      [{ tags: [] }, [4, 3, 2, 1]],
      [{ text: 'LIGHT' }, [1]],
      [{ text: 'detector' }, [2]],
      [{ text: 'test.s' }, [4, 3]],
      [{ after: 3 }, [2, 1]],
      [{ after: 1 }, []],
      [{ limit: 2 }, [4, 3]],
      [{ after: 4, limit: 2 }, [3, 2]],
      [{ since: (handles[0]?.submittedAt ?? 0) + 3_600_000 }, []],
      [{ until: handles[0]?.submittedAt ?? 0 }, []],
      [{ since: handles[0]?.submittedAt ?? 0 }, [4, 3, 2, 1]],
    ];
    for (const [filter, expected] of cases) {
      expect([filter, idsOf(await engine.tasks.list(filter))]).toEqual([filter, expected]);
    }
    letGo(...handles);
  });

  it('gives all pages, each task once, also when tasks settle meanwhile', async () => {
    const { engine } = await startEngine({ ...options(), concurrency: 50 });
    const { plugin, letGo } = turnstile();
    const handles = Array.from({ length: 90 }, (_, index) =>
      engine.submit(index % 3 === 0 ? plugin : plain),
    );
    await expect.poll(() => handles.filter(({ status }) => status === 'running').length).toBe(30);
    const seen: number[] = [];
    for (let after: number | undefined; ; after = seen.at(-1)) {
      letGo(...handles.slice(0, 15));
      const page = await engine.tasks.list({ limit: 7, ...(after === undefined ? {} : { after }) });
      seen.push(...idsOf(page));
      letGo(...handles.slice(-seen.length));
      if (page.length < 7) break;
    }
    expect(seen).toEqual(idsOf(handles).toReversed());
    letGo(...handles);
  });

  it('finds tasks by the name of their plugin, its definition or its class', async () => {
    const { engine } = await startEngine(options());
    class Cube extends Plugin {
      static override readonly pluginName = 'test.cube';
      process(): number {
        return 27;
      }
    }
    engine.submit(plain);
    engine.submit(Cube);
    engine.submit(plain, null, { tags: ['b'] });
    await engine.whenIdle();
    expect(idsOf(await engine.tasks.find(plain))).toEqual([3, 1]);
    expect(idsOf(await engine.tasks.find('Test.PLAIN', { limit: 1 }))).toEqual([3]);
    expect(idsOf(await engine.tasks.find(plain, { tags: ['b'] }))).toEqual([3]);
    expect(idsOf(await engine.tasks.find(Cube))).toEqual([2]);
    expect(idsOf(await engine.tasks.find('test.never'))).toEqual([]);
    for (const plugin of [null, 5, '', {}, () => {}]) {
      await expect(engine.tasks.find(plugin as never)).rejects.toMatchObject({
        code: 'INVALID_OPTION',
        message: expect.stringMatching(/^Option `plugin` must be the name of a plugin/) as string,
      });
    }
  });
});

describe('Engine.tasks.list', () => {
  afterEach(closeEngines);

  it.each([
    ['status', 'done'],
    ['status', []],
    ['status', ['completed', 'done']],
    ['plugin', ''],
    ['plugin', plain],
    ['tags', 'beam'],
    ['tags', [1]],
    ['text', 5],
    ['since', '2026-01-01'],
    ['until', Number.NaN],
    ['after', 0],
    ['after', 1.5],
    ['limit', 0],
    ['stauts', 'completed'],
    ['toString', 1],
  ])('refuses %s %o by name and value', async (name, value) => {
    const { engine } = await startEngine();
    await expect(engine.tasks.list({ [name]: value })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringMatching(
        new RegExp(`^Option \`${name}\` must be .+, got .+\\.$`),
      ) as string,
    });
  });

  it.each([null, 'completed', 5, []])('refuses the filter %o', async (filter) => {
    const { engine } = await startEngine();
    await expect(engine.tasks.list(filter as never)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  it('takes undefined as not given', async () => {
    const { engine } = await startEngine();
    engine.submit(plain);
    const filter = { status: undefined, plugin: undefined, after: undefined, limit: undefined };
    expect(await engine.tasks.list(filter as unknown as TaskFilter)).toHaveLength(1);
  });

  it('has a task that settles while the store is asked, in the state that it then has', async () => {
    const asked = deferred<void>();
    const answer = deferred<void>();
    const inner = memoryStore();
    let isSlow = false;
    const store: TaskStore = {
      ...inner,
      list: async (query) => {
        const found = await inner.list(query);
        if (!isSlow) return found;
        asked.resolve();
        await answer.promise;
        return found;
      },
    };
    const { engine, rest } = await startEngine({ store });
    const { plugin, letGo } = turnstile();
    const handle = engine.submit(plugin);
    await rest();
    isSlow = true;
    const all = engine.tasks.list();
    const completed = engine.tasks.list({ status: 'completed' });
    const running = engine.tasks.list({ status: 'running' });
    await asked.promise;
    letGo(handle);
    await handle.result();
    answer.resolve();
    expect(await all).toEqual([handle]);
    expect(await completed).toEqual([handle]);
    expect(await running).toEqual([]);
  });
});

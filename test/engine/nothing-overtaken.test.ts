import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/index.ts';
import { folderOf, startDurable } from '../support/durable-engine.ts';
import { pluginOf } from '../support/engine-under-test.ts';
import { failingStore } from '../support/failing-store.ts';

const work = pluginOf({ process: ({ attempt }) => attempt }, { name: 'test.work' });
const saved = pluginOf({ process: ({ input }) => input }, { name: 'test.saved', saved: true });
const broken = pluginOf(
  {
    setup: () => {
      throw new Error('the door is open');
    },
  },
  { name: 'test.broken', retries: 3 },
);

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what is told of a task', () => {
  it('is kept, also when the submission before it was tried a second time', async () => {
    const folder = await folderOf();
    const disk = failingStore(sqliteStore(join(folder, 'runs.db')));
    const first = await startDurable(folder, { store: disk.store, plugins: [work] });
    disk.refuses = (row) => row.kind === 'task' && row.task.input === 'bad';
    first.engine.submit(work, 'bad');
    const handles = Array.from({ length: 40 }, () => first.engine.submit(work, 1, { hold: true }));
    await turn();
    await turn();
    const answers = await Promise.all(handles.map((handle) => handle.cancel()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['cancelled']));
    await first.close();
    const next = await startDurable(folder, { plugins: [work] });
    const found = await next.engine.tasks.list({ status: 'cancelled' });
    expect(found).toHaveLength(handles.length);
  });

  it('is its end, when the engine is closed while that is committed', async () => {
    const { engine, close } = await startDurable(await folderOf(), { plugins: [work] });
    const handle = engine.submit(work, 1, { hold: true });
    await handle.accepted;
    const cancelled = handle.cancel();
    await close();
    expect(await cancelled).toMatchObject({ status: 'cancelled' });
  });
});

describe('what is left of an engine', () => {
  it('is no timer, when rows were held back until it closed', async () => {
    const folder = await folderOf();
    const disk = failingStore(sqliteStore(join(folder, 'runs.db')));
    const { engine, clock, close, events } = await startDurable(folder, {
      store: disk.store,
      plugins: [broken],
    });
    disk.refuses = (row) => row.kind === 'attemptEnd';
    engine.submit(broken);
    await expect.poll(() => events.some(({ type }) => type === 'alarm')).toBe(true);
    await close();
    expect(clock.pending).toBe(0);
  });
});

describe('a restored task', () => {
  it('comes after one that has a greater id here', async () => {
    const north = await startDurable(await folderOf(), { name: 'north', plugins: [saved] });
    const before = north.engine.submit(saved, 1, { hold: true });
    for (let id = 2; id < 10; id += 1) north.engine.submit(saved, id, { hold: true });
    const after = north.engine.submit(saved, 10, { after: [before] });
    await after.accepted;
    const { engine } = await startDurable(await folderOf(), { name: 'south', plugins: [saved] });
    await engine.submit(saved, 'here').accepted;
    const { ids } = await engine.tasks.restore(await north.engine.tasks.snapshot());
    const idOf = (was: number): number => ids.find((each) => each.was === was)?.is ?? 0;
    expect([idOf(before.id), idOf(after.id)]).toEqual([11, 10]);
    await (await engine.tasks.get(idOf(before.id))).resume();
    expect(await (await engine.tasks.get(idOf(after.id))).output()).toBe(10);
  });
});

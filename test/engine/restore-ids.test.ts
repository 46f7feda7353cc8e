import { afterEach, describe, expect, it } from 'vitest';
import type { Engine, EngineOptions } from '../../src/index.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { removeStores, storeKinds } from '../support/stores.ts';

const saved = pluginOf(
  { process: ({ input }) => ({ got: input }) },
  { name: 'test.saved', saved: true },
);

const start = async (options: EngineOptions): Promise<Engine> =>
  (await startEngine(options)).engine;

describe.each(storeKinds)('the ids of restored tasks on $name', ({ options }) => {
  afterEach(async () => {
    await closeEngines();
    removeStores();
  });

  it('brings a task of this engine back that was removed since', async () => {
    const north = await start({ ...options(), name: 'north' });
    await north.submit(saved, 1).result();
    const snapshot = await north.tasks.snapshot();
    expect((await north.tasks.restore(snapshot)).known).toEqual([{ was: 1, is: 1 }]);
    await north.tasks.reset();
    const answer = await north.tasks.restore(snapshot);
    expect(answer).toMatchObject({ ids: [{ was: 1, is: 2 }], known: [] });
    expect(await (await north.tasks.get(2)).output()).toEqual({ got: 1 });
  });

  it('knows a task by more than the name of its engine and its id', async () => {
    const [one, two] = [await start(options()), await start(options())];
    await Promise.all([one.submit(saved, 'one').result(), two.submit(saved, 'two').result()]);
    expect(await two.tasks.restore(await one.tasks.snapshot())).toMatchObject({
      ids: [{ was: 1, is: 2 }],
      known: [],
    });
    expect(await (await two.tasks.get(2)).output()).toEqual({ got: 'one' });
  });

  it('are never given again, also when they are far above those of the engine', async () => {
    const north = await start({ ...options(), name: 'north', firstId: 5_000 });
    await north.submit(saved).result();
    const snapshot = await north.tasks.snapshot();
    const given = { ...options(), name: 'south' };
    const south = await startEngine(given);
    expect((await south.engine.tasks.restore(snapshot)).ids).toEqual([{ was: 5_000, is: 5_000 }]);
    await south.shut();
    const again = await start(given);
    expect(again.submit(saved).id).toBeGreaterThan(5_000);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import { closeEngines, eventsOf, pluginOf, startEngine } from '../support/engine-under-test.ts';

const plain = pluginOf({ process: ({ input }) => input }, { name: 'test.plain' });

describe('retention', () => {
  afterEach(closeEngines);

  it('keeps the last settled tasks, and tells a forgotten one from one that never was', async () => {
    const { engine } = await startEngine({ retention: { settled: 2 } });
    for (let count = 0; count < 5; count += 1) await engine.submit(plain, count).result();
    expect((await engine.tasks.list()).map(({ id }) => id)).toEqual([5, 4]);
    for (const id of [1, 2, 3]) {
      await expect(engine.tasks.get(id)).rejects.toMatchObject({
        code: 'TASK_FORGOTTEN',
        message: `There is no record of task ${id} any more: it has settled and was dropped, or a crash skipped its id.`,
      });
    }
    await expect(engine.tasks.get(6)).rejects.toMatchObject({ code: 'TASK_UNKNOWN' });
  });

  it('forgets in order of settling, never a live task', async () => {
    const { engine } = await startEngine({ retention: { settled: 1 } });
    const held = engine.submit(plain, null, { hold: true });
    for (let count = 0; count < 3; count += 1) await engine.submit(plain).result();
    expect(await engine.tasks.get(held.id)).toBe(held);
    await held.resume();
    await held.result();
    expect((await engine.tasks.list()).map(({ id }) => id)).toEqual([held.id]);
  });

  it('leaves a handle as it was', async () => {
    const { engine } = await startEngine({ retention: { settled: 0 } });
    const handle = engine.submit(plain, { x: 1 });
    await engine.whenIdle();
    await expect(engine.tasks.get(handle.id)).rejects.toMatchObject({ code: 'TASK_FORGOTTEN' });
    expect(await engine.tasks.list()).toEqual([]);
    expect([handle.status, handle.input, await handle.output()]).toEqual([
      'completed',
      { x: 1 },
      { x: 1 },
    ]);
    expect(eventsOf(handle).at(-1)).toMatchObject({ state: 'completed' });
    expect(await handle.cancel()).toMatchObject({ status: 'completed' });
  });

  it('is ten thousand unless told otherwise', async () => {
    const { engine } = await startEngine();
    for (let count = 0; count < 10_003; count += 1) engine.submit(plain);
    await engine.whenIdle();
    expect(await engine.tasks.list({ limit: 20_000 })).toHaveLength(10_000);
    await expect(engine.tasks.get(3)).rejects.toMatchObject({ code: 'TASK_FORGOTTEN' });
    expect((await engine.tasks.get(4)).id).toBe(4);
  });

  it('is set on the store, or on the engine in its place', async () => {
    const store = memoryStore({ retention: { settled: 1 } });
    for (const [options, kept] of [
      [{ store }, 1],
      [{ store, retention: { settled: 3 } }, 3],
    ] as const) {
      const { engine, shut } = await startEngine(options);
      for (let count = 0; count < 5; count += 1) await engine.submit(plain).result();
      expect(await engine.tasks.list()).toHaveLength(kept);
      await shut();
    }
  });

  it('keeps tasks and ids from one engine to the next on one store', async () => {
    const store = memoryStore();
    const one = await startEngine({ store });
    const before = one.engine.submit(plain, 'before');
    await before.result();
    await one.shut();
    const two = await startEngine({ store });
    expect(await (await two.engine.tasks.get(before.id)).output()).toBe('before');
    const after = two.engine.submit(plain, 'after', { after: [before.id] });
    expect(after.id).toBeGreaterThan(before.id);
    expect((await after.result()).taskStatus).toBe('completed');
    await expect(two.engine.tasks.get(after.id + 1)).rejects.toMatchObject({
      code: 'TASK_UNKNOWN',
    });
  });
});

describe('memoryStore', () => {
  it.each([-1, 1.5, Number.NaN, '5', null])('refuses to keep %o tasks', (settled) => {
    expect(() => memoryStore({ retention: { settled: settled as number } })).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { turnstile } from '../support/turnstile.ts';

/** What dahu's register of jobs did wrong, and what happens here in its place. */

const plain = pluginOf({ process: ({ input }) => input }, { name: 'test.plain' });

describe('the registry, where dahu had defects', () => {
  afterEach(closeEngines);

  it('says that an id is of no task, in place of a text that looks like an answer', async () => {
    const { engine } = await startEngine();
    for (const id of [42, -1, 0]) {
      const unknown = { code: 'TASK_UNKNOWN' };
      await expect(engine.tasks.get(id)).rejects.toMatchObject(unknown);
      await expect(engine.tasks.clean(id)).rejects.toMatchObject(unknown);
      await expect(engine.tasks.rerun(id)).rejects.toMatchObject(unknown);
    }
  });

  it('cleans a task that is there', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(plain, { x: 1 });
    await handle.result();
    await engine.tasks.clean(handle.id);
    expect(await handle.output()).toEqual({ x: 1 });
  });

  it('waits for a task that has not started', async () => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(plain, 1, { hold: true });
    let hasEnded = false;
    const ended = handle.result().then(() => (hasEnded = true));
    await rest();
    expect(hasEnded).toBe(false);
    await handle.resume();
    await ended;
  });

  it('counts no wait as run time', async () => {
    const { engine, clock, rest } = await startEngine();
    const { plugin, letGo } = turnstile();
    const handle = engine.submit(plugin, null, { delayMs: 500 });
    await clock.advance(500);
    await clock.advance(200);
    letGo(handle);
    await handle.result();
    await rest();
    expect(handle.runtimeMs).toBe(200);
    const { runMs, waitMs } = await engine.tasks.statistics();
    expect([runMs.mean, waitMs.mean]).toEqual([200, 500]);
  });

  it('tells whoever asks late', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(plain, 1);
    await handle.result();
    const told: string[] = [];
    handle.onSettled(({ taskStatus }) => told.push(taskStatus));
    expect(told).toEqual(['completed']);
  });

  it('does not keep every task for ever, and counts those that are gone', async () => {
    const { engine } = await startEngine({ retention: { settled: 2 } });
    for (let count = 0; count < 5; count += 1) engine.submit(plain, count);
    await engine.whenIdle();
    expect(await engine.tasks.list()).toHaveLength(2);
    expect((await engine.tasks.statistics()).counts.completed).toBe(5);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { removeStores, storeKinds } from '../support/stores.ts';
import { turnstile } from '../support/turnstile.ts';

const plain = pluginOf({}, { name: 'test.plain' });
const failing = pluginOf(
  {
    process: () => {
      throw new Error('no beam');
    },
  },
  { name: 'test.failing' },
);

describe.each(storeKinds)('Engine.tasks.statistics on $name', ({ options }) => {
  afterEach(async () => {
    await closeEngines();
    removeStores();
  });

  it('counts all tasks by status and plugin, live and settled', async () => {
    const { engine } = await startEngine(options());
    const { plugin, letGo } = turnstile({ name: 'test.scan' });
    const handles = [engine.submit(plugin), engine.submit(plugin, null, { hold: true })];
    for (let count = 0; count < 3; count += 1) engine.submit(plain);
    const failed = engine.submit(failing);
    const cancelled = engine.submit(plain, null, { hold: true });
    await cancelled.cancel();
    await failed.result();
    await expect.poll(() => handles[0]?.status).toBe('running');
    await expect
      .poll(async () => (await engine.tasks.statistics()).counts)
      .toEqual({
        pending: 1,
        running: 1,
        completed: 3,
        failed: 1,
        stopped: 0,
        cancelled: 1,
        timedout: 0,
      });
    const { total, plugins, runMs } = await engine.tasks.statistics();
    expect(total).toBe(7);
    expect(plugins.map(({ plugin: name, runMs: { count } }) => [name, count])).toEqual([
      ['test.failing', 1],
      ['test.plain', 3],
      ['test.scan', 0],
    ]);
    expect(runMs.count).toBe(4);
    letGo(...handles);
  });

  it('goes on counting in the next engine, also what is not kept', async () => {
    const given = { ...options(), retention: { settled: 1 } };
    const one = await startEngine(given);
    for (let count = 0; count < 5; count += 1) await one.engine.submit(plain).result();
    await one.shut();
    const { engine } = await startEngine(given);
    await engine.submit(plain).result();
    const { counts, total } = await engine.tasks.statistics();
    expect([counts.completed, total]).toEqual([6, 6]);
  });
});

describe('Engine.tasks.statistics', () => {
  afterEach(closeEngines);

  it('gives throughput, speed-up and the line of run times over ids', async () => {
    const { engine, clock } = await startEngine();
    const plugin = pluginOf(
      {
        process: ({ input }) =>
          new Promise((resolve) => clock.setTimeout(() => resolve(null), Number(input))),
      },
      { name: 'test.slow' },
    );
    for (const ms of [1_000, 2_000, 3_000, 4_000]) engine.submit(plugin, ms);
    await clock.advance(5_000);
    const statistics = await engine.tasks.statistics();
    expect(statistics).toMatchObject({
      throughput: 1,
      speedUp: 2.5,
      totalRunMs: 10_000,
      runMs: { count: 4, mean: 2_500, min: 1_000, max: 4_000, p50: 2_000, p99: 4_000 },
      firstSubmittedAt: 1_000_000,
      lastEndedAt: 1_004_000,
    });
    expect(statistics.regression.interceptMs).toBeCloseTo(0);
    expect(statistics.regression.slopeMs).toBeCloseTo(1_000);
  });

  it('has no figures before the first task', async () => {
    const { engine } = await startEngine();
    expect(await engine.tasks.statistics()).toMatchObject({
      total: 0,
      throughput: 0,
      speedUp: 0,
      plugins: [],
      firstSubmittedAt: null,
    });
  });
});

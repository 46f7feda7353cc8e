import { expect, it } from 'vitest';
import type { TaskResult } from '../../src/index.ts';
import { randomOf } from '../support/random.ts';
import { errorOf, openingOf, resultOf, settleRow, taskOf, taskRow } from './rows.ts';
import { useStore } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const zero = {
  pending: 0,
  running: 0,
  completed: 0,
  failed: 0,
  stopped: 0,
  cancelled: 0,
  timedout: 0,
};

const noDurations = { count: 0, mean: 0, min: 0, max: 0, p50: 0, p90: 0, p95: 0, p99: 0 };

const plugins = ['Test.Work', 'test.other'];

/** Tasks whose ids and times have no pattern; some were never started. */
function randomResults(count: number): TaskResult[] {
  const random = randomOf(7);
  let id = 2 ** 31 - 100_000;
  return Array.from({ length: count }, () => {
    id += 1 + random.below(9);
    const submittedAt = 1_700_000_000_000 + random.below(1_000_000);
    const startedAt = random.isLikely(0.9) ? submittedAt + random.below(500) : null;
    const endedAt = (startedAt ?? submittedAt) + random.below(10_000);
    return resultOf(id, {
      taskName: random.pick(plugins),
      taskStatus: random.pick(['completed', 'failed', 'cancelled', 'timedout']),
      times: { submittedAt, startedAt, endedAt },
    });
  });
}

const rowsOf = (results: readonly TaskResult[]) =>
  results.map((result) => [
    taskRow(result.taskId, {
      plugin: result.taskName,
      submittedAt: result.times.submittedAt,
      tags: [],
    }),
    settleRow(result.taskId, result),
  ]);

const runOf = ({ times: { startedAt, endedAt } }: TaskResult): number[] =>
  startedAt === null ? [] : [endedAt - startedAt];

const waitOf = ({ times: { startedAt, submittedAt } }: TaskResult): number[] =>
  startedAt === null ? [] : [startedAt - submittedAt];

function durationsOf(all: readonly number[], recent: readonly number[]) {
  const sorted = recent.toSorted((a, b) => a - b);
  const rank = (part: number) => sorted[Math.ceil(part * sorted.length) - 1];
  return {
    count: all.length,
    mean: expect.closeTo(all.reduce((sum, each) => sum + each, 0) / all.length, 6) as number,
    min: Math.min(...all),
    max: Math.max(...all),
    p50: rank(0.5),
    p90: rank(0.9),
    p95: rank(0.95),
    p99: rank(0.99),
  };
}

const countsOf = (results: readonly TaskResult[]) => ({
  ...zero,
  ...Object.fromEntries(
    ['completed', 'failed', 'cancelled', 'timedout'].map((status) => [
      status,
      results.filter(({ taskStatus }) => taskStatus === status).length,
    ]),
  ),
});

/** Least squares by exact whole numbers. */
function lineOf(results: readonly TaskResult[]) {
  const points = results.flatMap((result) =>
    runOf(result).map((run): [bigint, bigint] => [BigInt(result.taskId), BigInt(run)]),
  );
  const sum = (value: (x: bigint, y: bigint) => bigint): bigint =>
    points.reduce((total, [x, y]) => total + value(x, y), 0n);
  const n = BigInt(points.length);
  const [x, y] = [sum((a) => a), sum((_a, b) => b)];
  const over = n * sum((a, b) => a * b) - x * y;
  const under = n * sum((a) => a * a) - x * x;
  const slope = Number(over) / Number(under);
  const scaled = (y * under - over * x) * 1_000n;
  return { slope, intercept: Number(scaled / (n * under)) / 1_000 };
}

/** Figures, found again from all results in the plainest way. */
export function describeFigures(driver: StoreUnderTest): void {
  const opened = useStore(driver);

  it('has nothing to say of nothing', async () => {
    expect(await opened().statistics()).toEqual({
      counts: zero,
      plugins: [],
      runMs: noDurations,
      waitMs: noDurations,
      totalRunMs: 0,
      regression: { interceptMs: 0, slopeMs: 0 },
      firstSubmittedAt: null,
      lastEndedAt: null,
    });
  });

  const check = async (results: readonly TaskResult[], recent: readonly TaskResult[]) => {
    const found = await opened().statistics();
    const { slope, intercept } = lineOf(results);
    expect(found.regression.slopeMs / slope).toBeCloseTo(1, 6);
    expect(found.regression.interceptMs / intercept).toBeCloseTo(1, 6);
    expect(found).toMatchObject({
      counts: countsOf(results),
      runMs: durationsOf(results.flatMap(runOf), recent.flatMap(runOf)),
      waitMs: durationsOf(results.flatMap(waitOf), recent.flatMap(waitOf)),
      totalRunMs: results.flatMap(runOf).reduce((sum, run) => sum + run, 0),
      firstSubmittedAt: Math.min(...results.map(({ times }) => times.submittedAt)),
      lastEndedAt: Math.max(...results.map(({ times }) => times.endedAt)),
    });
    for (const plugin of plugins) {
      const isOwn = ({ taskName }: TaskResult) => taskName === plugin;
      const own = results.filter(isOwn);
      expect(found.plugins).toContainEqual({
        plugin,
        counts: countsOf(own),
        runMs: durationsOf(own.flatMap(runOf), recent.filter(isOwn).flatMap(runOf)),
      });
    }
  };

  it('counts what a plain computation counts', async () => {
    const results = randomResults(400);
    for (const rows of rowsOf(results)) await opened().commit(rows);
    await check(results, results);
  });

  it('takes percentiles from the last 10,000 that settled, and the rest from all', async () => {
    const results = randomResults(10_400);
    await opened().commit(rowsOf(results).flat());
    await check(results, results.slice(-10_000));
  });

  it('counts tasks that were dropped since, across openings', async () => {
    const results = randomResults(300);
    await opened().commit(rowsOf(results.slice(0, 200)).flat());
    await opened().commit([
      { kind: 'forget', taskIds: results.slice(0, 150).map((r) => r.taskId) },
    ]);
    await opened().close();
    const store = driver.again(opened());
    await store.open(openingOf());
    await store.commit(rowsOf(results.slice(200)).flat());
    const { counts, totalRunMs, runMs } = await store.statistics();
    expect(counts).toEqual(countsOf(results));
    expect(totalRunMs).toBe(results.flatMap(runOf).reduce((sum, run) => sum + run, 0));
    const runs = results.flatMap(runOf);
    expect(runMs).toEqual(durationsOf(runs, runs));
    await store.close();
  });

  it('knows one plugin however its name is written', async () => {
    await opened().commit([taskRow(1, { plugin: 'A.b' }), settleRow(1, { taskName: 'A.b' })]);
    await opened().commit([taskRow(2, { plugin: 'a.B' }), settleRow(2, { taskName: 'a.B' })]);
    const { plugins: found } = await opened().statistics();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ plugin: 'A.b', counts: { ...zero, completed: 2 } });
  });

  it('counts tasks that wait for an operator as stopped, as long as they wait', async () => {
    await opened().commit([taskRow(1), { kind: 'doubt', taskId: 1, doubt: errorOf('X') }]);
    const waiting = await opened().statistics();
    expect(waiting.counts).toEqual({ ...zero, stopped: 1 });
    expect(waiting.plugins).toMatchObject([{ plugin: taskOf(1).plugin, counts: { stopped: 1 } }]);
    await opened().commit([settleRow(1)]);
    expect((await opened().statistics()).counts).toEqual({ ...zero, completed: 1 });
  });

  it('draws a level line through one task', async () => {
    await opened().commit([taskRow(1), settleRow(1)]);
    const { regression } = await opened().statistics();
    expect(regression).toEqual({ interceptMs: 1_001, slopeMs: 0 });
  });
}

import { describe, expect, it } from 'vitest';
import { formatStatistics } from '../../src/engine/format-statistics.ts';
import { taskStatistics } from '../../src/engine/engine-statistics.ts';
import type { StoreStatistics } from '../../src/kernel/task-statistics.ts';

const noCounts = {
  pending: 0,
  running: 0,
  completed: 0,
  failed: 0,
  stopped: 0,
  cancelled: 0,
  timedout: 0,
};
const durations = (ms: number, count: number) => ({
  count,
  mean: ms,
  min: ms,
  max: ms,
  p50: ms,
  p90: ms,
  p95: ms,
  p99: ms,
});

const empty: StoreStatistics = {
  counts: noCounts,
  plugins: [],
  runMs: durations(0, 0),
  waitMs: durations(0, 0),
  totalRunMs: 0,
  regression: { interceptMs: 0, slopeMs: 0 },
  firstSubmittedAt: null,
  lastEndedAt: null,
};

const four: StoreStatistics = {
  counts: { ...noCounts, completed: 3, failed: 1 },
  plugins: [
    { plugin: 'example.square', counts: { ...noCounts, completed: 3 }, runMs: durations(2_000, 3) },
    { plugin: 'nmr.reduce', counts: { ...noCounts, failed: 1 }, runMs: durations(0, 0) },
  ],
  runMs: durations(2_000, 3),
  waitMs: durations(500, 3),
  totalRunMs: 6_000,
  regression: { interceptMs: 1_500, slopeMs: 0.25 },
  firstSubmittedAt: 1_000,
  lastEndedAt: 5_000,
};

describe('formatStatistics', () => {
  it('gives a table by plugin, the totals and the line of regression', () => {
    expect(formatStatistics(taskStatistics(four, []))).toBe(
      [
        'Plugin          completed  failed  cancelled  timedout  running  pending  stopped  mean s  50 % s  90 % s  95 % s  99 % s  max s',
        'example.square          3       0          0         0        0        0        0   2.000   2.000   2.000   2.000   2.000  2.000',
        'nmr.reduce              0       1          0         0        0        0        0       -       -       -       -       -      -',
        'All                     3       1          0         0        0        0        0   2.000   2.000   2.000   2.000   2.000  2.000',
        '',
        'Tasks: 4',
        'Total execution time: 6.000 s. Speed-up: 1.500',
        'Average execution time: 2.000 s. Average wait: 0.500 s.',
        'Throughput: 1.000 tasks/s',
        'Regression of execution time: ExecTime = 1.500 + 0.000250 * NbJob',
        '',
      ].join('\n'),
    );
  });

  it('has no figures to show before the first task', () => {
    const page = formatStatistics(taskStatistics(empty, []));
    expect(page).toContain('Tasks: 0\n');
    expect(page).toContain('Throughput: 0.000 tasks/s\n');
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('taskStatistics', () => {
  it('adds what is live to what the store counted, by status and plugin', () => {
    const live = [
      { plugin: { name: 'Example.Square' }, state: 'pending' },
      { plugin: { name: 'example.square' }, state: 'stopping' },
      { plugin: { name: 'a.new' }, state: 'suspended' },
    ] as unknown as Parameters<typeof taskStatistics>[1];
    const statistics = taskStatistics(four, live);
    expect(statistics.counts).toEqual({
      ...noCounts,
      completed: 3,
      failed: 1,
      pending: 1,
      running: 1,
      stopped: 1,
    });
    expect(statistics.total).toBe(7);
    expect(statistics.plugins.map(({ plugin }) => plugin)).toEqual([
      'a.new',
      'example.square',
      'nmr.reduce',
    ]);
    expect(statistics.plugins[1]?.counts).toMatchObject({ completed: 3, pending: 1, running: 1 });
    expect(statistics.plugins[0]?.runMs.count).toBe(0);
  });

  it('has neither throughput nor speed-up where no time has passed', () => {
    const { throughput, speedUp } = taskStatistics({ ...four, lastEndedAt: 1_000 }, []);
    expect([throughput, speedUp]).toEqual([0, 0]);
  });
});

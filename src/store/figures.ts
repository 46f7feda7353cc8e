import type { TaskStatus } from '../kernel/task-state.ts';
import type { DurationFigures, Regression } from '../kernel/task-statistics.ts';

/** How many of the last settled tasks percentiles are taken from. */
export const recentRuns = 10_000;

/** What is counted of one settled task. */
export interface SettledRun {
  readonly id: number;
  readonly status: TaskStatus;
  /** First start to end; null when it was never started. */
  readonly runMs: number | null;
  /** Submission to first start. */
  readonly waitMs: number | null;
  readonly endedAt: number;
}

/** What is kept of durations whose number grows for ever. */
export interface Durations {
  count: number;
  sum: number;
  min: number;
  max: number;
}

/**
 * Sums of the run time over the task id: means and squares of distances from them, by Welford, which
 * stays exact where sums of squares of ids near 2³¹ would not.
 */
export interface LineSums {
  count: number;
  meanId: number;
  meanRun: number;
  squareId: number;
  product: number;
}

export type Counts = Record<TaskStatus, number>;

/** Running figures of settled tasks: all of them, or one plugin's. Plain data, to be stored. */
export interface Figures {
  readonly counts: Counts;
  readonly run: Durations;
  readonly wait: Durations;
  readonly line: LineSums;
  lastEndedAt: number | null;
}

export const noCounts = (): Counts => ({
  pending: 0,
  running: 0,
  completed: 0,
  failed: 0,
  stopped: 0,
  cancelled: 0,
  timedout: 0,
});

const noDurations = (): Durations => ({ count: 0, sum: 0, min: 0, max: 0 });

export const newFigures = (): Figures => ({
  counts: noCounts(),
  run: noDurations(),
  wait: noDurations(),
  line: { count: 0, meanId: 0, meanRun: 0, squareId: 0, product: 0 },
  lastEndedAt: null,
});

function addDuration(durations: Durations, ms: number): void {
  durations.min = durations.count === 0 ? ms : Math.min(durations.min, ms);
  durations.max = durations.count === 0 ? ms : Math.max(durations.max, ms);
  durations.count += 1;
  durations.sum += ms;
}

function addPoint(line: LineSums, id: number, runMs: number): void {
  line.count += 1;
  const fromMeanId = id - line.meanId;
  line.meanId += fromMeanId / line.count;
  line.meanRun += (runMs - line.meanRun) / line.count;
  line.squareId += fromMeanId * (id - line.meanId);
  line.product += fromMeanId * (runMs - line.meanRun);
}

export function addRun(figures: Figures, run: SettledRun): void {
  figures.counts[run.status] += 1;
  figures.lastEndedAt = Math.max(figures.lastEndedAt ?? run.endedAt, run.endedAt);
  if (run.waitMs !== null) addDuration(figures.wait, run.waitMs);
  if (run.runMs === null) return;
  addDuration(figures.run, run.runMs);
  addPoint(figures.line, run.id, run.runMs);
}

/** The nearest-rank percentile of sorted values; 0 without any. */
const percentile = (sorted: Float64Array, rank: number): number =>
  sorted[Math.max(0, Math.ceil((rank / 100) * sorted.length) - 1)] ?? 0;

export function durationFigures(
  { count, sum, min, max }: Durations,
  recent: readonly number[],
): DurationFigures {
  const sorted = Float64Array.from(recent).toSorted();
  return {
    count,
    mean: count === 0 ? 0 : sum / count,
    min,
    max,
    p50: percentile(sorted, 50),
    p90: percentile(sorted, 90),
    p95: percentile(sorted, 95),
    p99: percentile(sorted, 99),
  };
}

/** The line of least squares; level through one point. */
export function regressionOf({ meanId, meanRun, squareId, product }: LineSums): Regression {
  const slopeMs = squareId === 0 ? 0 : product / squareId;
  return { interceptMs: meanRun - slopeMs * meanId, slopeMs };
}

import type { TaskStatus } from './task-state.ts';

/** Figures of durations, in milliseconds. */
export interface DurationFigures {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
}

/** A line through points: the run time of tasks over their number. */
export interface Regression {
  /** Where the line begins, at a task with the number 0, in milliseconds. */
  readonly interceptMs: number;
  /** How much longer each further task takes, in milliseconds. */
  readonly slopeMs: number;
}

/** The figures of one plugin's tasks. */
export interface PluginStatistics {
  readonly plugin: string;
  readonly counts: Readonly<Record<TaskStatus, number>>;
  /** Run times of its settled tasks that were started. */
  readonly runMs: DurationFigures;
}

/**
 * What a store counted of the tasks it was ever given, also of those it has dropped since.
 * Percentiles are those of the last 10,000 that settled.
 */
export interface StoreStatistics {
  /** Settled tasks by status; tasks that wait for an operator count as `stopped`. */
  readonly counts: Readonly<Record<TaskStatus, number>>;
  readonly plugins: readonly PluginStatistics[];
  /** Run times (first start to end) of settled tasks that were started. */
  readonly runMs: DurationFigures;
  /** From submission to the first start. */
  readonly waitMs: DurationFigures;
  /** Run times in sum. */
  readonly totalRunMs: number;
  /** Run time over task id. */
  readonly regression: Regression;
  /** The first submission and the last end, in milliseconds since the epoch; null without any. */
  readonly firstSubmittedAt: number | null;
  readonly lastEndedAt: number | null;
}

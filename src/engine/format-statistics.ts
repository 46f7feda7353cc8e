import type { DurationFigures } from '../kernel/task-statistics.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import type { TaskStatistics } from './engine-statistics.ts';

/** The figures of a table that are numbers stand to the right, names to the left. */
type Row = readonly string[];

const statuses = [
  'completed',
  'failed',
  'cancelled',
  'timedout',
  'running',
  'pending',
  'stopped',
] as const satisfies readonly TaskStatus[];

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

function table(rows: readonly Row[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

const durations = ({ count, mean, p50, p90, p95, p99, max }: DurationFigures): Row =>
  count === 0
    ? ['-', '-', '-', '-', '-', '-']
    : [mean, p50, p90, p95, p99, max].map((ms) => seconds(ms));

const durationHeads = ['mean s', '50 % s', '90 % s', '95 % s', '99 % s', 'max s'];

/**
 * Statistics as a page for people: tasks and run times by plugin, then the totals and the line of
 * regression that dahu's page ends with. Durations are in seconds.
 */
export function formatStatistics(statistics: TaskStatistics): string {
  const { counts, plugins, runMs, waitMs, total, totalRunMs } = statistics;
  const { throughput, speedUp, regression } = statistics;
  const perPlugin = table([
    ['Plugin', ...statuses, ...durationHeads],
    ...plugins.map((each) => [
      each.plugin,
      ...statuses.map((status) => String(each.counts[status])),
      ...durations(each.runMs),
    ]),
    ['All', ...statuses.map((status) => String(counts[status])), ...durations(runMs)],
  ]);
  const slope = (regression.slopeMs / 1_000).toFixed(6);
  const lines = [
    ...perPlugin,
    '',
    `Tasks: ${total}`,
    `Total execution time: ${seconds(totalRunMs)} s. Speed-up: ${speedUp.toFixed(3)}`,
    `Average execution time: ${seconds(runMs.mean)} s. Average wait: ${seconds(waitMs.mean)} s.`,
    `Throughput: ${throughput.toFixed(3)} tasks/s`,
    `Regression of execution time: ExecTime = ${seconds(regression.interceptMs)} + ${slope} * NbJob`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

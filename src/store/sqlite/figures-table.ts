import type { TaskStatus } from '../../kernel/task-state.ts';
import type { StoreStatistics } from '../../kernel/task-statistics.ts';
import { newFigures, recentRuns } from '../figures.ts';
import type { Figures, SettledRun } from '../figures.ts';
import { Tally } from '../tally.ts';
import type { SettleCells } from './batch.ts';
import type { Connection } from './connection.ts';

interface FiguresRow {
  readonly plugin: string;
  readonly name: string;
  readonly figures: string;
}

interface RunRow {
  readonly plugin: string;
  readonly run_ms: number | null;
  readonly wait_ms: number | null;
}

/** The row of all tasks together. */
const allPlugins = '';

const firstSubmission = 'first_submitted_at';

const upsert = `
  INSERT INTO figures SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?) WHERE true
  ON CONFLICT DO UPDATE SET figures = excluded.figures`;

const putRuns = `
  INSERT OR REPLACE INTO recent_runs
  SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)`;

export function readTally(connection: Connection): Tally {
  const rows = connection.all<FiguresRow>('SELECT plugin, name, figures FROM figures');
  const parsed = rows.map(({ plugin, name, figures }) => ({
    key: plugin,
    plugin: name,
    figures: JSON.parse(figures) as Figures,
  }));
  const [first] = connection.all<{ value: number }>(
    'SELECT value FROM meta WHERE key = ?',
    firstSubmission,
  );
  return new Tally({
    firstSubmittedAt: first?.value ?? null,
    all: parsed.find(({ key }) => key === allPlugins)?.figures ?? newFigures(),
    plugins: parsed.filter(({ key }) => key !== allPlugins),
  });
}

export function readStatistics(connection: Connection): StoreStatistics {
  const runs = connection.all<RunRow>('SELECT plugin, run_ms, wait_ms FROM recent_runs');
  const stopped = connection.all<{ plugin: string }>(
    `SELECT spec ->> 'plugin' AS plugin FROM tasks WHERE status = 'stopped'`,
  );
  return readTally(connection).statistics(
    stopped.map(({ plugin }) => plugin),
    runs.map(({ plugin, run_ms: runMs, wait_ms: waitMs }) => ({ plugin, runMs, waitMs })),
  );
}

const runOf = ([
  id,
  status,
  startedAt,
  endedAt,
  ,
  ,
  ,
  ,
  ,
  submittedAt,
]: SettleCells): SettledRun => ({
  id,
  status: status as TaskStatus,
  runMs: startedAt === null ? null : endedAt - startedAt,
  waitMs: startedAt === null ? null : startedAt - submittedAt,
  endedAt,
});

/** Counts settled tasks in the transaction that settles them. */
export class FiguresTable {
  readonly #connection: Connection;
  #tally: Tally | null = null;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** What was counted in a transaction that was undone is read again. */
  undo(): void {
    this.#tally = null;
  }

  add(settled: readonly SettleCells[], firstSubmittedAt: number | null): void {
    this.#tally ??= readTally(this.#connection);
    if (firstSubmittedAt !== null) this.#submitted(this.#tally, firstSubmittedAt);
    if (settled.length > 0) this.#settled(this.#tally, settled);
  }

  #submitted(tally: Tally, at: number): void {
    if (tally.firstSubmittedAt !== null && tally.firstSubmittedAt <= at) return;
    tally.submitted(at);
    this.#connection.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', firstSubmission, at);
  }

  #settled(tally: Tally, settled: readonly SettleCells[]): void {
    const first = countOf(tally.all);
    const touched = new Set<string>();
    const runs = settled.map((cells, index) => {
      const run = runOf(cells);
      const plugin = tally.settled(cells[8], run);
      touched.add(plugin);
      return [(first + index) % recentRuns, plugin, run.runMs, run.waitMs];
    });
    const rows = [...touched].map((key) => {
      const found = tally.plugins.get(key);
      return [key, found?.plugin ?? key, JSON.stringify(found?.figures)];
    });
    rows.push([allPlugins, '', JSON.stringify(tally.all)]);
    this.#connection.run(upsert, JSON.stringify(rows));
    this.#connection.run(putRuns, JSON.stringify(runs.slice(-recentRuns)));
  }
}

/** All tasks that ever settled. */
const countOf = ({ counts }: Figures): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

import type { TaskResult } from '../kernel/task-result.ts';
import type { StoreStatistics } from '../kernel/task-statistics.ts';
import { addRun, durationFigures, newFigures, recentRuns, regressionOf } from './figures.ts';
import type { Figures, SettledRun } from './figures.ts';

/** A settled task as percentiles need it. */
export interface RecentRun {
  /** The plugin's name in lower case. */
  readonly plugin: string;
  readonly runMs: number | null;
  readonly waitMs: number | null;
}

/** A plugin's name as it was first seen, and its figures. */
export interface PluginFigures {
  readonly plugin: string;
  readonly figures: Figures;
}

/** Where the part of a tally that grows with use comes from. */
export interface StoredTally {
  readonly firstSubmittedAt: number | null;
  readonly plugins: Iterable<PluginFigures>;
  readonly all: Figures;
}

export function settledRun({ taskId, taskStatus, times }: TaskResult): SettledRun {
  const { submittedAt, startedAt, endedAt } = times;
  return {
    id: taskId,
    status: taskStatus,
    runMs: startedAt === null ? null : endedAt - startedAt,
    waitMs: startedAt === null ? null : startedAt - submittedAt,
    endedAt,
  };
}

const isNumber = (value: number | null): value is number => value !== null;

const runTimes = (runs: readonly RecentRun[]): number[] =>
  runs.map(({ runMs }) => runMs).filter(isNumber);

function byPlugin(runs: readonly RecentRun[]): Map<string, RecentRun[]> {
  const groups = new Map<string, RecentRun[]>();
  for (const run of runs) {
    const group = groups.get(run.plugin);
    if (group === undefined) groups.set(run.plugin, [run]);
    else group.push(run);
  }
  return groups;
}

/** The last runs, in a ring: the oldest makes room for the newest. */
export class RecentRuns {
  readonly runs: RecentRun[] = [];
  #next = 0;

  add(run: RecentRun): void {
    this.runs[this.#next] = run;
    this.#next = (this.#next + 1) % recentRuns;
  }
}

const sorted = <T>(byName: ReadonlyMap<string, T>): (readonly [string, T])[] =>
  [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1));

/** Counts every task as it settles, so that its figures outlive it. */
export class Tally {
  readonly all: Figures;
  readonly plugins: Map<string, PluginFigures>;
  firstSubmittedAt: number | null;

  constructor(stored?: StoredTally) {
    this.all = stored?.all ?? newFigures();
    this.firstSubmittedAt = stored?.firstSubmittedAt ?? null;
    this.plugins = new Map();
    for (const each of stored?.plugins ?? []) this.plugins.set(each.plugin.toLowerCase(), each);
  }

  submitted(at: number): void {
    if (this.firstSubmittedAt === null || at < this.firstSubmittedAt) this.firstSubmittedAt = at;
  }

  /** Takes the plugin's name as it was registered, and gives it in lower case. */
  settled(plugin: string, run: SettledRun): string {
    const key = plugin.toLowerCase();
    addRun(this.all, run);
    addRun(this.#figuresOf(key, plugin), run);
    return key;
  }

  /** Adds what is counted anew at each look: tasks that wait for an operator, and percentiles. */
  statistics(stopped: Iterable<string>, recent: readonly RecentRun[]): StoreStatistics {
    const waiting = new Map<string, number>();
    let allWaiting = 0;
    for (const plugin of stopped) {
      const key = plugin.toLowerCase();
      this.#figuresOf(key, plugin);
      waiting.set(key, (waiting.get(key) ?? 0) + 1);
      allWaiting += 1;
    }
    const runsOf = byPlugin(recent);
    return {
      counts: { ...this.all.counts, stopped: allWaiting },
      plugins: sorted(this.plugins).map(([key, { plugin, figures }]) => ({
        plugin,
        counts: { ...figures.counts, stopped: waiting.get(key) ?? 0 },
        runMs: durationFigures(figures.run, runTimes(runsOf.get(key) ?? [])),
      })),
      runMs: durationFigures(this.all.run, runTimes(recent)),
      waitMs: durationFigures(this.all.wait, recent.map(({ waitMs }) => waitMs).filter(isNumber)),
      totalRunMs: this.all.run.sum,
      regression: regressionOf(this.all.line),
      firstSubmittedAt: this.firstSubmittedAt,
      lastEndedAt: this.all.lastEndedAt,
    };
  }

  #figuresOf(key: string, plugin: string): Figures {
    let found = this.plugins.get(key);
    if (found === undefined) {
      found = { plugin, figures: newFigures() };
      this.plugins.set(key, found);
    }
    return found.figures;
  }
}

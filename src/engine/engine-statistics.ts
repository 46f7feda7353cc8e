import type { StoreStatistics } from '../kernel/task-statistics.ts';
import type { PluginStatistics } from '../kernel/task-statistics.ts';
import { isTerminal, statusOf } from '../kernel/task-state.ts';
import type { TaskState, TaskStatus } from '../kernel/task-state.ts';

/**
 * `engine.tasks.statistics()`: the store's figures, also of tasks that it has dropped since, with
 * what is live at this moment.
 */
export interface TaskStatistics extends StoreStatistics {
  /** All tasks by status, live and settled. */
  readonly counts: StoreStatistics['counts'];
  readonly total: number;
  /** Settled tasks per second, from the first submission to the last end; 0 without a span. */
  readonly throughput: number;
  /**
   * dahu's speed-up: run times in sum over the time from the first submission to the last end. Above
   * 1 when tasks ran beside each other; low when the engine had nothing to do. 0 without a span.
   */
  readonly speedUp: number;
}

/** What is counted of a live task. */
export interface LiveTask {
  readonly plugin: { readonly name: string };
  readonly state: TaskState;
}

type Counts = Record<TaskStatus, number>;

interface LiveCounts {
  /** As the plugin was registered. */
  readonly plugin: string;
  readonly counts: Counts;
}

const noDurations = { count: 0, mean: 0, min: 0, max: 0, p50: 0, p90: 0, p95: 0, p99: 0 } as const;

const noCounts = (): Counts => ({
  pending: 0,
  running: 0,
  completed: 0,
  failed: 0,
  stopped: 0,
  cancelled: 0,
  timedout: 0,
});

const statuses = Object.keys(noCounts()) as readonly TaskStatus[];

function addCounts(one: Readonly<Counts>, other: Readonly<Counts>): Counts {
  const sum = noCounts();
  for (const status of statuses) sum[status] = one[status] + other[status];
  return sum;
}

/** Live tasks by plugin, its name in lower case. */
function countLive(live: Iterable<LiveTask>): Map<string, LiveCounts> {
  const plugins = new Map<string, LiveCounts>();
  for (const { plugin, state } of live) {
    const key = plugin.name.toLowerCase();
    let found = plugins.get(key);
    if (found === undefined) {
      found = { plugin: plugin.name, counts: noCounts() };
      plugins.set(key, found);
    }
    found.counts[statusOf(state)] += 1;
  }
  return plugins;
}

function mergePlugins(
  stored: readonly PluginStatistics[],
  live: ReadonlyMap<string, LiveCounts>,
): readonly PluginStatistics[] {
  const known = new Set(stored.map(({ plugin }) => plugin.toLowerCase()));
  const merged = stored.map((each) => {
    const counts = live.get(each.plugin.toLowerCase())?.counts ?? noCounts();
    return { ...each, counts: addCounts(each.counts, counts) };
  });
  const added = [...live]
    .filter(([key]) => !known.has(key))
    .map(([, { plugin, counts }]) => ({ plugin, counts, runMs: noDurations }));
  return [...merged, ...added].toSorted((a, b) => (a.plugin < b.plugin ? -1 : 1));
}

const sumOf = (counts: Readonly<Counts>, which: (status: TaskStatus) => boolean): number =>
  statuses.filter(which).reduce((sum, status) => sum + counts[status], 0);

/** The store's figures and what is live, as one. */
export function taskStatistics(stored: StoreStatistics, live: Iterable<LiveTask>): TaskStatistics {
  const byPlugin = countLive(live);
  const counts = [...byPlugin.values()].reduce(
    (sum, each) => addCounts(sum, each.counts),
    addCounts(noCounts(), stored.counts),
  );
  const { firstSubmittedAt, lastEndedAt, totalRunMs } = stored;
  const spanMs = Math.max(0, (lastEndedAt ?? 0) - (firstSubmittedAt ?? 0));
  const per = (amount: number): number => (spanMs === 0 ? 0 : amount / spanMs);
  return {
    ...stored,
    counts,
    plugins: mergePlugins(stored.plugins, byPlugin),
    total: sumOf(counts, () => true),
    throughput: per(1_000 * sumOf(stored.counts, isTerminal)),
    speedUp: per(totalRunMs),
  };
}

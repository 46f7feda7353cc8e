import { taskStatistics } from '../engine/engine-statistics.ts';
import { formatStatistics } from '../engine/format-statistics.ts';
import type { Cli } from './cli.ts';
import { readStore } from './store-file.ts';
import type { StoreOptions } from './store-file.ts';

/** Options of `runstate stats`. */
export interface StatsOptions extends StoreOptions {
  readonly json?: boolean;
}

/** Prints the figures of a store's tasks. */
export async function statsCommand(options: StatsOptions, cli: Cli): Promise<number> {
  const { process, terminal } = cli;
  const statistics = await readStore(options, process.env, async (reader) => {
    const live = await reader.live({ limit: Number.POSITIVE_INFINITY });
    return taskStatistics(
      await reader.statistics(),
      live.map(({ task, state }) => ({ plugin: { name: task.plugin }, state })),
    );
  });
  if (options.json === true) terminal.json(statistics);
  else terminal.result(formatStatistics(statistics).trimEnd());
  return 0;
}

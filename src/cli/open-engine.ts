import { delimiter } from 'node:path';
import { createEngine } from '../engine/create-engine.ts';
import type { Engine } from '../engine/engine.ts';
import { bundledPlugins } from '../plugin-host/bundled-plugins.ts';
import { sqliteStore } from '../store/sqlite.ts';
import type { Cli } from './cli.ts';
import type { CliProcess } from './terminal.ts';

/** What an engine of the command line is made with. */
export interface EngineFlags {
  readonly plugins: readonly string[];
  /** The file of its store; tasks are kept in memory without one. */
  readonly store?: string | null;
  readonly workdir?: string | undefined;
}

/** Directories of plugins: those of the command, of `RUNSTATE_PLUGINS`, and the bundled one. */
export function pluginDirectories(given: readonly string[], env: CliProcess['env']): string[] {
  const { RUNSTATE_PLUGINS: listed = '' } = env;
  return [...given, ...listed.split(delimiter).filter((path) => path !== ''), bundledPlugins];
}

/** Starts an engine with the plugins a command can see. */
export async function openEngine(
  { plugins, store = null, workdir }: EngineFlags,
  { process, terminal }: Cli,
): Promise<Engine> {
  const { RUNSTATE_KEY: secretKey = '' } = process.env;
  const engine = createEngine({
    plugins: pluginDirectories(plugins, process.env),
    logger: terminal.logger,
    ...(store === null ? {} : { store: sqliteStore(store) }),
    ...(workdir === undefined ? {} : { workdir }),
    ...(secretKey === '' ? {} : { secretKey }),
  });
  await engine.start();
  return engine;
}

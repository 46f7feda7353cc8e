import { delimiter } from 'node:path';
import { createEngine } from '../engine/create-engine.ts';
import type { Engine } from '../engine/engine.ts';
import { bundledPlugins } from '../plugin-host/bundled-plugins.ts';
import { sqliteStore } from '../store/sqlite.ts';
import type { Cli } from './cli.ts';
import type { CliProcess } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** What an engine of the command line is made with. */
export interface EngineFlags {
  readonly plugins: readonly string[];
  /** The file of its store; tasks are kept in memory without one. */
  readonly store?: string | null;
  readonly workdir?: string | undefined;
  readonly results?: string | undefined;
}

/** Directories of plugins: those of the command, of `RUNSTATE_PLUGINS`, and the bundled one. */
export function pluginDirectories(given: readonly string[], env: CliProcess['env']): string[] {
  const { RUNSTATE_PLUGINS: listed = '' } = env;
  return [...given, ...listed.split(delimiter).filter((path) => path !== ''), bundledPlugins];
}

/** What is dropped from a store is for its own program to say, not for who looks in by a command. */
const keepAll = { ageMs: Number.POSITIVE_INFINITY };

const shortestKey = 16;

/** The key of secret input fields, named as people set it; null without one. */
function secretKeyOf({ RUNSTATE_KEY: key = '' }: CliProcess['env']): string | null {
  if (key === '') return null;
  if (key.length >= shortestKey) return key;
  throw new UsageError(
    `RUNSTATE_KEY must have at least ${shortestKey} characters, it has ${key.length}`,
  );
}

/** Starts an engine with the plugins a command can see. */
export async function openEngine(
  { plugins, store = null, workdir, results }: EngineFlags,
  { process, terminal }: Cli,
): Promise<Engine> {
  const secretKey = secretKeyOf(process.env);
  const engine = createEngine({
    plugins: pluginDirectories(plugins, process.env),
    logger: terminal.logger,
    ...(store === null ? {} : { store: sqliteStore(store, { retention: keepAll }) }),
    ...(workdir === undefined ? {} : { workdir }),
    ...(results === undefined ? {} : { results }),
    ...(secretKey === null ? {} : { secretKey }),
  });
  await engine.start();
  return engine;
}

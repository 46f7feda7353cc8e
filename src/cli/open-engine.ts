import { delimiter } from 'node:path';
import { createEngine } from '../engine/create-engine.ts';
import type { Engine } from '../engine/engine.ts';
import { bundledPlugins } from '../plugin-host/bundled-plugins.ts';
import type { CliProcess, Terminal } from './terminal.ts';

/** Directories of plugins: those of the command, of `RUNSTATE_PLUGINS`, and the bundled one. */
export function pluginDirectories(given: readonly string[], env: CliProcess['env']): string[] {
  const { RUNSTATE_PLUGINS: listed = '' } = env;
  return [...given, ...listed.split(delimiter).filter((path) => path !== ''), bundledPlugins];
}

/** Starts an engine with the plugins a command can see. */
export async function openEngine(
  directories: readonly string[],
  process: CliProcess,
  terminal: Terminal,
): Promise<Engine> {
  const engine = createEngine({
    plugins: pluginDirectories(directories, process.env),
    logger: terminal.logger,
  });
  await engine.start();
  return engine;
}

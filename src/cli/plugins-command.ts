import Table from 'cli-table3';
import type { PluginDescription } from '../plugin-host/describe-plugin.ts';
import { openEngine } from './open-engine.ts';
import type { CliProcess, Terminal } from './terminal.ts';

/** Options of `runstate plugins`. */
export interface PluginsOptions {
  readonly plugins: readonly string[];
  readonly json?: boolean;
}

/** Lists the plugins that can be run, or describes one with its schemas. */
export async function pluginsCommand(
  name: string | undefined,
  options: PluginsOptions,
  process: CliProcess,
  terminal: Terminal,
): Promise<number> {
  const engine = await openEngine(options.plugins, process, terminal);
  try {
    const found = name === undefined ? engine.plugins.list() : engine.plugins.describe(name);
    if (options.json === true) terminal.json(found);
    else terminal.result('map' in found ? tableOf(found) : pageOf(found));
    return 0;
  } finally {
    await engine.close({ graceMs: 0 });
  }
}

const rule = (names: readonly string[]) =>
  new Table({ head: [...names], style: { head: [], border: [], compact: true } });

function tableOf(plugins: readonly PluginDescription[]): string {
  const table = rule(['plugin', 'runner', 'effect', 'what it does']);
  for (const { name, runner, effect, description } of plugins) {
    table.push([name, runner, effect, description]);
  }
  return table.toString();
}

function pageOf(plugin: PluginDescription): string {
  const { name, description, runner, effect, suspend, input, output, source } = plugin;
  return [
    `${name}: ${description}`,
    `runner ${runner}, effect ${effect}, suspend ${suspend}`,
    ...(source === null ? [] : [`from ${source.file}`]),
    `input ${JSON.stringify(input, null, 2)}`,
    ...(output === null ? [] : [`output ${JSON.stringify(output, null, 2)}`]),
  ].join('\n');
}

import type { PluginDescription } from '../plugin-host/describe-plugin.ts';
import type { Cli } from './cli.ts';
import { openEngine } from './open-engine.ts';
import { tableText } from './table.ts';
import type { Column } from './table.ts';
import { widthOf } from './terminal.ts';
import { oneLine } from './words.ts';

/** Options of `runstate plugins`. */
export interface PluginsOptions {
  readonly plugins: readonly string[];
  readonly json?: boolean;
}

/** Lists the plugins that can be run, or describes one with its schemas. */
export async function pluginsCommand(
  name: string | undefined,
  options: PluginsOptions,
  cli: Cli,
): Promise<number> {
  const { process, terminal } = cli;
  const engine = await openEngine({ plugins: options.plugins }, cli);
  try {
    const found = name === undefined ? engine.plugins.list() : engine.plugins.describe(name);
    if (options.json === true) terminal.json(found);
    else terminal.result('map' in found ? tableOf(found, widthOf(process)) : pageOf(found));
    return 0;
  } finally {
    await engine.close({ graceMs: 0 });
  }
}

const columns: readonly Column[] = [
  { head: 'plugin', isFlexible: true, keepsEnd: true },
  { head: 'runner' },
  { head: 'effect' },
  { head: 'what it does', isFlexible: true },
];

function tableOf(plugins: readonly PluginDescription[], available: number | null): string {
  const rows = plugins.map(({ name, runner, effect, description }) => [
    name,
    runner,
    effect,
    oneLine(description),
  ]);
  return tableText(columns, rows, available);
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

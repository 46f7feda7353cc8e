import type { PluginContext } from '../../src/plugin.ts';
import type { DefinedPlugin } from '../../src/wire/plugin.ts';
import { parseInput, parseOutput } from '../../src/wire/validation.ts';

/** Runs `process` of a plugin as a runner does, without anything around it. */
export async function runPlugin(
  plugin: DefinedPlugin | undefined,
  input: unknown = {},
  context: Partial<PluginContext> = {},
): Promise<unknown> {
  if (plugin?.code === null || plugin === undefined) throw new Error('there is nothing to run');
  const given = { ...context, input: parseInput(plugin, input) } as PluginContext<unknown, unknown>;
  return parseOutput(plugin, await plugin.code().process(given));
}

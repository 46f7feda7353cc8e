import { RunstateError } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import { whileLoading } from '../wire/loading.ts';
import { isPluginClass, pluginFromClass } from '../wire/plugin-class.ts';
import { isDefinedPlugin } from '../wire/plugin.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';

/** A plugin that a module exports, and the name it goes by when it has none of its own. */
interface Candidate {
  readonly ownName: string | null;
  readonly shortName: string;
  define(name: string): DefinedPlugin;
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function candidateOf([value, exportName]: readonly [unknown, string]): Candidate | null {
  if (isDefinedPlugin(value)) {
    return { ownName: value.name, shortName: lastPart(value.name), define: () => value };
  }
  if (!isPluginClass(value)) return null;
  return {
    ownName: value.pluginName ?? null,
    shortName: lastPart(value.pluginName ?? (value.name === '' ? exportName : value.name)),
    define: (name) => pluginFromClass(value, name),
  };
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/**
 * The export that goes by `name`: by its own name, else by the last part of it, which is what a host
 * makes names of for plugins that do not say where they belong.
 */
function findCandidate(candidates: readonly Candidate[], name: string): Candidate | undefined {
  const named = candidates.find(({ ownName }) => ownName !== null && isSame(ownName, name));
  if (named !== undefined) return named;
  const alike = candidates.filter(({ shortName }) => isSame(shortName, lastPart(name)));
  return alike.length === 1 ? alike[0] : undefined;
}

/**
 * Imports a plugin's module in the place where its code is to run.
 *
 * @throws {@link RunstateError} `PLUGIN_LOAD_FAILED` when the module cannot be imported;
 *   `PLUGIN_UNKNOWN`, naming what it does export, when the plugin is not in it
 */
export function loadPlugin(moduleUrl: string, name: string): Promise<DefinedPlugin> {
  return whileLoading(async () => {
    const exported = Object.entries(await importModule(moduleUrl));
    // A module may export one plugin by several names.
    const found = [...new Map(exported.map(([key, value]) => [value, key]))]
      .map(candidateOf)
      .filter((candidate) => candidate !== null);
    const candidate = findCandidate(found, name);
    if (candidate === undefined) {
      const names = [...new Set(found.map(({ ownName, shortName }) => ownName ?? shortName))];
      const list = names.length === 0 ? 'no plugin' : names.join(', ');
      throw new RunstateError('PLUGIN_UNKNOWN', [name, ` ${moduleUrl} exports ${list}.`]);
    }
    const plugin = candidate.define(name);
    if (plugin.logic !== null) {
      const problem = 'must be `inline` for a plugin with `logic`';
      throw new RunstateError('PLUGIN_INVALID', [name, 'runner', problem]);
    }
    return plugin;
  });
}

async function importModule(moduleUrl: string): Promise<object> {
  try {
    return (await import(/* @vite-ignore */ moduleUrl)) as object;
  } catch (cause) {
    throw new RunstateError('PLUGIN_LOAD_FAILED', [moduleUrl, messageOf(cause)], { cause });
  }
}

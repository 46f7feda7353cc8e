import { whileLoading } from '../wire/loading.ts';
import { isPluginClass, pluginFromClass } from '../wire/plugin-class.ts';
import { isDefinedPlugin } from '../wire/plugin.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';

/** The module's part of `module.name`. */
export const moduleOf = (pluginName: string): string =>
  pluginName.slice(0, Math.max(0, pluginName.lastIndexOf('.')));

/**
 * Imports a module and gives the plugins that it exports, under any name. A class that does not name
 * itself is called `module.classname`.
 */
export async function importPlugins(url: string, moduleName: string): Promise<DefinedPlugin[]> {
  return whileLoading(async () => {
    const module: Readonly<Record<string, unknown>> = await import(/* @vite-ignore */ url);
    const plugins = new Map<unknown, DefinedPlugin>();
    for (const [exportName, value] of Object.entries(module)) {
      if (plugins.has(value)) continue;
      if (isDefinedPlugin(value)) plugins.set(value, value);
      else if (isPluginClass(value)) {
        const ownName = value.name === '' ? exportName : value.name;
        plugins.set(value, pluginFromClass(value, `${moduleName}.${ownName}`.toLowerCase()));
      }
    }
    return [...plugins.values()];
  });
}

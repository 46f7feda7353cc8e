import { formatMessage, RunstateError } from '../kernel/errors.ts';
import { isPluginClass, pluginFromClass } from '../wire/plugin-class.ts';
import type { PluginClass } from '../wire/plugin-class.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import type { PluginFile } from './plugin-file.ts';
import { problemOf } from './problem.ts';
import type { PluginProblem } from './problem.ts';

/** A plugin by its name, and the file it came from; null for one that was registered as an object. */
export interface IndexEntry {
  readonly plugin: DefinedPlugin;
  readonly file: PluginFile | null;
}

const keyOf = (name: string): string => name.toLowerCase();

const originOf = ({ file }: IndexEntry): string =>
  file === null ? ', as an object' : `, from ${file.file}`;

/**
 * Which plugin a name means. Files come and go and change what they export; a name stays with the
 * file that had it first for as long as that file offers it.
 */
export class PluginIndex {
  readonly #objects = new Map<string, DefinedPlugin>();
  readonly #ofClass = new WeakMap<PluginClass, DefinedPlugin>();
  /** Of every version there was, for tasks keep the one they began with. */
  readonly #originOf = new WeakMap<DefinedPlugin, { file: PluginFile; url: string }>();
  #entries: ReadonlyMap<string, IndexEntry> = new Map();
  #duplicates: readonly PluginProblem[] = [];

  get(name: string): IndexEntry | undefined {
    return this.#entries.get(keyOf(name));
  }

  get entries(): readonly IndexEntry[] {
    return [...this.#entries.values()];
  }

  /** The plugins of files that are not available because their names are taken. */
  get duplicates(): readonly PluginProblem[] {
    return this.#duplicates;
  }

  /**
   * Adds an object; one that a file exports is known by that file, as it is now.
   *
   * @throws {@link RunstateError} `PLUGIN_DUPLICATE`
   */
  register(given: DefinedPlugin | PluginClass): DefinedPlugin {
    const plugin = isPluginClass(given) ? this.#define(given) : given;
    const taken = this.get(plugin.name);
    if (taken === undefined) {
      this.#objects.set(keyOf(plugin.name), plugin);
      this.#entries = new Map([...this.#entries, [keyOf(plugin.name), { plugin, file: null }]]);
      return plugin;
    }
    if (taken.plugin === plugin || this.#isOfFile(plugin, taken.file)) return taken.plugin;
    throw new RunstateError('PLUGIN_DUPLICATE', [plugin.name, originOf(taken)]);
  }

  /**
   * Checks that a file may have the names of its plugins.
   *
   * @throws {@link RunstateError} `PLUGIN_DUPLICATE`
   */
  assertFree(plugins: readonly DefinedPlugin[], file: PluginFile): void {
    for (const { name } of plugins) {
      const taken = this.get(name);
      if (taken !== undefined && taken.file !== file) {
        throw new RunstateError('PLUGIN_DUPLICATE', [name, originOf(taken)]);
      }
    }
  }

  /** Looks at what the files offer now; their order decides between new ones. */
  update(files: Iterable<PluginFile>): void {
    const entries = new Map<string, IndexEntry>();
    for (const [key, plugin] of this.#objects) entries.set(key, { plugin, file: null });
    const offers = [...files].flatMap((file) => this.#offersOf(file));
    const isIncumbent = ({ plugin, file }: IndexEntry): boolean =>
      this.get(plugin.name)?.file === file;
    const duplicates: PluginProblem[] = [];
    for (const offer of [
      ...offers.filter(isIncumbent),
      ...offers.filter((other) => !isIncumbent(other)),
    ]) {
      const { plugin, file } = offer;
      const taken = entries.get(keyOf(plugin.name));
      if (taken === undefined) {
        entries.set(keyOf(plugin.name), offer);
        continue;
      }
      const message = formatMessage('PLUGIN_DUPLICATE', [plugin.name, originOf(taken)]);
      duplicates.push(problemOf(file.file, 'PLUGIN_DUPLICATE', message));
    }
    this.#entries = entries;
    this.#duplicates = duplicates;
  }

  /** What a worker or child process imports to have the plugin; null for an object. */
  moduleUrlOf(plugin: DefinedPlugin): string | null {
    return this.#originOf.get(plugin)?.url ?? null;
  }

  #offersOf(file: PluginFile): { readonly plugin: DefinedPlugin; readonly file: PluginFile }[] {
    const { current } = file;
    if (current === null) return [];
    return current.plugins.map((plugin) => {
      this.#originOf.set(plugin, { file, url: current.url });
      return { plugin, file };
    });
  }

  #define(given: PluginClass): DefinedPlugin {
    const known = this.#ofClass.get(given);
    if (known !== undefined) return known;
    const plugin = pluginFromClass(given);
    this.#ofClass.set(given, plugin);
    return plugin;
  }

  /** A program may import a plugin's file by itself and submit what it got. */
  #isOfFile(plugin: DefinedPlugin, file: PluginFile | null): boolean {
    if (file === null) return false;
    if (this.#originOf.get(plugin)?.file === file) return true;
    return plugin.module?.startsWith('file:') === true && file.isMadeOf(plugin.module);
  }
}

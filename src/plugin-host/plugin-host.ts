import type { DefinedPlugin } from '../wire/plugin.ts';
import type { PluginClass } from '../wire/plugin-class.ts';
import type { PluginDescription } from './describe-plugin.ts';
import type { PluginProblem } from './problem.ts';

/**
 * Finds, loads, reloads and describes plugins. Names are looked up without regard to case; a plugin
 * never changes, and a file that does makes new ones.
 */
export interface PluginHost extends AsyncDisposable {
  /**
   * Makes an object or a class known by its name and gives its definition; the same one again
   * changes nothing. A plugin whose file the host has loaded by itself is that file's.
   *
   * @throws {@link RunstateError} `PLUGIN_DUPLICATE`, saying where the other one came from
   */
  register(plugin: DefinedPlugin | PluginClass): DefinedPlugin;
  /**
   * Adds a directory of plugin files and packages. They are loaded by {@link PluginHost.loadAll},
   * or at once when that was called before.
   *
   * @throws {@link RunstateError} `PLUGIN_DIRECTORY_UNREADABLE`
   */
  addDirectory(path: string): Promise<void>;
  /** Loads all files of all directories. What cannot be loaded is a problem, not an error. */
  loadAll(): Promise<void>;
  /**
   * Loads one file, or one package's folder, and gives its plugins.
   *
   * @throws {@link RunstateError} `PLUGIN_LOAD_FAILED` with the position; `PLUGIN_DUPLICATE`
   */
  load(path: string): Promise<readonly DefinedPlugin[]>;
  /**
   * Looks at every directory again and loads what is new or has changed. With a name, that plugin's
   * file is run again even if it has not changed.
   *
   * @returns what is wrong now
   * @throws {@link RunstateError} `PLUGIN_UNKNOWN`
   */
  reload(name?: string): Promise<readonly PluginProblem[]>;
  /** The plugin as it was loaded last. */
  get(name: string): DefinedPlugin | undefined;
  /**
   * The plugin as its files are now: for the next task. A few looks at the files' times when nothing
   * has changed. When they cannot be loaded, the last version that could.
   */
  refresh(name: string): Promise<DefinedPlugin | undefined>;
  /**
   * The plugin as it was loaded last.
   *
   * @throws {@link RunstateError} `PLUGIN_UNKNOWN`, naming those that were perhaps meant
   */
  assertKnown(name: string): DefinedPlugin;
  /** All plugins, by name. */
  list(): readonly PluginDescription[];
  /**
   * One plugin.
   *
   * @throws {@link RunstateError} `PLUGIN_UNKNOWN`
   */
  describe(name: string): PluginDescription;
  /** What is wrong now with files, directories and names. */
  problems(): readonly PluginProblem[];
  /** What a worker or child process imports to have the plugin; null for one not from a file. */
  moduleUrlOf(plugin: DefinedPlugin): string | null;
  /**
   * Makes a plugin's `module` importable without a TypeScript loader; JavaScript is, as it is.
   *
   * @throws {@link RunstateError} `PLUGIN_LOAD_FAILED`
   */
  portableUrl(moduleUrl: string): Promise<string>;
  /** Ends watching and removes what was written. Nothing can be loaded afterwards. */
  close(): Promise<void>;
}

import { tmpdir } from 'node:os';
import { RunstateError } from '../kernel/errors.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import type { PluginClass } from '../wire/plugin-class.ts';
import { BundleFolder } from './bundle-folder.ts';
import { describePlugin } from './describe-plugin.ts';
import type { PluginDescription } from './describe-plugin.ts';
import { useEsbuild } from './esbuild-service.ts';
import { FileWatch } from './file-watch.ts';
import { LatestRun } from './latest-run.ts';
import type { PluginFile, PluginFileVersion } from './plugin-file.ts';
import { PluginFiles } from './plugin-files.ts';
import type { PluginHost } from './plugin-host.ts';
import type { PluginHostOptions } from './plugin-host-options.ts';
import { PluginIndex } from './plugin-index.ts';
import type { IndexEntry } from './plugin-index.ts';
import { PortableModules } from './portable-modules.ts';
import type { PluginProblem } from './problem.ts';
import { unknownPlugin } from './unknown-plugin.ts';

interface Seen {
  readonly version: PluginFileVersion | null;
  readonly problems: readonly PluginProblem[];
}

/** How a plugin host does its work: files are loaded in `PluginFiles`, and names are given out by `PluginIndex`. */
export class FilePluginHost implements PluginHost {
  readonly #options: Required<PluginHostOptions>;
  readonly #folder: BundleFolder;
  readonly #files: PluginFiles;
  readonly #index = new PluginIndex();
  readonly #modules: PortableModules;
  readonly #watch: FileWatch | null;
  #leaveEsbuild: (() => Promise<void>) | null = null;
  readonly #syncs = new LatestRun(() => this.#sync());
  /** What the index and the log know of each file. */
  readonly #seen = new WeakMap<PluginFile, Seen>();
  #reported: ReadonlySet<string> = new Set();
  #isLoading = false;
  #isClosed = false;

  constructor(options: Required<PluginHostOptions>) {
    const { logger, clock, loadTimeoutMs, cacheDir } = options;
    this.#options = options;
    this.#folder = new BundleFolder(cacheDir ?? tmpdir());
    this.#files = new PluginFiles({ folder: this.#folder, clock, loadTimeoutMs });
    this.#modules = new PortableModules(this.#folder);
    const look = (): void => void this.#syncs.run();
    const complain = (error: unknown): void =>
      logger.error({ err: error }, 'Plugin files cannot be watched');
    this.#watch = options.watch ? new FileWatch(look, complain) : null;
  }

  register(plugin: DefinedPlugin | PluginClass): DefinedPlugin {
    return this.#index.register(plugin);
  }

  async addDirectory(path: string): Promise<void> {
    this.#beginToLoad();
    await this.#files.addDirectory(path);
    if (this.#isLoading) await this.#syncs.run();
  }

  async loadAll(): Promise<void> {
    this.#beginToLoad();
    this.#isLoading = true;
    await this.#syncs.run();
  }

  async load(path: string): Promise<readonly DefinedPlugin[]> {
    this.#beginToLoad();
    const file = await this.#files.open(path);
    await file.refresh();
    const [problem] = file.problems;
    if (problem !== undefined) {
      throw new RunstateError('PLUGIN_LOAD_FAILED', [file.file, problem.text]);
    }
    const plugins = file.current?.plugins ?? [];
    this.#index.assertFree(plugins, file);
    this.#files.keep(file);
    this.#settle();
    await this.#watchFiles();
    return plugins;
  }

  async reload(name?: string): Promise<readonly PluginProblem[]> {
    this.#beginToLoad();
    this.#isLoading = true;
    if (name === undefined || this.#index.get(name) === undefined) await this.#syncs.run();
    if (name === undefined) return this.problems();
    const { file } = this.#entry(name);
    await file?.reload();
    this.#settle();
    return file?.problems ?? [];
  }

  get(name: string): DefinedPlugin | undefined {
    return this.#index.get(name)?.plugin;
  }

  async refresh(name: string): Promise<DefinedPlugin | undefined> {
    const entry = this.#index.get(name);
    if (entry?.file === null || this.#isClosed) return entry?.plugin;
    if (entry !== undefined) {
      const { file } = entry;
      await file.refresh();
      const seen = this.#seen.get(file);
      if (seen?.version !== file.current || seen.problems !== file.problems) this.#settle();
    }
    if (this.get(name) === undefined && this.#isLoading) await this.#syncs.run();
    return this.get(name);
  }

  assertKnown(name: string): DefinedPlugin {
    return this.#entry(name).plugin;
  }

  list(): readonly PluginDescription[] {
    return this.#index.entries
      .map(describePlugin)
      .toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  }

  describe(name: string): PluginDescription {
    return describePlugin(this.#entry(name));
  }

  problems(): readonly PluginProblem[] {
    return [...this.#files.problems, ...this.#index.duplicates];
  }

  moduleUrlOf(plugin: DefinedPlugin): string | null {
    return this.#index.moduleUrlOf(plugin);
  }

  async portableUrl(moduleUrl: string): Promise<string> {
    this.#beginToLoad();
    return this.#modules.urlOf(moduleUrl);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#syncs.settled();
    await this.#files.settled();
    await this.#modules.settled();
    await this.#watch?.close();
    await this.#leaveEsbuild?.();
    await this.#folder.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #sync(): Promise<void> {
    if (this.#isClosed) return;
    await this.#files.refreshAll();
    this.#settle();
    await this.#watchFiles();
  }

  async #watchFiles(): Promise<void> {
    if (!this.#isClosed) await this.#watch?.watch(this.#files.watchable);
  }

  /** Gives out the names anew, and tells what has come up. */
  #settle(): void {
    const files = this.#files.all;
    this.#index.update(files);
    for (const file of files) this.#look(file);
    const problems = this.problems();
    for (const problem of problems) if (!this.#reported.has(problem.text)) this.#report(problem);
    this.#reported = new Set(problems.map(({ text }) => text));
  }

  #look(file: PluginFile): void {
    const { current: version, problems } = file;
    const before = this.#seen.get(file)?.version ?? null;
    this.#seen.set(file, { version, problems });
    if (version === null || version === before) return;
    const plugins = version.plugins.map(({ name }) => name);
    this.#options.logger.info(
      { file: file.file, version: version.version, plugins },
      'Plugin file loaded',
    );
  }

  #report(problem: PluginProblem): void {
    const { logger, onProblem } = this.#options;
    const { code, file, line, column, text } = problem;
    logger.error({ code, file, line, column }, text);
    try {
      onProblem(problem);
    } catch (error) {
      logger.error({ err: error }, 'The listener for plugin problems threw');
    }
  }

  #entry(name: string): IndexEntry {
    const entry = this.#index.get(name);
    if (entry !== undefined) return entry;
    throw unknownPlugin(name, this.#index.entries, this.#files.all);
  }

  /** A host that loads nothing keeps nothing alive. */
  #beginToLoad(): void {
    if (this.#isClosed) throw new RunstateError('PLUGIN_HOST_CLOSED');
    this.#leaveEsbuild ??= useEsbuild();
  }
}

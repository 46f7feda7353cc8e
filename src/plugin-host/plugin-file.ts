import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { errorMessages } from '../kernel/errors.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { CompiledFile } from './compiled-file.ts';
import type { Compiled, CompileOutcome } from './compiled-file.ts';
import type { BundleFolder } from './bundle-folder.ts';
import { importPlugins } from './exported-plugins.ts';
import { LatestRun } from './latest-run.ts';
import { problemAt, problemOf } from './problem.ts';
import type { PluginProblem } from './problem.ts';
import { positionOf } from './source-position.ts';

/** A plugin file as it was loaded at one moment; never changed afterwards. */
export interface PluginFileVersion {
  /** Hash of the code, short enough to be shown. */
  readonly version: string;
  /** What workers and child processes import. */
  readonly url: string;
  readonly plugins: readonly DefinedPlugin[];
  /** Milliseconds since the epoch. */
  readonly loadedAt: number;
}

/** What a {@link PluginFile} needs of its host. */
export interface PluginFileOptions {
  readonly folder: BundleFolder;
  readonly clock: Clock;
  readonly loadTimeoutMs: number;
}

const noPlugin = 'exports no plugin, and no other plugin file imports it';
const tooSlow = (ms: number): string =>
  `did not finish loading within ${ms} ms; does it wait for ever at its top level?`;

const isOwnError = (error: unknown): error is Error & { readonly code: ErrorCode } =>
  error instanceof Error && 'code' in error && String(error.code) in errorMessages;

const isGone = (file: string): Promise<boolean> =>
  stat(file).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT' || error.code === 'ENOTDIR',
  );

/**
 * One plugin file, the last version of it that could be loaded, and what is wrong with it now.
 *
 * A version is imported at most once: code that threw when it was imported is not run again until it
 * changes or `reload` asks for it.
 */
export class PluginFile {
  readonly file: string;
  /** The `module` of `module.name`. */
  readonly moduleName: string;
  readonly #options: PluginFileOptions;
  readonly #source: CompiledFile;
  readonly #refreshes = new LatestRun(() => this.#refresh());
  #current: PluginFileVersion | null = null;
  #problems: readonly PluginProblem[] = [];
  #lastUrl: string | null = null;
  #mustImport = false;
  #isEmpty = false;
  /** How often a bundle was imported anew; Node imports a URL once, and a query makes it another. */
  readonly #again = new Map<string, number>();

  constructor(file: string, moduleName: string, options: PluginFileOptions) {
    this.file = file;
    this.moduleName = moduleName;
    this.#options = options;
    this.#source = new CompiledFile(file, options.folder);
  }

  get current(): PluginFileVersion | null {
    return this.#current;
  }

  get problems(): readonly PluginProblem[] {
    return this.#problems;
  }

  /** Whether it could be imported and exports no plugin. */
  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** The files whose change makes a new version. */
  get files(): readonly string[] {
    return this.#source.files;
  }

  isMadeOf(url: string): boolean {
    return this.files.includes(fileURLToPath(url));
  }

  /** Loads the file if it, or a file that it imports, is not as it was. */
  refresh(): Promise<void> {
    return this.#refreshes.run();
  }

  /** Loads the file whether or not it has changed. */
  reload(): Promise<void> {
    this.#mustImport = true;
    return this.refresh();
  }

  /** Resolves when the file is not being loaded. */
  settled(): Promise<void> {
    return this.#refreshes.settled();
  }

  async #refresh(): Promise<void> {
    if (await isGone(this.file)) {
      this.#current = null;
      this.#problems = [];
      this.#lastUrl = null;
      return;
    }
    const outcome = await this.#compile();
    if (!outcome.ok) {
      this.#problems = outcome.problems;
      this.#lastUrl = null;
      this.#isEmpty = false;
      return;
    }
    const { compiled } = outcome;
    const again = this.#again.get(compiled.url) ?? 0;
    if (this.#mustImport) this.#again.set(compiled.url, again + 1);
    else if (compiled.url === this.#lastUrl) return;
    this.#mustImport = false;
    this.#lastUrl = compiled.url;
    await this.#import(compiled);
  }

  /** What fails here is not the file but its surroundings, such as a full disk. */
  async #compile(): Promise<CompileOutcome> {
    try {
      return await this.#source.compile();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { ok: false, problems: [problemOf(this.file, 'PLUGIN_LOAD_FAILED', message)] };
    }
  }

  async #import(compiled: Compiled): Promise<void> {
    const again = this.#again.get(compiled.url);
    const url = again === undefined ? compiled.url : `${compiled.url}?again=${again}`;
    this.#isEmpty = false;
    try {
      const plugins = await this.#inTime(importPlugins(url, this.moduleName));
      this.#isEmpty = plugins.length === 0;
      if (this.#isEmpty) throw new Error(noPlugin);
      const version = compiled.hash.slice(0, 12);
      this.#current = { version, url, plugins, loadedAt: this.#options.clock.now() };
      this.#problems = [];
    } catch (error) {
      this.#problems = [this.#problemOfImport(error, compiled)];
    }
  }

  #problemOfImport(error: unknown, compiled: Compiled): PluginProblem {
    const at = positionOf(error, compiled);
    const message = error instanceof Error ? error.message : String(error);
    const code = isOwnError(error) ? error.code : 'PLUGIN_LOAD_FAILED';
    return at === null ? problemOf(this.file, code, message) : problemAt(at, code, message);
  }

  /** A file that waits for ever at its top level must not keep the engine from starting. */
  async #inTime<T>(loading: Promise<T>): Promise<T> {
    const { clock, loadTimeoutMs } = this.#options;
    let timer: unknown;
    const tooLate = new Promise<never>((_, reject) => {
      const refuse = (): void => reject(new Error(tooSlow(loadTimeoutMs)));
      timer = clock.setTimeout(refuse, loadTimeoutMs);
    });
    try {
      return await Promise.race([loading, tooLate]);
    } finally {
      clock.clearTimeout(timer);
    }
  }
}

import { stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { RunstateError } from '../kernel/errors.ts';
import { LatestRun } from './latest-run.ts';
import { PluginFile } from './plugin-file.ts';
import type { PluginFileOptions } from './plugin-file.ts';
import { problemOf } from './problem.ts';
import type { PluginProblem } from './problem.ts';
import { packageEntry, scanDirectory } from './scan-directory.ts';
import type { FoundFile } from './scan-directory.ts';

/** `nmr` for `nmr.ts`, and for `nmr/index.ts`. */
function moduleNameOf(file: string): string {
  const stem = basename(file, extname(file));
  return stem === 'index' ? basename(dirname(file)) : stem;
}

async function fileBehind(path: string): Promise<FoundFile> {
  const info = await stat(path).catch(() => null);
  if (info === null) throw new RunstateError('PLUGIN_LOAD_FAILED', [path, 'it does not exist']);
  if (!info.isDirectory()) return { file: path, moduleName: moduleNameOf(path) };
  const file = await packageEntry(path);
  if (file !== null) return { file, moduleName: basename(path) };
  const reason = 'it is a folder without package.json or index file';
  throw new RunstateError('PLUGIN_LOAD_FAILED', [path, reason]);
}

/** The files that a host has: those of its directories, and those it was given one by one. */
export class PluginFiles {
  readonly #options: PluginFileOptions;
  readonly #directories = new Map<string, readonly FoundFile[]>();
  readonly #single = new Map<string, PluginFile>();
  #found: ReadonlyMap<string, PluginFile> = new Map();
  #problems: readonly PluginProblem[] = [];
  readonly #scans = new LatestRun(() => this.#scan());

  constructor(options: PluginFileOptions) {
    this.#options = options;
  }

  /** In the order in which they are asked for a name. */
  get all(): readonly PluginFile[] {
    return [...this.#single.values(), ...this.#found.values()];
  }

  /** What is wrong with directories, and with files as far as it is known. */
  get problems(): readonly PluginProblem[] {
    const { all } = this;
    const imported = new Set(all.flatMap(({ file, files }) => files.filter((it) => it !== file)));
    const atFault = all.filter(({ file, isEmpty }) => !(isEmpty && imported.has(file)));
    return [...this.#problems, ...atFault.flatMap(({ problems }) => problems)];
  }

  /** What to watch in order to notice every change. */
  get watchable(): readonly string[] {
    return [...this.#directories.keys(), ...this.all.flatMap(({ files }) => files)];
  }

  /**
   * Adds a directory; its files are loaded by the next `refreshAll`.
   *
   * @throws {@link RunstateError} `PLUGIN_DIRECTORY_UNREADABLE`
   */
  async addDirectory(path: string): Promise<void> {
    const directory = resolve(path);
    if (this.#directories.has(directory)) return;
    const { found } = await scanDirectory(directory);
    this.#directories.set(directory, found);
  }

  /** Looks at every directory, and loads every file that is new or has changed. */
  refreshAll(): Promise<void> {
    return this.#scans.run();
  }

  /** A file, or a package's folder, whether or not it lies in one of the directories. */
  async open(path: string): Promise<PluginFile> {
    const { file, moduleName } = await fileBehind(resolve(path));
    return (
      this.#single.get(file) ??
      this.#found.get(file) ??
      new PluginFile(file, moduleName, this.#options)
    );
  }

  /** Keeps a file that was opened. */
  keep(file: PluginFile): void {
    if (!this.#found.has(file.file)) this.#single.set(file.file, file);
  }

  /** Resolves when nothing is being loaded. */
  async settled(): Promise<void> {
    await this.#scans.settled();
    await Promise.all(this.all.map((file) => file.settled()));
  }

  async #scan(): Promise<void> {
    const problems: PluginProblem[] = [];
    for (const directory of this.#directories.keys()) {
      try {
        const scan = await scanDirectory(directory);
        problems.push(...scan.problems);
        this.#directories.set(directory, scan.found);
      } catch (error) {
        // What was found there before stays, for as long as the files themselves can be read.
        if (!(error instanceof RunstateError)) throw error;
        problems.push(problemOf(directory, 'PLUGIN_DIRECTORY_UNREADABLE', error.message));
      }
    }
    const { winners, hidden } = firstOfEachModule([...this.#directories.values()].flat());
    this.#found = new Map(
      winners
        .filter(({ file }) => !this.#single.has(file))
        .map(({ file, moduleName }) => [
          file,
          this.#found.get(file) ?? new PluginFile(file, moduleName, this.#options),
        ]),
    );
    await Promise.all(this.all.map((file) => file.refresh()));
    this.#problems = [...problems, ...hidden];
  }
}

/** As dahu has it: the first directory that has a module wins. */
function firstOfEachModule(found: readonly FoundFile[]): {
  readonly winners: readonly FoundFile[];
  readonly hidden: readonly PluginProblem[];
} {
  const winners = new Map<string, FoundFile>();
  const hidden: PluginProblem[] = [];
  for (const candidate of found) {
    const key = candidate.moduleName.toLowerCase();
    const winner = winners.get(key);
    if (winner === undefined) winners.set(key, candidate);
    else hidden.push(hiddenBy(winner, candidate));
  }
  return { winners: [...winners.values()], hidden };
}

const hiddenBy = (winner: FoundFile, { file, moduleName }: FoundFile): PluginProblem =>
  problemOf(
    file,
    'PLUGIN_DUPLICATE',
    `is not loaded: module "${moduleName}" is ${winner.file}, which was found first`,
  );

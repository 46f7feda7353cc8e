import { basename } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { deferred } from '../kernel/deferred.ts';

/** Tells when one of a changing set of files and directories is added, changed or removed. */
export class FileWatch {
  readonly #onChange: () => void;
  readonly #onError: (error: unknown) => void;
  #opening: Promise<FSWatcher> | null = null;
  #watched: ReadonlySet<string> = new Set();

  constructor(onChange: () => void, onError: (error: unknown) => void) {
    this.#onChange = onChange;
    this.#onError = onError;
  }

  /**
   * Watches these paths; once the first call resolves, changes are noticed. Paths of earlier calls
   * stay, for chokidar would ignore a file that comes back after it was let go.
   */
  async watch(paths: Iterable<string>): Promise<void> {
    this.#opening ??= this.#open();
    const watcher = await this.#opening;
    const wanted = new Set(paths);
    const added = [...wanted].filter((path) => !this.#watched.has(path));
    const isFirst = this.#watched.size === 0;
    this.#watched = wanted;
    if (added.length === 0) return;
    // chokidar says once that it is ready; what is added later is noticed soon, and not at once.
    const ready = deferred<void>();
    if (isFirst) watcher.once('ready', ready.resolve);
    else ready.resolve();
    watcher.add(added);
    await ready.promise;
  }

  async close(): Promise<void> {
    const watcher = await this.#opening;
    await watcher?.close();
  }

  /** Files of packages that were installed are not looked into. */
  async #open(): Promise<FSWatcher> {
    const { FSWatcher } = await import('chokidar');
    const watcher = new FSWatcher({
      ignoreInitial: true,
      persistent: false,
      depth: 1,
      ignored: (path) => basename(path) === 'node_modules',
    });
    watcher.on('all', this.#onChange).on('error', this.#onError);
    return watcher;
  }
}

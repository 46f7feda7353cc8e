import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { RunstateError } from '../../kernel/errors.ts';
import { messageOf } from '../../kernel/task-error.ts';
import type { StoreStatistics } from '../../kernel/task-statistics.ts';
import { errorOf } from './failure.ts';
import type { Asked, Request, Sweep, Told, WorkerOptions } from './messages.ts';

type Opening = Extract<Told, { readonly kind: 'opened' }>;

interface Waiter {
  resolve(statistics: StoreStatistics | undefined): void;
  reject(error: unknown): void;
}

/** What the store wants to hear of its worker. */
export interface WorkerListener {
  /** `briefs` is JSON. */
  forgotten(briefs: string): void;
  troubled(message: string): void;
  broken(error: Error): void;
}

/**
 * The compiled file that the worker begins with, found through the package's own name for it
 * (`imports` of package.json): a host that runs from source has it too.
 */
function resolveEntry(path: string): string {
  try {
    return createRequire(import.meta.url).resolve('#store/sqlite/store-worker');
  } catch (cause) {
    const reason = 'store-worker.js is not there. Build the package first: npm run build';
    throw new RunstateError('STORE_UNREADABLE', [path, reason], { cause });
  }
}

/** The engine's side of the thread that writes. The process waits for it while something is asked. */
export class WorkerThread {
  readonly #path: string;
  readonly #worker: Worker;
  readonly #listener: WorkerListener;
  readonly #waiting = new Map<number, Waiter>();
  readonly #exited: Promise<void>;
  #opening: { resolve(opening: Opening): void; reject(error: unknown): void } | null = null;
  #nextId = 1;
  #failures = 0;
  #broken: Error | null = null;
  #isClosing = false;

  constructor(options: WorkerOptions, listener: WorkerListener) {
    this.#path = options.path;
    this.#listener = listener;
    this.#worker = new Worker(resolveEntry(options.path), {
      workerData: options,
      name: 'runstate store',
      // The host's own flags, such as a loader or a test runner's, are none of its business.
      execArgv: [],
    });
    this.#worker.on('message', (told: Told) => this.#hear(told));
    this.#worker.on('error', (error) => this.#break(messageOf(error), error));
    this.#exited = new Promise((resolve) => {
      this.#worker.on('exit', () => {
        this.#break('its thread ended');
        resolve();
      });
    });
  }

  /** @throws {@link RunstateError} why the file was refused */
  async opened(): Promise<Opening> {
    try {
      return await new Promise<Opening>((resolve, reject) => {
        this.#opening = { resolve, reject };
      });
    } catch (error) {
      await this.#end();
      throw error;
    } finally {
      this.#opening = null;
      this.#rest();
    }
  }

  ask(request: Request): Promise<StoreStatistics | undefined> {
    if (this.#broken !== null) return Promise.reject(this.#broken);
    const id = this.#nextId++;
    if (this.#waiting.size === 0) this.#worker.ref();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#post({ id, request, failures: this.#failures });
    });
  }

  sweep(nowMs: number): void {
    if (this.#broken === null) this.#post({ id: null, nowMs });
  }

  /** Resolves when everything asked before is done and the thread has ended. */
  async close(): Promise<void> {
    try {
      if (this.#broken === null) {
        this.#isClosing = true;
        await this.ask({ kind: 'close' });
      }
    } finally {
      await this.#end();
    }
  }

  #post(message: Asked | Sweep): void {
    const port: Pick<Worker, 'postMessage'> = this.#worker;
    port.postMessage(message);
  }

  async #end(): Promise<void> {
    this.#isClosing = true;
    this.#worker.ref();
    await this.#worker.terminate();
    await this.#exited;
  }

  #hear(told: Told): void {
    switch (told.kind) {
      case 'opened':
        return this.#opening?.resolve(told);
      case 'refused':
        return this.#opening?.reject(errorOf(told.failure));
      case 'forgotten':
        return this.#listener.forgotten(told.briefs);
      case 'troubled':
        return this.#listener.troubled(told.message);
      case 'done':
        return this.#take(told.id)?.resolve(told.statistics);
      case 'failed':
        this.#failures += 1;
        return this.#take(told.id)?.reject(errorOf(told.failure));
    }
  }

  #take(id: number): Waiter | undefined {
    const waiter = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#rest();
    return waiter;
  }

  /** With nothing asked the process may end. */
  #rest(): void {
    if (this.#waiting.size === 0) this.#worker.unref();
  }

  #break(reason: string, cause?: unknown): void {
    if (this.#broken !== null) return;
    this.#broken = new RunstateError('STORE_BROKEN', [this.#path, reason], { cause });
    this.#opening?.reject(this.#broken);
    for (const waiter of this.#waiting.values()) waiter.reject(this.#broken);
    this.#waiting.clear();
    if (!this.#isClosing) this.#listener.broken(this.#broken);
  }
}

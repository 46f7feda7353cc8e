import type { Piscina } from 'piscina';
import { RunstateError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Logger } from '../kernel/logger.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Assignment, AttemptHost, Execution, Runner } from '../kernel/runner.ts';
import { messageOf } from '../kernel/task-error.ts';
import { resolvePlaceEntry } from './place-entry.ts';
import { RemoteExecution } from './remote-execution.ts';
import { ThreadPlace } from './thread-place.ts';
import type { Thread } from './thread-place.ts';

/** How worker threads are made and kept. */
export interface ThreadRunnerOptions {
  /**
   * Attempts that may hold a thread at once; one more fails and can be retried.
   *
   * A fuse, not a queue: an attempt in `waitFor` keeps its thread, so making others wait for a
   * thread could make them wait for ever. How many tasks run is the engine's `concurrency`.
   *
   * @defaultValue `Infinity`
   */
  readonly maxThreads?: number;
  /**
   * How long an unused thread is kept, in milliseconds.
   *
   * @defaultValue `10_000`
   */
  readonly idleTimeoutMs?: number;
  /**
   * How long a thread may take to become free when its attempt is over, in milliseconds; then it is
   * ended by force.
   *
   * @defaultValue `2_000`
   */
  readonly killDelayMs?: number;
  /**
   * Limits of each thread, as Node's `Worker` takes them.
   *
   * @defaultValue none
   */
  readonly resourceLimits?: ResourceLimits;
  /**
   * Options of Node for each thread.
   *
   * @defaultValue none
   */
  readonly execArgv?: readonly string[];
  /**
   * Where the runner's own log goes.
   *
   * @defaultValue nowhere
   */
  readonly logger?: Logger;
  /**
   * Where its time comes from.
   *
   * @defaultValue the system's clock
   */
  readonly clock?: Clock;
}

/** Memory limits of a thread, in megabytes. */
export interface ResourceLimits {
  readonly maxOldGenerationSizeMb?: number;
  readonly maxYoungGenerationSizeMb?: number;
  readonly codeRangeSizeMb?: number;
  readonly stackSizeMb?: number;
}

const threadDefaults = {
  maxThreads: Number.POSITIVE_INFINITY,
  idleTimeoutMs: 10_000,
  killDelayMs: 2_000,
  resourceLimits: {},
  execArgv: [],
  logger: silentLogger,
  clock: systemClock,
} as const satisfies Required<ThreadRunnerOptions>;

/**
 * Runs plugins in worker threads. An attempt has a thread to itself; code that ignores its signal,
 * an endless loop too, is ended with its thread.
 */
export function threadRunner(options: ThreadRunnerOptions = {}): Runner {
  return new ThreadRunner({ ...threadDefaults, ...options });
}

/**
 * Each thread is a Piscina pool of one. One pool for all would queue: behind threads that wait for
 * what is queued, and, when a thread dies before it is ready, for ever.
 */
class ThreadRunner implements Runner {
  readonly name = 'thread';
  readonly #options: Required<ThreadRunnerOptions>;
  readonly #idle: Piscina[] = [];
  readonly #pools = new Set<Piscina>();
  readonly #places = new Set<ThreadPlace>();
  #isClosed = false;

  constructor(options: Required<ThreadRunnerOptions>) {
    this.#options = options;
  }

  begin(assignment: Assignment, host: AttemptHost): Execution {
    const { clock, killDelayMs } = this.#options;
    const isFull = this.#inUse() >= this.#options.maxThreads;
    const place = new ThreadPlace({
      clock,
      killDelayMs,
      take: () => this.#take(isFull),
      giveBack: (pool) => this.#keep(pool),
    });
    this.#places.add(place);
    void place.ended.then(() => this.#places.delete(place));
    return new RemoteExecution(assignment, host, place);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const place of this.#places) place.kill('the runner was closed');
    await Promise.all([...this.#places].map(({ ended }) => ended));
    await Promise.all([...this.#pools].map((pool) => pool.destroy()));
  }

  #inUse(): number {
    return [...this.#places].filter(({ isReleased }) => !isReleased).length;
  }

  /** A thread for one attempt, and the file it begins with. */
  async #take(isFull: boolean): Promise<Thread> {
    if (isFull) throw this.#unavailable(`all ${this.#options.maxThreads} threads are in use`);
    const filename = resolvePlaceEntry('thread', 'thread-worker');
    const { Piscina: PoolOfOne } = await import('piscina');
    if (this.#isClosed) throw this.#unavailable('it was closed');
    return { pool: this.#idle.pop() ?? this.#create(PoolOfOne), filename };
  }

  #keep(pool: Piscina): void {
    this.#pools.add(pool);
    this.#idle.push(pool);
  }

  #create(PoolOfOne: typeof Piscina): Piscina {
    const { idleTimeoutMs, resourceLimits, execArgv, logger } = this.#options;
    const pool = new PoolOfOne({
      minThreads: 0,
      maxThreads: 1,
      idleTimeout: idleTimeoutMs,
      // A thread that sleeps in Atomics.wait would freeze what a plugin keeps in its cache.
      atomics: 'disabled',
      recordTiming: false,
      resourceLimits,
      execArgv: [...execArgv],
    });
    this.#pools.add(pool);
    pool.on('error', (error: unknown) => {
      logger.warn({ error: messageOf(error) }, 'A worker thread ended by itself');
    });
    pool.on('workerDestroy', () => {
      this.#pools.delete(pool);
      const index = this.#idle.indexOf(pool);
      if (index !== -1) this.#idle.splice(index, 1);
    });
    return pool;
  }

  #unavailable(problem: string): RunstateError {
    return new RunstateError('RUNNER_UNAVAILABLE', ['thread', problem]);
  }
}

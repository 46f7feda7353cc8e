import { MessageChannel } from 'node:worker_threads';
import type { Piscina } from 'piscina';
import type { Clock } from '../kernel/clock.ts';
import { deferred } from '../kernel/deferred.ts';
import { RunstateError } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { FromPlace, ToPlace } from './channel.ts';
import { noPlace } from './place-entry.ts';
import type { Place, PlaceListener } from './remote-execution.ts';

/** A pool of one thread, and the file that its attempts begin with. */
export interface Thread {
  readonly pool: Piscina;
  readonly filename: string;
}

/** What a place needs of the runner that made it. */
export interface ThreadPlaceOptions {
  readonly clock: Clock;
  readonly killDelayMs: number;
  take(): Promise<Thread>;
  giveBack(pool: Piscina): void;
}

/**
 * A thread, for the time of one attempt.
 *
 * The attempt has a message channel of its own. Its end is the one sure sign that the code is gone:
 * it comes after every message that was sent, and only when the thread has let go of it or has ended.
 */
export class ThreadPlace implements Place {
  readonly runner = 'thread';
  readonly #options: ThreadPlaceOptions;
  readonly #channel = new MessageChannel();
  readonly #ended = deferred<void>();
  #pool: Piscina | null = null;
  #failure: unknown = null;
  #killedBecause: string | null = null;
  #releaseTimer: unknown = null;
  isReleased = false;

  constructor(options: ThreadPlaceOptions) {
    this.#options = options;
  }

  /** Resolves when the thread is free, or gone. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  open(listener: PlaceListener): void {
    const { port1 } = this.#channel;
    const closed = new Promise<void>((resolve) => void port1.once('close', resolve));
    port1.on('message', (message: FromPlace) => listener.message(message));
    void this.#hold(listener, closed);
  }

  send(message: ToPlace): void {
    this.#channel.port1.postMessage(message);
  }

  kill(reason = 'killed'): void {
    this.#killedBecause ??= reason;
    void this.#pool?.destroy();
  }

  release(): void {
    const { clock, killDelayMs } = this.#options;
    this.isReleased = true;
    this.#releaseTimer = clock.setTimeout(() => this.kill(), killDelayMs);
  }

  async #hold(listener: PlaceListener, closed: Promise<void>): Promise<void> {
    const error = await this.#occupy();
    // Where the thread never got its end of the channel, this closes it; elsewhere it does nothing.
    this.#channel.port2.close();
    await closed;
    this.#options.clock.clearTimeout(this.#releaseTimer);
    listener.gone(error);
    this.#ended.resolve();
  }

  /** Has the attempt run in a thread; why it could not, or could not go on. */
  async #occupy(): Promise<Error> {
    let thread: Thread;
    try {
      thread = await this.#options.take();
    } catch (error) {
      return noPlace('thread', error);
    }
    const { pool, filename } = thread;
    if (this.#killedBecause !== null) {
      this.#options.giveBack(pool);
      return this.#lost(this.#killedBecause);
    }
    const { port2 } = this.#channel;
    const remember = (error: unknown): void => void (this.#failure = error);
    // A pool whose thread dies before it is ready keeps what is queued for ever.
    const clear = (): void => queueMicrotask(() => void pool.destroy());
    this.#pool = pool;
    pool.once('error', remember);
    pool.once('workerDestroy', clear);
    try {
      const transferList = [port2];
      await pool.run({ port: port2 }, { transferList, filename, name: 'runAttempt' });
      this.#options.giveBack(pool);
      return this.#lost('it ended before the attempt did');
    } catch (error) {
      void pool.destroy();
      return this.#whyEnded(this.#failure ?? error);
    } finally {
      this.#pool = null;
      pool.off('error', remember);
      pool.off('workerDestroy', clear);
    }
  }

  #whyEnded(error: unknown): Error {
    if (this.#killedBecause !== null) return this.#lost(this.#killedBecause);
    const message = messageOf(error);
    const exitCode = /^worker exited with code: (\d+)$/.exec(message)?.[1];
    if (exitCode !== undefined) return this.#lost(`exit code ${exitCode}`);
    return this.#lost(message, error);
  }

  #lost(how: string, cause?: unknown): RunstateError {
    const options = cause === undefined ? {} : { cause };
    return new RunstateError('RUNNER_LOST', ['worker thread', how], options);
  }
}

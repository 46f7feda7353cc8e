import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import { OneAhead } from './one-ahead.ts';
import { openStream } from './open-stream.ts';
import type { StreamSource } from './open-stream.ts';

/** How long to wait for items, and how fast to ask for them. */
export interface TimeoutIteratorOptions {
  /**
   * Longest wait for one item, in milliseconds; 0 is no limit. In a paced iteration it has to be
   * longer than the pace, or every wait ends in a timeout.
   *
   * @defaultValue `0`
   */
  readonly timeoutMs?: number | undefined;
  /**
   * The pace in seconds per item; 0 is none. The source is asked no faster than that, one item ahead
   * of the reader, and the first item is handed out after two of these periods.
   *
   * @defaultValue `0`
   */
  readonly expectedRateSeconds?: number | undefined;
  /**
   * Ends the iteration at once when it fires, also while an item is waited for.
   *
   * @defaultValue none
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Where time comes from.
   *
   * @defaultValue the system's clock
   */
  readonly clock?: Clock | undefined;
}

const finished = { done: true, value: undefined } as const;

/** How long the end of an iteration waits for a source to close when no timeout was given. */
const defaultCloseMs = 5_000;

interface ResolvedOptions {
  readonly timeoutMs: number;
  readonly expectedRateSeconds: number;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
}

/** Everything that can end a wait (an answer, the signal, `return`) goes through `#wake`. */
class TimeoutIterator<T> implements AsyncGenerator<T, undefined, unknown> {
  readonly #source: StreamSource<T>;
  readonly #options: ResolvedOptions;
  #ahead: OneAhead<T> | null = null;
  #isFinished = false;
  #closed: Promise<void> | null = null;
  #wake = (): void => {};
  #last: Promise<unknown> = Promise.resolve();

  constructor(source: StreamSource<T>, options: ResolvedOptions) {
    this.#source = source;
    this.#options = options;
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const step = this.#last.then(() => this.#step());
    this.#last = step.catch(() => {});
    return step;
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    const { timeoutMs, clock } = this.#options;
    const limitMs = timeoutMs > 0 ? timeoutMs : defaultCloseMs;
    const closed = this.#finish();
    await new Promise<void>((resolve, reject) => {
      const timer = clock.setTimeout(resolve, limitMs);
      closed.finally(() => clock.clearTimeout(timer)).then(resolve, reject);
    });
    return finished;
  }

  async throw(reason: unknown): Promise<never> {
    this.#finish().catch(() => {});
    throw reason;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #step(): Promise<IteratorResult<T, undefined>> {
    if (this.#isFinished) return finished;
    const ahead = this.#ahead ?? (await this.#begin());
    ahead.ask();
    const { timeoutMs } = this.#options;
    const hasCome = await this.#wait(timeoutMs, () => this.#isFinished || ahead.hasAnswer);
    if (!hasCome) {
      this.#finish().catch(() => {});
      throw new RunstateError('ITEM_TIMEOUT', [timeoutMs]);
    }
    const answer = ahead.take();
    if (answer?.type === 'item') return { done: false, value: answer.value };
    this.#finish().catch(() => {});
    if (answer?.type === 'error') throw answer.error;
    return finished;
  }

  /** Opens the source; a paced one is given two periods, whatever it has by then. */
  async #begin(): Promise<OneAhead<T>> {
    const { signal, expectedRateSeconds } = this.#options;
    const ahead = this.#open();
    signal?.addEventListener('abort', this.#onAbort);
    if (signal?.aborted === true) this.#onAbort();
    await this.#wait(
      2 * expectedRateSeconds * 1_000,
      () => this.#isFinished || expectedRateSeconds === 0,
    );
    return ahead;
  }

  #open(): OneAhead<T> {
    const { clock, expectedRateSeconds } = this.#options;
    const onAnswer = (): void => this.#wake();
    const paceMs = expectedRateSeconds * 1_000;
    try {
      this.#ahead = new OneAhead(openStream(this.#source), { paceMs, clock, onAnswer });
    } catch (error) {
      this.#isFinished = true;
      this.#closed = Promise.resolve();
      throw error;
    }
    return this.#ahead;
  }

  readonly #onAbort = (): void => {
    this.#finish().catch(() => {});
  };

  /** Ends the iteration and gives back all it holds; resolves when the source has closed. */
  #finish(): Promise<void> {
    if (this.#closed !== null) return this.#closed;
    this.#isFinished = true;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#wake();
    this.#closed = (async () => (this.#ahead ?? this.#open()).close())();
    return this.#closed;
  }

  /** Waits until `isOver`, at most `limitMs` (0 is no limit); false when the limit ended it. */
  async #wait(limitMs: number, isOver: () => boolean): Promise<boolean> {
    if (isOver()) return true;
    const { clock } = this.#options;
    let timer: unknown = null;
    await new Promise<void>((resolve) => {
      this.#wake = () => {
        if (isOver()) resolve();
      };
      if (limitMs > 0) timer = clock.setTimeout(resolve, limitMs);
    });
    this.#wake = () => {};
    clock.clearTimeout(timer);
    return isOver();
  }
}

function assertNotNegative(name: string, value: number): void {
  if (value >= 0 && Number.isFinite(value)) return;
  throw new RunstateError('INVALID_OPTION', [name, 'a finite number of at least 0', String(value)]);
}

/**
 * Iterates over `source` and never waits for an item longer than it was told to.
 *
 * A wait that takes too long throws `ITEM_TIMEOUT`; an error of the source is thrown as it is; the
 * signal ends the iteration. After each of them the iteration is over and the source is closed.
 *
 * @example
 * ```ts
 * for await (const reading of timeoutIterator(readings, { timeoutMs: 5_000, signal })) {
 *   show(reading);
 * }
 * ```
 * @throws {@link RunstateError} `INVALID_OPTION`; `ITEM_TIMEOUT` from `next()`
 */
export function timeoutIterator<T>(
  source: StreamSource<T>,
  options: TimeoutIteratorOptions = {},
): AsyncGenerator<T, undefined, unknown> {
  const { timeoutMs = 0, expectedRateSeconds = 0, signal, clock = systemClock } = options;
  assertNotNegative('timeoutMs', timeoutMs);
  assertNotNegative('expectedRateSeconds', expectedRateSeconds);
  return new TimeoutIterator(source, { timeoutMs, expectedRateSeconds, signal, clock });
}

import type { Clock } from '../kernel/clock.ts';
import type { OpenStream } from './open-stream.ts';

/** What a source answered when it was asked for an item. */
export type Answer<T> =
  | { readonly type: 'item'; readonly value: T }
  | { readonly type: 'end' }
  | { readonly type: 'error'; readonly error: unknown };

/** What {@link OneAhead} works with. */
export interface OneAheadOptions {
  /** The shortest time between two items, in milliseconds; 0 asks only when told to. */
  readonly paceMs: number;
  readonly clock: Clock;
  /** Called when an answer can be taken. */
  readonly onAnswer: () => void;
}

/**
 * A source and the one slot for its answer.
 *
 * The source is asked when the slot is free and the pace has come round, or, without a pace, when
 * `ask` is called. So there is never more than one answer in hand, and a slow reader slows the
 * source down.
 */
export class OneAhead<T> {
  readonly #stream: OpenStream<T>;
  readonly #options: OneAheadOptions;
  #slot: Answer<T> | null = null;
  #isAsking = false;
  #isDue = false;
  #isClosed = false;
  #timer: unknown = null;

  constructor(stream: OpenStream<T>, options: OneAheadOptions) {
    this.#stream = stream;
    this.#options = options;
    this.#awaitPace();
  }

  /** Whether an answer can be taken. */
  get hasAnswer(): boolean {
    return this.#slot !== null;
  }

  /** Asks the source, unless it owes an answer, one is in hand, or the pace does not allow it. */
  ask(): void {
    const isEarly = this.#options.paceMs > 0 && !this.#isDue;
    if (this.#isClosed || this.#isAsking || this.#slot !== null || isEarly) return;
    this.#isAsking = true;
    this.#isDue = false;
    this.#stream.next().then(
      (step) =>
        this.#fill(step.done === true ? { type: 'end' } : { type: 'item', value: step.value }),
      (error: unknown) => this.#fill({ type: 'error', error }),
    );
  }

  /** Takes the answer in hand; null without one. */
  take(): Answer<T> | null {
    const answer = this.#slot;
    this.#slot = null;
    if (answer?.type === 'item' && this.#isDue) this.ask();
    return answer;
  }

  /**
   * Drops the answer in hand and closes the source; resolves when it has closed. A source that owes
   * an answer closes when it has given it, which may be never: that is not waited for.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#slot = null;
    this.#options.clock.clearTimeout(this.#timer);
    const closed = this.#stream.close();
    if (this.#isAsking) closed.catch(() => {});
    else await closed;
  }

  #fill(answer: Answer<T>): void {
    this.#isAsking = false;
    if (this.#isClosed) return;
    this.#slot = answer;
    if (answer.type === 'item') this.#awaitPace();
    this.#options.onAnswer();
  }

  #awaitPace(): void {
    const { paceMs, clock } = this.#options;
    if (paceMs === 0) return;
    this.#timer = clock.setTimeout(() => {
      this.#isDue = true;
      this.ask();
    }, paceMs);
  }
}

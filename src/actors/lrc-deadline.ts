import type { Clock } from '../kernel/clock.ts';

/** What {@link LrcDeadline} works with. */
export interface LrcDeadlineOptions {
  readonly clock: Clock;
  readonly timeoutMs: number | 'none';
  /** When the time began to run, in milliseconds since the epoch. */
  readonly from: number;
  readonly passed: () => void;
}

/** The time that is left to a command; it can stand still. */
export class LrcDeadline {
  readonly #options: LrcDeadlineOptions;
  #leftMs: number;
  #from: number;
  #timer: unknown = null;

  constructor(options: LrcDeadlineOptions) {
    const { timeoutMs, from } = options;
    this.#options = options;
    this.#leftMs = timeoutMs === 'none' ? Number.POSITIVE_INFINITY : timeoutMs;
    this.#from = from;
    this.#arm();
  }

  /** In milliseconds; infinite without a deadline. */
  get leftMs(): number {
    const { clock } = this.#options;
    const run = this.#timer === null ? 0 : clock.now() - this.#from;
    return Math.max(0, this.#leftMs - run);
  }

  hold(): void {
    if (this.#timer === null) return;
    this.#leftMs = this.leftMs;
    this.#options.clock.clearTimeout(this.#timer);
    this.#timer = null;
  }

  goOn(): void {
    if (this.#timer !== null) return;
    this.#from = this.#options.clock.now();
    this.#arm();
  }

  #arm(): void {
    if (this.#leftMs === Number.POSITIVE_INFINITY) return;
    const { clock, passed } = this.#options;
    const dueMs = Math.max(0, this.#from + this.#leftMs - clock.now());
    this.#timer = clock.setTimeout(passed, dueMs);
  }
}

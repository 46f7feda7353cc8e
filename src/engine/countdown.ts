import type { Clock } from '../kernel/clock.ts';

/** A time limit that can stand still and start afresh; once elapsed or cancelled it is over. */
export class Countdown {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onElapsed: () => void;
  #leftMs: number;
  #startedAt = 0;
  #timer: unknown = null;
  #isPaused = false;

  constructor(clock: Clock, limitMs: number, onElapsed: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#leftMs = limitMs;
    this.#onElapsed = onElapsed;
    this.#start();
  }

  /** Time that is left of the limit, in milliseconds. */
  get leftMs(): number {
    const elapsedMs = this.#timer === null ? 0 : this.#clock.now() - this.#startedAt;
    return this.#leftMs - elapsedMs;
  }

  pause(): void {
    if (this.#timer === null) return;
    this.#leftMs -= this.#clock.now() - this.#startedAt;
    this.#stop();
    this.#isPaused = true;
  }

  resume(): void {
    if (this.#isPaused) this.#start();
  }

  /** Begins the whole limit again. */
  restart(): void {
    if (this.#timer === null) return;
    this.#stop();
    this.#leftMs = this.#limitMs;
    this.#start();
  }

  cancel(): void {
    this.#stop();
    this.#isPaused = false;
  }

  #start(): void {
    this.#isPaused = false;
    this.#startedAt = this.#clock.now();
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = null;
      this.#onElapsed();
    }, this.#leftMs);
  }

  #stop(): void {
    if (this.#timer === null) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}

import type { Clock } from '../../kernel/clock.ts';
import { deferred } from '../../kernel/deferred.ts';
import type { Deferred } from '../../kernel/deferred.ts';
import { guardSignal } from '../../kernel/guarded-signal.ts';
import { onAbort } from '../../kernel/on-abort.ts';

/** One long-running command at work, as its own code and other commands of the device see it. */
export class SimulatedJob {
  /** The id that clients know it by. */
  readonly id: string;
  readonly command: string;
  readonly args: unknown;
  readonly #clock: Clock;
  readonly #onProgress: (percent: number) => void;
  readonly #controller = new AbortController();
  #pause: Deferred<void> | null = null;
  #onPause: (() => void) | null = null;

  constructor(
    order: { readonly id: string; readonly command: string; readonly args: unknown },
    clock: Clock,
    onProgress: (percent: number) => void,
  ) {
    this.id = order.id;
    this.command = order.command;
    this.args = order.args;
    this.#clock = clock;
    this.#onProgress = onProgress;
    guardSignal(this.#controller.signal, () => {});
  }

  /** Aborts when the command is to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isPaused(): boolean {
    return this.#pause !== null;
  }

  /** Tells how far it has come, from 0 to 100. */
  progress(percent: number): void {
    this.#onProgress(percent);
  }

  /** Waits; the time stands still while the job is paused. Rejects when the job is to stop. */
  async delay(ms: number): Promise<void> {
    for (let leftMs = ms; leftMs > 0;) {
      await this.pausePoint();
      leftMs = await this.#run(leftMs);
    }
    await this.pausePoint();
  }

  /** Stands still here while the job is paused; rejects when it is to stop. */
  async pausePoint(): Promise<void> {
    while (this.#pause !== null && !this.signal.aborted) await this.#pause.promise;
    this.signal.throwIfAborted();
  }

  pause(): void {
    this.#pause ??= deferred();
    this.#onPause?.();
  }

  resume(): void {
    this.#pause?.resolve();
    this.#pause = null;
  }

  /** Asks it to stop: its code finds its signal aborted. */
  stop(reason = 'Command has been aborted'): void {
    this.#controller.abort(new Error(reason));
    this.#pause?.resolve();
  }

  /** Lets time run until it is over, or the job is paused; gives what is left of it. */
  #run(leftMs: number): Promise<number> {
    const startedAt = this.#clock.now();
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#clock.clearTimeout(timer);
        forget();
        this.#onPause = null;
        settle();
      };
      const timer = this.#clock.setTimeout(() => end(() => resolve(0)), leftMs);
      const forget = onAbort(this.signal, () => end(() => reject(this.signal.reason as Error)));
      this.#onPause = () =>
        end(() => resolve(Math.max(0, leftMs - (this.#clock.now() - startedAt))));
    });
  }
}

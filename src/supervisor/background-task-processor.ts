import { BackgroundTask } from '../actors/background-task.ts';
import type { BackgroundAction } from '../actors/background-task-logic.ts';
import type { BackgroundTaskOptions } from '../actors/background-task-options.ts';
import { guardedLogger } from '../actors/guarded-logger.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Logger } from '../kernel/logger.ts';
import { stopAllDefaults, stopInReverse } from './stop-in-reverse.ts';
import type { StopAllOptions } from './stop-in-reverse.ts';

/** What a {@link BackgroundTaskProcessor} is made with. */
export interface BackgroundTaskProcessorOptions {
  /**
   * The log of tasks that bring none.
   *
   * @defaultValue none
   */
  readonly logger?: Logger | undefined;
  /** @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
}

/** How a submitted background task runs. */
export type SubmitTaskOptions = Omit<BackgroundTaskOptions, 'clock'>;

/**
 * Starts background tasks, keeps those that run, and forgets each one as soon as it has ended. It
 * needs no engine; an engine's own background tasks can be restarted and raise alarms besides.
 *
 * @example
 * ```ts
 * await using processor = new BackgroundTaskProcessor({ logger });
 * const task = processor.submitTask(readTemperatures, { frequencyHz: 10 });
 * ```
 */
export class BackgroundTaskProcessor implements AsyncDisposable {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #tasks = new Set<BackgroundTask>();
  #stopped: Promise<void> | null = null;

  constructor(options: BackgroundTaskProcessorOptions = {}) {
    const { logger = silentLogger, clock = systemClock } = options;
    this.#logger = guardedLogger(logger);
    this.#clock = clock;
  }

  /** The tasks that have not ended, in the order in which they were submitted. */
  get tasks(): readonly BackgroundTask[] {
    return [...this.#tasks];
  }

  /**
   * Makes a background task of `action` and runs it.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`; `BACKGROUND_STOPPED` after `stop()`
   */
  submitTask(action: BackgroundAction, options: SubmitTaskOptions = {}): BackgroundTask {
    const { logger = this.#logger } = options;
    const task = new BackgroundTask(action, { ...options, logger, clock: this.#clock });
    if (this.#stopped !== null) {
      throw new RunstateError('BACKGROUND_STOPPED', [task.name, 'processor']);
    }
    this.#tasks.add(task);
    void task.ended.then(() => this.#tasks.delete(task));
    task.run();
    return task;
  }

  /**
   * Stops every task, the last submitted first, and takes no more. Resolves when all have ended, or
   * after `graceMs`, with a warning that names those that still run.
   */
  stop({ graceMs = stopAllDefaults.graceMs }: StopAllOptions = {}): Promise<void> {
    this.#stopped ??= this.#stop(graceMs);
    return this.#stopped;
  }

  /** Stops every task, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(graceMs: number): Promise<void> {
    const late = await stopInReverse(this.tasks, graceMs, this.#clock);
    if (late.length === 0) return;
    const tasks = late.map(({ name }) => name);
    const message = `Background tasks still run ${graceMs} ms after they were told to stop: `;
    this.#logger.warn({ tasks }, `${message}${tasks.join(', ')}.`);
  }
}

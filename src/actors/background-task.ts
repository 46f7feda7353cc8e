import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { deferred } from '../kernel/deferred.ts';
import { RunstateError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import { RunState } from '../kernel/task-state.ts';
import { awaitEnd, presentSignal } from './action-scope.ts';
import { createBackgroundActor } from './background-task-logic.ts';
import type { BackgroundAction, BackgroundTaskRef } from './background-task-logic.ts';
import { assertOptions } from './background-task-options.ts';
import type { BackgroundTaskOptions, StopOptions } from './background-task-options.ts';
import { guardedLogger } from './guarded-logger.ts';
import { settlesWithin } from './settles-within.ts';

const runStates: Readonly<Record<string, RunState>> = {
  idle: RunState.STOPPED,
  starting: RunState.STARTING,
  running: RunState.RUNNING,
  stopping: RunState.STOPPING,
  stopped: RunState.STOPPED,
  errored: RunState.ERRORED,
};

/**
 * An action that runs beside everything else: once, or at a frequency, until it is stopped.
 *
 * A task has one life. An error of the action ends it, is logged once and kept for `exception()`;
 * it never becomes an unhandled rejection. It needs no engine.
 *
 * @example
 * ```ts
 * const task = new BackgroundTask(({ signal }) => readTemperatures(signal), { frequencyHz: 10 });
 * task.run();
 * await task.stop();
 * ```
 */
export class BackgroundTask implements AsyncDisposable {
  /** What logs and errors call the task. */
  readonly name: string;
  readonly #action: BackgroundAction;
  readonly #options: BackgroundTaskOptions;
  readonly #clock: Clock;
  readonly #ended = deferred<void>();
  #actor: BackgroundTaskRef | null = null;
  #exception: unknown = null;

  /** @throws {@link RunstateError} `INVALID_OPTION` */
  constructor(action: BackgroundAction, options: BackgroundTaskOptions = {}) {
    if (typeof action !== 'function') {
      throw new TypeError(`Expected \`action\` to be a function, got \`${typeof action}\``);
    }
    assertOptions(options);
    this.name = options.name ?? (action.name === '' ? 'background task' : action.name);
    this.#action = action;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /**
   * The signal of the background work that the present code is part of, however deep it was called;
   * undefined elsewhere. For work that is not handed its signal, such as a decorated method.
   */
  static get signal(): AbortSignal | undefined {
    return presentSignal();
  }

  /** Where the task stands: one of {@link RunState}. */
  get state(): RunState {
    if (this.#actor === null) return RunState.STOPPED;
    const { status, value } = this.#actor.getSnapshot();
    if (status === 'error') return RunState.ERRORED;
    return runStates[typeof value === 'string' ? value : 'running'] ?? RunState.ERRORED;
  }

  /** Resolves when the task has ended, however it ended; never rejects. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /**
   * Starts the task; the first call of the action follows at once. A task that runs goes on.
   *
   * @throws {@link RunstateError} `TASK_ALREADY_COMPLETED` when it was stopped or has ended
   */
  run(): void {
    if (this.running()) return;
    if (this.#actor !== null) throw new RunstateError('TASK_ALREADY_COMPLETED');
    const { frequencyHz = null, overlap = 'skip', logger = silentLogger } = this.#options;
    const actor = createBackgroundActor({
      owner: this,
      name: this.name,
      action: this.#action,
      frequencyHz,
      overlap,
      clock: this.#clock,
      logger: guardedLogger(logger),
      failed: (thrown) => {
        this.#exception = thrown;
      },
    });
    this.#actor = actor;
    actor.subscribe({
      complete: () => this.#ended.resolve(),
      error: (defect) => {
        this.#exception ??= defect;
        this.#ended.resolve();
      },
    });
    actor.start();
    actor.send({ type: 'task.run' });
  }

  /**
   * Stops the task: interrupts the wait for the next tick, fires the action's signal, and resolves
   * when the action has ended. Inside the action itself it resolves as soon as it is noted. Before
   * `run()` it changes nothing.
   *
   * @throws {@link RunstateError} `WAIT_TIMEOUT` when the action has not ended within `timeoutMs`
   */
  stop({ timeoutMs }: StopOptions = {}): Promise<void> {
    if (this.#actor === null) return Promise.resolve();
    if (this.#actor.getSnapshot().status === 'active') this.#actor.send({ type: 'task.stop' });
    const ended = awaitEnd(this, this.ended);
    return timeoutMs === undefined ? ended : this.#within(timeoutMs, ended);
  }

  /** Whether the task is starting or running. */
  running(): boolean {
    return this.state === RunState.STARTING || this.state === RunState.RUNNING;
  }

  /** Whether an error of the action ended the task. */
  hasErrored(): boolean {
    return this.state === RunState.ERRORED;
  }

  /** What the action threw, the very same object; null when it threw nothing. */
  exception(): unknown {
    return this.#exception;
  }

  /** Stops the task, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #within(timeoutMs: number, ended: Promise<void>): Promise<void> {
    if (await settlesWithin(ended, timeoutMs, this.#clock)) return;
    throw new RunstateError('WAIT_TIMEOUT', [
      `The end of background task "${this.name}"`,
      timeoutMs,
    ]);
  }
}

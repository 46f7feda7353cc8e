import { BackgroundTask } from '../actors/background-task.ts';
import type { BackgroundAction } from '../actors/background-task-logic.ts';
import type { BackgroundTaskOptions, StopOptions } from '../actors/background-task-options.ts';
import type { Clock } from '../kernel/clock.ts';
import { deferred } from '../kernel/deferred.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { TaskError } from '../kernel/task-error.ts';
import { RunState } from '../kernel/task-state.ts';
import { describeFailure } from './child-actor.ts';
import { needsRestart } from './child-plan.ts';
import { spendRestart } from './restart-budget.ts';
import type { RestartLimits } from './restart-budget.ts';
import type { RestartType } from './supervisor-definition.ts';
import type { SupervisorAlarm } from './supervisor-ports.ts';

/** How a background task is supervised. */
export interface Supervision extends RestartLimits {
  readonly restart: RestartType;
  readonly clock: Clock;
  /** Never throws. */
  readonly logger: Logger;
  raiseAlarm(alarm: SupervisorAlarm): void;
  /** The task runs no more, or is down until a person gives it a new budget. */
  atRest(task: SupervisedBackgroundTask): void;
}

/**
 * A background task that its pool starts again.
 *
 * Each life is a background task of its own, which has but one; this one stands for all of them, so
 * that the caller holds the same object whatever happens beneath.
 */
export class SupervisedBackgroundTask extends BackgroundTask {
  readonly #action: BackgroundAction;
  readonly #options: BackgroundTaskOptions;
  readonly #supervision: Supervision;
  #life: BackgroundTask | null = null;
  #end = deferred<void>();
  #isToldToStop = false;
  #isDown = false;
  #budget: readonly number[] = [];
  #restarts = 0;
  #lastError: TaskError | null = null;

  constructor(
    action: BackgroundAction,
    options: BackgroundTaskOptions & { readonly name: string },
    supervision: Supervision,
  ) {
    super(action, options);
    this.#action = action;
    this.#options = options;
    this.#supervision = supervision;
  }

  /** Starts after the first one. */
  get restarts(): number {
    return this.#restarts;
  }

  /** The budget of restarts is spent; the task stays ended until a person gives a new one. */
  get isDown(): boolean {
    return this.#isDown;
  }

  /** What it last failed with, in this life or an earlier one. */
  get lastError(): TaskError | null {
    return this.#lastError;
  }

  override get state(): RunState {
    return this.#life?.state ?? RunState.STOPPED;
  }

  override get ended(): Promise<void> {
    return this.#end.promise;
  }

  override run(): void {
    if (this.running()) return;
    if (this.#life !== null) throw new RunstateError('TASK_ALREADY_COMPLETED');
    this.#begin();
  }

  override async stop(options?: StopOptions): Promise<void> {
    if (this.#life === null) return;
    this.#isToldToStop = true;
    if (this.#isDown) {
      this.#isDown = false;
      this.#supervision.atRest(this);
    }
    await this.#life.stop(options);
  }

  override exception(): unknown {
    return this.#life?.exception() ?? null;
  }

  /** Gives a new budget of restarts; a task that is down is started. */
  renewBudget(): void {
    this.#budget = [];
    if (!this.#isDown) return;
    this.#isDown = false;
    this.#end = deferred();
    this.#restarts += 1;
    this.#begin();
  }

  #begin(): void {
    const life = new BackgroundTask(this.#action, this.#options);
    this.#life = life;
    life.run();
    void life.ended.then(() => this.#judge(life));
  }

  /** Decides what follows a life that has ended. */
  #judge(life: BackgroundTask): void {
    const { clock, logger, restart } = this.#supervision;
    const source = `background:${this.name}`;
    const outcome = life.hasErrored() ? 'error' : 'done';
    if (outcome === 'error') {
      this.#lastError = describeFailure(life.exception(), this.#restarts + 1);
    }
    const error = outcome === 'error' && this.#lastError !== null ? { error: this.#lastError } : {};
    if (!this.#isToldToStop && needsRestart(restart, outcome)) {
      const budget = spendRestart(this.#budget, clock.now(), this.#supervision);
      if (budget !== null) {
        this.#budget = budget;
        this.#restarts += 1;
        logger.warn({ source, restarts: this.#restarts, ...error }, `${source} is started again.`);
        this.#begin();
        return;
      }
      this.#isDown = true;
      const { maxRestarts, windowMs } = this.#supervision;
      const what = outcome === 'error' ? 'failed' : 'ended';
      const spent = `${maxRestarts} restarts within ${windowMs} ms`;
      const message = `${what} again after ${spent}; it is down until a person restarts it`;
      this.#supervision.raiseAlarm({ source, message, ...error });
    } else if (outcome === 'error') {
      this.#supervision.raiseAlarm({
        source,
        message: 'failed and is not started again',
        ...error,
      });
    }
    this.#supervision.atRest(this);
    this.#end.resolve();
  }
}

import type { BackgroundTask } from '../actors/background-task.ts';
import type { BackgroundAction } from '../actors/background-task-logic.ts';
import type { BackgroundTaskOptions } from '../actors/background-task-options.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Logger } from '../kernel/logger.ts';
import type { TaskError } from '../kernel/task-error.ts';
import type { RunState } from '../kernel/task-state.ts';
import { showValue } from '../wire/show-value.ts';
import { restartBudgetDefaults } from './restart-budget.ts';
import type { RestartLimits } from './restart-budget.ts';
import { stopAllDefaults, stopInReverse } from './stop-in-reverse.ts';
import type { StopAllOptions } from './stop-in-reverse.ts';
import { SupervisedBackgroundTask } from './supervised-background-task.ts';
import type { RestartType } from './supervisor-definition.ts';
import { supervisorPorts } from './supervisor-ports.ts';
import type { SupervisorAlarm, SupervisorPorts } from './supervisor-ports.ts';

/** How a background task runs, and what happens when it ends. */
export interface BackgroundOptions
  extends Omit<BackgroundTaskOptions, 'clock'>, Partial<RestartLimits> {
  /**
   * When the task is started again: `permanent` always, `transient` after an error, `temporary`
   * never.
   *
   * @defaultValue `'temporary'`
   */
  readonly restart?: RestartType | undefined;
  /**
   * What happens when a live task has the name already: it is refused, or gets a number behind it.
   *
   * @defaultValue `'refuse'`
   */
  readonly onDuplicateName?: 'refuse' | 'number' | undefined;
}

/** What a background pool is made with. */
export interface BackgroundPoolOptions {
  /** @defaultValue the system's clock */
  readonly clock?: Clock | undefined;
  /**
   * The log of tasks that bring none.
   *
   * @defaultValue none
   */
  readonly logger?: Logger | undefined;
  /** Called when a task failed for good; `source` is `background:<name>`. */
  readonly onAlarm?: ((alarm: SupervisorAlarm) => unknown) | undefined;
  /** Called when tasks came or went, or one went down or up. */
  readonly onChange?: (() => unknown) | undefined;
}

/** A background task of a pool, as data. */
export interface BackgroundEntry {
  readonly name: string;
  readonly state: RunState;
  /** Null: called once. */
  readonly frequencyHz: number | null;
  readonly restart: RestartType;
  /** Starts after the first one. */
  readonly restarts: number;
  /** Its budget of restarts is spent: a person is needed. */
  readonly isDown: boolean;
  /** When it was first started, in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly lastError: TaskError | null;
}

interface PoolTask {
  readonly task: SupervisedBackgroundTask;
  readonly options: BackgroundOptions;
  readonly startedAt: number;
}

type Limit = keyof RestartLimits;

const limitRules: readonly (readonly [Limit, (value: number) => boolean, string])[] = [
  [
    'maxRestarts',
    (value) => Number.isSafeInteger(value) && value >= 0,
    'a whole number of at least 0',
  ],
  ['windowMs', (value) => Number.isFinite(value) && value > 0, 'a positive number of milliseconds'],
];

const restartTypes: readonly unknown[] = [
  'permanent',
  'transient',
  'temporary',
] satisfies RestartType[];

/** The limits of a task's restarts. */
function resolveLimits(options: BackgroundOptions): RestartLimits {
  const limits = { ...restartBudgetDefaults } as Record<Limit, number>;
  for (const [name, isKept, expected] of limitRules) {
    const value = options[name] ?? limits[name];
    if (!isKept(value))
      throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
    limits[name] = value;
  }
  return limits;
}

/**
 * Background tasks under supervision: each by its own name, started again as its restart type says
 * and as long as its budget lasts, forgotten when it has ended.
 */
export class BackgroundPool implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #ports: SupervisorPorts;
  readonly #logger: Logger;
  /** In the order in which they were started. */
  readonly #tasks = new Map<string, PoolTask>();
  #stopped: Promise<readonly string[]> | null = null;

  constructor(options: BackgroundPoolOptions = {}) {
    const { clock = systemClock, logger = silentLogger, onAlarm, onChange } = options;
    this.#clock = clock;
    this.#logger = logger;
    this.#ports = supervisorPorts(
      { clock, logger },
      (alarm) => onAlarm?.(alarm),
      () => this.#ports.guarded('listener', () => onChange?.()),
    );
  }

  /** Whether a task is down. */
  get isDegraded(): boolean {
    return [...this.#tasks.values()].some(({ task }) => task.isDown);
  }

  /**
   * Starts a background task. It stands for the same task across restarts.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`, also for a name that is taken;
   * `BACKGROUND_STOPPED`
   */
  run(action: BackgroundAction, options: BackgroundOptions = {}): BackgroundTask {
    const name = this.#nameOf(action, options);
    if (this.#stopped !== null) throw new RunstateError('BACKGROUND_STOPPED', [name, 'pool']);
    const { restart = 'temporary', logger = this.#logger } = options;
    if (!restartTypes.includes(restart)) {
      const expected = "'permanent', 'transient' or 'temporary'";
      throw new RunstateError('INVALID_OPTION', ['restart', expected, showValue(restart)]);
    }
    const { clock } = this.#ports;
    const task = new SupervisedBackgroundTask(
      action,
      { ...options, name, logger, clock },
      {
        ...resolveLimits(options),
        restart,
        clock,
        logger: this.#ports.logger,
        raiseAlarm: (alarm) => this.#ports.raiseAlarm(alarm),
        atRest: (ended) => {
          if (!ended.isDown) this.#tasks.delete(ended.name);
          this.#ports.noteChange();
        },
      },
    );
    this.#tasks.set(name, { task, options, startedAt: clock.now() });
    task.run();
    this.#ports.noteChange();
    return task;
  }

  /** The tasks that run or are down, in the order in which they were started. */
  list(): readonly BackgroundEntry[] {
    return [...this.#tasks.values()].map(({ task, options, startedAt }) => ({
      name: task.name,
      state: task.state,
      frequencyHz: options.frequencyHz ?? null,
      restart: options.restart ?? 'temporary',
      restarts: task.restarts,
      isDown: task.isDown,
      startedAt,
      lastError: task.lastError,
    }));
  }

  /**
   * Gives a task a new budget of restarts; one that is down is started again.
   *
   * @throws {@link RunstateError} `CHILD_UNKNOWN`; `BACKGROUND_STOPPED`
   */
  renewBudget(name: string): void {
    if (this.#stopped !== null) throw new RunstateError('BACKGROUND_STOPPED', [name, 'pool']);
    const found = this.#tasks.get(name);
    if (found === undefined) {
      const names = [...this.#tasks.keys()].join(', ') || 'none';
      throw new RunstateError('CHILD_UNKNOWN', ['background', name, names]);
    }
    found.task.renewBudget();
    this.#ports.noteChange();
  }

  /**
   * Stops every task, the last started first, and starts no more. Resolves when all have ended, or
   * after `graceMs`, with the names of those that still run.
   */
  stopAll({ graceMs = stopAllDefaults.graceMs }: StopAllOptions = {}): Promise<readonly string[]> {
    const tasks = [...this.#tasks.values()].map(({ task }) => task);
    this.#stopped ??= stopInReverse(tasks, graceMs, this.#clock).then((late) =>
      late.map(({ name }) => name),
    );
    return this.#stopped;
  }

  /** Stops every task, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopAll();
  }

  #nameOf(action: BackgroundAction, { name, onDuplicateName }: BackgroundOptions): string {
    const base = name ?? (action.name === '' ? 'background task' : action.name);
    if (!this.#tasks.has(base)) return base;
    if (name !== undefined && onDuplicateName !== 'number') {
      const expected = 'a name that no live background task has';
      throw new RunstateError('INVALID_OPTION', ['name', expected, showValue(name)]);
    }
    let number = 2;
    while (this.#tasks.has(`${base}#${number}`)) number += 1;
    return `${base}#${number}`;
  }
}

import { RunstateError } from '../kernel/errors.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { isTerminal, TaskStatus } from '../kernel/task-state.ts';
import type { CancelAnswer, CancelOptions } from './cancellations.ts';
import type { FutureSource, FutureTask } from './future-source.ts';
import { lostValue, settledValue } from './future-value.ts';
import type { FutureValue } from './future-value.ts';

/** What the slots of one future share. */
export interface SlotParts {
  readonly source: FutureSource;
  /** The plugin's name. */
  readonly plugin: string;
}

/** What is known of a computation before its task is followed, if it ever is. */
export interface SlotStart<TOutput = unknown> {
  readonly index: number;
  readonly input: unknown;
  readonly taskId: number | null;
  readonly submittedAt: number;
  readonly status: TaskStatus;
  readonly value: FutureValue<TOutput> | null;
}

/** Told when a computation has settled, and when what came out of it is here. */
export interface SlotWatch<TOutput = unknown> {
  settled(slot: FutureSlot<TOutput>): void;
  loaded(): void;
  /** Both at once. */
  known(slot: FutureSlot<TOutput>): void;
}

/** Codes that say: the task is gone for good. */
const goneCodes = ['TASK_FORGOTTEN', 'TASK_UNKNOWN'] as const;

const goneCodeOf = (error: unknown): (typeof goneCodes)[number] | undefined =>
  error instanceof RunstateError ? goneCodes.find((code) => code === error.code) : undefined;

/**
 * One computation of a future. While its task is live it holds the task; then it holds the value until
 * that is consumed; after that it knows the id, and reads the value again when it is asked to.
 */
export class FutureSlot<TOutput = unknown> {
  readonly index: number;
  readonly input: unknown;
  /** Null when the submission was refused. */
  readonly taskId: number | null;
  readonly submittedAt: number;
  readonly #parts: SlotParts;
  #task: FutureTask | null = null;
  #status: TaskStatus;
  #value: FutureValue<TOutput> | null;
  #isConsumed = false;
  #reading: Promise<FutureValue<TOutput>> | null = null;

  constructor(
    parts: SlotParts,
    { index, input, taskId, submittedAt, status, value }: SlotStart<TOutput>,
  ) {
    this.#parts = parts;
    this.index = index;
    this.input = input;
    this.taskId = taskId;
    this.submittedAt = submittedAt;
    this.#status = status;
    this.#value = value;
  }

  get status(): TaskStatus {
    return this.#task?.status ?? this.#status;
  }

  get isSettled(): boolean {
    return this.#task === null && isTerminal(this.#status);
  }

  /** What came out of it; null while that is not known, and when it was consumed. */
  get value(): FutureValue<TOutput> | null {
    return this.#value;
  }

  /** The task, while it is live. */
  get task(): FutureTask | null {
    return this.#task;
  }

  /** Follows the task to its end. One that has ended already is read when its value is asked for. */
  follow(task: FutureTask, watch: SlotWatch<TOutput>): void {
    if (isTerminal(task.status)) {
      this.#status = task.status;
      watch.known(this);
      return;
    }
    this.#task = task;
    task.onSettled((result) => this.settle(task, result, watch));
  }

  /** Its task has ended; heard of twice, it counts once. */
  settle(task: FutureTask, result: TaskResult, watch: SlotWatch<TOutput>): void {
    if (this.#task !== task) return;
    this.#task = null;
    this.#status = result.taskStatus;
    watch.settled(this);
    this.#reading = this.#valueOf(task, result);
    // What cannot be had now is read when somebody asks for it, who is told then.
    this.read(true)
      .catch(() => {})
      .finally(() => watch.loaded());
  }

  /** The task cannot be had; when it is gone for good there is nothing to wait for any more. */
  lose(error: unknown, watch: SlotWatch<TOutput>): void {
    if (this.isSettled) return;
    this.#value = this.#lost(error);
    this.#task = null;
    this.#status = this.#value.taskStatus;
    watch.known(this);
  }

  /**
   * What came out of it, from here or from its task. With `keep` it is here from then on.
   *
   * @throws what the source throws when it cannot be asked now
   */
  async read(keep: boolean): Promise<FutureValue<TOutput>> {
    if (this.#value !== null) return this.#value;
    this.#reading ??= this.#again();
    try {
      const value = await this.#reading;
      if (keep) this.#value = value;
      return value;
    } finally {
      this.#reading = null;
    }
  }

  /** Reads a value that has not been consumed, so that it is here. */
  async load(): Promise<void> {
    if (!this.#isConsumed) await this.read(true);
  }

  /** Gives the value away: nothing of it is kept here. */
  async consume(): Promise<FutureValue<TOutput>> {
    const value = await this.read(false);
    // A refused submission can be read nowhere else, and holds no output.
    if (this.taskId !== null) {
      this.#value = null;
      this.#isConsumed = true;
    }
    return value;
  }

  async cancel(options: CancelOptions): Promise<CancelAnswer> {
    if (this.#task !== null) return this.#task.cancel(options);
    return { acknowledgedBy: 'nobody', elapsedMs: 0, status: this.#status };
  }

  /**
   * Its task, as the source knows it now. An engine that forgets at its end gives the same ids again,
   * so what is found has to be what was submitted.
   *
   * @throws {@link RunstateError} `TASK_FORGOTTEN`, `TASK_UNKNOWN`; what the source throws
   */
  async find(): Promise<FutureTask> {
    const { source, plugin } = this.#parts;
    if (this.taskId === null) throw new RunstateError('TASK_UNKNOWN', ['without an id']);
    const task = await source.find(this.taskId);
    const isSame =
      task.submittedAt === this.submittedAt && task.plugin.toLowerCase() === plugin.toLowerCase();
    if (isSame) return task;
    throw new RunstateError('TASK_UNKNOWN', [this.taskId]);
  }

  async #again(): Promise<FutureValue<TOutput>> {
    try {
      const task = await this.find();
      return await this.#valueOf(task, await task.result());
    } catch (error) {
      return this.#lost(error);
    }
  }

  async #valueOf(task: FutureTask, result: TaskResult): Promise<FutureValue<TOutput>> {
    const output = result.error === null ? await task.output() : null;
    return settledValue(this, result, output) as FutureValue<TOutput>;
  }

  /** The value in place of a task that is gone for good; any other error is thrown again. */
  #lost(error: unknown): FutureValue<TOutput> {
    const code = goneCodeOf(error);
    const { taskId, submittedAt } = this;
    if (code === undefined || taskId === null) throw error;
    const taskStatus = this.isSettled ? this.#status : TaskStatus.FAILED;
    const endedAt = this.#parts.source.clock.now();
    const taskName = this.#parts.plugin;
    return lostValue(this, code, { taskId, taskName, taskStatus, submittedAt, endedAt });
  }
}

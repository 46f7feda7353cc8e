import type { Observable } from 'rxjs';
import { deferred } from '../kernel/deferred.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { Actor, TaskEvent } from '../kernel/task-event.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { runStateOf, statusOf } from '../kernel/task-state.ts';
import type { RunState, TaskState, TaskStatus } from '../kernel/task-state.ts';
import type { WaitingFor } from '../kernel/waiting.ts';
import { callSettled } from './call-settled.ts';
import type { CancelAnswer, Cancellations, CancelOptions } from './cancellations.ts';
import type { Core } from './core.ts';
import { EventReader, eventsOf } from './event-reader.ts';
import type { SuspendAnswer, Suspensions } from './suspensions.ts';
import type { Request, TaskRecord } from './task-record.ts';
import { thrownFor } from './thrown-values.ts';
import { waitForPromise } from './wait-for-promise.ts';
import type { WaitOptions } from './wait-for-promise.ts';
import { waitingFor } from './waiting-for.ts';

/** What handles need of the engine. */
export interface HandleParts {
  readonly core: Core;
  readonly cancellations: Cancellations;
  readonly suspensions: Suspensions;
}

/** What a caller holds of a task. It is not a promise: await `result()` or `output()`. */
export class TaskHandle<TOutput = unknown> implements AsyncIterable<TaskEvent> {
  readonly #record: TaskRecord;
  readonly #parts: HandleParts;

  constructor(record: TaskRecord, parts: HandleParts) {
    this.#record = record;
    this.#parts = parts;
  }

  /** A positive integer below 2³¹, never given twice. */
  get id(): number {
    return this.#record.id;
  }

  /** The name given at submission, or the plugin's. */
  get name(): string {
    return this.#record.options.name ?? this.#record.plugin.name;
  }

  /** The plugin's name. */
  get plugin(): string {
    return this.#record.plugin.name;
  }

  /** The tags given at submission. */
  get tags(): readonly string[] {
    return this.#record.options.tags ?? [];
  }

  /** The note given at submission. */
  get note(): string | undefined {
    return this.#record.options.note;
  }

  /** Who submitted it, where that was said. */
  get by(): Actor | undefined {
    return this.#record.options.by;
  }

  /** The input as it was given. */
  get input(): unknown {
    return this.#record.input;
  }

  get status(): TaskStatus {
    return statusOf(this.#record.state);
  }

  /** The task machine's own state. */
  get state(): TaskState {
    return this.#record.state;
  }

  get runState(): RunState {
    return runStateOf(this.#record.state);
  }

  /** The present or last attempt; 0 before the first. */
  get attempt(): number {
    return this.#record.attempt;
  }

  /** Why it does not run at this moment; null when it runs or has ended. */
  get waitingFor(): WaitingFor | null {
    return waitingFor(this.#parts.core, this.#record);
  }

  /** Resolves when the store has it; on a durable store it survives a crash from here on. */
  get accepted(): Promise<void> {
    const record = this.#record;
    if (record.isAccepted) return Promise.resolve();
    if (record.whenAccepted === null) {
      record.whenAccepted = deferred();
      record.whenAccepted.promise.catch(() => {});
      if (record.refusal !== null) record.whenAccepted.reject(record.refusal);
    }
    return record.whenAccepted.promise;
  }

  /**
   * Resolves with the result when the task has settled; failed work does not reject.
   *
   * @throws {@link RunstateError} `WAIT_TIMEOUT`, `WAIT_ABORTED`, which leave the task alone;
   *   `ENGINE_CLOSED` when the engine closed before it settled
   */
  result(options: WaitOptions = {}): Promise<TaskResult<TOutput>> {
    const record = this.#record;
    if (record.result !== null) return Promise.resolve(record.result as TaskResult<TOutput>);
    record.whenSettled ??= deferred();
    const settled = record.whenSettled.promise as Promise<TaskResult<TOutput>>;
    return waitForPromise(this.#parts.core.clock, settled, `The end of task ${record.id}`, options);
  }

  /**
   * Resolves with the output of a completed task.
   *
   * @throws {@link RunstateError} the task's error, with its code, when it did not complete
   */
  async output(options: WaitOptions = {}): Promise<TOutput> {
    const { error, taskId } = await this.result(options);
    if (error === null) return this.#record.output as TOutput;
    throw new RunstateError(error.code, [], {
      message: error.message,
      cause: thrownFor(error) ?? error,
      taskId,
      ...(error.fields === undefined ? {} : { fields: error.fields }),
    });
  }

  /** The task's events, those before the subscription first; completes when it has settled. */
  get events$(): Observable<TaskEvent> {
    return eventsOf(this.#record);
  }

  /** Reads the events at the reader's own pace; one that falls behind gets a `gap`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<TaskEvent> {
    return new EventReader(this.#record);
  }

  /**
   * Ends the task: from the queue at once, a running one by its signal, then by force or abandonment
   * after `graceMs`. Resolves when it has ended, with who acknowledged it.
   */
  cancel(options: CancelOptions = {}): Promise<CancelAnswer> {
    return this.#parts.cancellations.cancel(this.#record, options);
  }

  /**
   * Lets a running task stand still, or holds a pending one; resolves when it does, or has ended.
   * A refusal that nobody awaits ends no process.
   *
   * @throws {@link RunstateError} `SUSPEND_REFUSED`
   */
  suspend(request: Request = {}): Promise<SuspendAnswer> {
    const suspended = this.#parts.suspensions.suspend(this.#record, request);
    suspended.catch(() => {});
    return suspended;
  }

  /** Lets a suspended or held task go on. */
  resume(request: Request = {}): Promise<SuspendAnswer> {
    return this.#parts.suspensions.resume(this.#record, request);
  }

  /**
   * Sends an event to the task's code (`context.messages`, or its own actor). Before the task runs
   * the event waits for it; false when the task has ended and nobody will read it.
   */
  send(event: { readonly type: string }): boolean {
    const record = this.#record;
    if (record.isEnding) return false;
    const { current } = record;
    if (current?.phase === 'process' && current.execution !== null) current.execution.send(event);
    else (record.mailbox ??= []).push(event);
    return true;
  }

  /**
   * Calls `listener` with the result before anyone who waits for it; at once if it has settled. What
   * it throws is logged.
   */
  onSettled(listener: (result: TaskResult<TOutput>) => void): this {
    const record = this.#record;
    const given = listener as (result: TaskResult) => void;
    if (record.result === null) (record.onSettled ??= []).push(given);
    else callSettled(this.#parts.core.logger, given, record.result);
    return this;
  }
}

import { defer, from } from 'rxjs';
import type { Observable } from 'rxjs';
import { deferred } from '../kernel/deferred.ts';
import type { DescribedAnalysis } from '../kernel/described-analysis.ts';
import type { StoredStep, TaskParent } from '../kernel/job-steps.ts';
import type { Actor, TaskEvent } from '../kernel/task-event.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { runStateOf, statusOf } from '../kernel/task-state.ts';
import type { RunState, TaskState, TaskStatus } from '../kernel/task-state.ts';
import type { WaitingFor } from '../kernel/waiting.ts';
import type { CancelAnswer, Cancellations, CancelOptions } from './cancellations.ts';
import type { Core } from './core.ts';
import { describeTask } from './describe-task.ts';
import { EventReader, eventsOf } from './event-reader.ts';
import { readSteps, readStoredEvents } from './stored-contents.ts';
import type { Registry } from './registry.ts';
import type { SuspendAnswer, Suspensions } from './suspensions.ts';
import { endOf, errorOfTask, listenSettled, whatEnds } from './task-end.ts';
import { listChildren } from './task-list.ts';
import type { Request, TaskRecord } from './task-record.ts';
import { waitForPromise } from '../actors/wait-for-promise.ts';
import type { WaitOptions } from '../actors/wait-for-promise.ts';
import { waitingFor } from './waiting-for.ts';

/** What handles need of the engine. */
export interface HandleParts {
  readonly core: Core;
  readonly cancellations: Cancellations;
  readonly suspensions: Suspensions;
  readonly registry: Registry;
}

/** What a handle shows can change only from here: users are not offered it. */
let setRecord: (handle: TaskHandle, record: TaskRecord) => void;

/** Lets a handle show another record of its task: one that runs again, or one that holds less. */
export function showRecord(handle: TaskHandle, record: TaskRecord): void {
  record.handle = handle;
  setRecord(handle, record);
}

/** The one handle of a record. */
export function handleOf(parts: HandleParts, record: TaskRecord): TaskHandle {
  record.handle ??= new TaskHandle(record, parts);
  return record.handle;
}

/**
 * What a caller holds of a task. It is not a promise: await `result()` or `output()`.
 *
 * The handle of a task that settled in this process keeps its result, output and latest events. One
 * that was found in the store reads them there each time they are asked for.
 */
export class TaskHandle<TOutput = unknown> implements AsyncIterable<TaskEvent> {
  #record: TaskRecord;
  readonly #parts: HandleParts;

  static {
    setRecord = (handle, record) => {
      handle.#record = record;
    };
  }

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

  /** The task that this one is a person's rerun of. */
  get rerunOf(): number | undefined {
    return this.#record.options.rerunOf;
  }

  /** The job that this task is a step of, and which. */
  get parent(): TaskParent | undefined {
    return this.#record.parent ?? undefined;
  }

  /** When it was submitted, in milliseconds since the epoch. */
  get submittedAt(): number {
    return this.#record.submittedAt;
  }

  /** When its first attempt started, in milliseconds since the epoch; null before. */
  get startedAt(): number | null {
    return this.#record.startedAt;
  }

  /** When it ended, in milliseconds since the epoch; null before. */
  get endedAt(): number | null {
    const { result, brief } = this.#record;
    return result?.times.endedAt ?? brief?.endedAt ?? null;
  }

  /**
   * How long it has run, in milliseconds: 0 before its first start, till now while it is live, and
   * from start to end once it has ended. For a task in doubt nobody knows; it is 0.
   */
  get runtimeMs(): number {
    const { startedAt, endedAt } = this;
    if (startedAt === null || this.state === 'awaitingOperator') return 0;
    return Math.max(0, (endedAt ?? this.#parts.core.clock.now()) - startedAt);
  }

  /** The input as it was given, its secret fields left out. */
  get input(): unknown {
    return this.#record.shownInput;
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
    const record = this.#record;
    return record.brief === null ? waitingFor(this.#parts.core, record) : null;
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
   *   `ENGINE_CLOSED` when the engine closed before it settled; `TASK_FORGOTTEN` when its record was
   *   dropped from the store that it is read from
   */
  result(options: WaitOptions = {}): Promise<TaskResult<TOutput>> {
    const record = this.#record;
    if (record.result !== null) return Promise.resolve(record.result as TaskResult<TOutput>);
    if (record.brief !== null)
      return endOf(this.#parts.core, record, options).then(
        ({ result }) => result as TaskResult<TOutput>,
      );
    record.whenSettled ??= deferred();
    const settled = record.whenSettled.promise as Promise<TaskResult<TOutput>>;
    return waitForPromise(this.#parts.core.clock, settled, whatEnds(record), options);
  }

  /**
   * Resolves with the output of a completed task.
   *
   * @throws {@link RunstateError} the task's error, with its code, when it did not complete; what
   *   `result` throws
   */
  async output(options: WaitOptions = {}): Promise<TOutput> {
    const { result, output } = await endOf(this.#parts.core, this.#record, options);
    if (result.error === null) return output as TOutput;
    throw errorOfTask(result.error, result.taskId);
  }

  /**
   * The task's events, those before the subscription first; completes when it has settled. Events
   * that are read from a store may come a little later.
   */
  get events$(): Observable<TaskEvent> {
    const record = this.#record;
    return record.brief === null ? eventsOf(record) : defer(() => from(this.#storedEvents()));
  }

  /** Reads the events at the reader's own pace; one that falls behind gets a `gap`. */
  [Symbol.asyncIterator](): AsyncIterableIterator<TaskEvent> {
    const record = this.#record;
    return record.brief === null ? new EventReader(record) : this.#storedEvents();
  }

  /**
   * Ends the task: from the queue at once, a running one by its signal, then by force or abandonment
   * after `graceMs`. Resolves when it has ended, with who acknowledged it.
   */
  cancel(options: CancelOptions = {}): Promise<CancelAnswer> {
    const { brief, state } = this.#record;
    if (brief === null) return this.#parts.cancellations.cancel(this.#record, options);
    return Promise.resolve({ acknowledgedBy: 'nobody', elapsedMs: 0, status: statusOf(state) });
  }

  /**
   * Lets a running task stand still, or holds a pending one; resolves when it does, or has ended.
   * A refusal that nobody awaits ends no process.
   *
   * @throws {@link RunstateError} `SUSPEND_REFUSED`, `INVALID_OPTION`
   */
  suspend(request: Request = {}): Promise<SuspendAnswer> {
    const suspended = this.#parts.suspensions.suspend(this.#record, request);
    suspended.catch(() => {});
    return suspended;
  }

  /**
   * Lets a suspended or held task go on.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`
   */
  resume(request: Request = {}): Promise<SuspendAnswer> {
    const resumed = this.#parts.suspensions.resume(this.#record, request);
    resumed.catch(() => {});
    return resumed;
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
   * Tells how the task was, or is, run: its result so far, parameters, environment and channels.
   *
   * @throws {@link RunstateError} `TASK_FORGOTTEN` when its record was dropped from the store
   */
  describe(): Promise<DescribedAnalysis<TOutput>> {
    return describeTask(this.#parts.core, this.#record);
  }

  /** The tasks that are steps of this one, a job, in the order of their starts. */
  async children(): Promise<readonly TaskHandle[]> {
    const records = await listChildren(this.#parts.core, this.#parts.registry, this.id);
    return records.map((record) => handleOf(this.#parts, record));
  }

  /** The steps of this one, a job, that were started, as they stand now; empty for any other task. */
  steps(): Promise<readonly StoredStep[]> {
    return readSteps(this.#parts.core, this.id);
  }

  /**
   * Calls `listener` with the result before anyone who waits for it; at once if it has settled. What
   * it throws is logged.
   */
  onSettled(listener: (result: TaskResult<TOutput>) => void): this {
    listenSettled(this.#parts.core, this.#record, listener as (result: TaskResult) => void);
    return this;
  }

  #storedEvents(): AsyncGenerator<TaskEvent, undefined> {
    return readStoredEvents(this.#parts.core.store, this.id);
  }
}

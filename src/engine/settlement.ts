import type { TaskError } from '../kernel/task-error.ts';
import { describeError, messageOf } from '../kernel/task-error.ts';
import { formatMessage, RunstateError } from '../kernel/errors.ts';
import type { TaskMachineContext } from '../kernel/task-machine-types.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { TaskState } from '../kernel/task-state.ts';
import type { AttemptControl } from './attempt-control.ts';
import { callSettled } from './call-settled.ts';
import { freeResources, freeSlot } from './core.ts';
import type { Core } from './core.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import { leaveTask } from './leave-task.ts';
import type { Registry } from './registry.ts';
import { cancelText } from './stop-ladder.ts';
import type { StopLadder } from './stop-ladder.ts';
import { askedBy } from './task-record.ts';
import type { TaskRecord } from './task-record.ts';

const attemptOutcomes = {
  completed: 'succeeded',
  failed: 'failed',
  cancelled: 'interrupted',
  timedOut: 'interrupted',
} as const satisfies Partial<Record<TaskState, string>>;

type SettledState = keyof typeof attemptOutcomes;

/** The parts that a settling task has to do with. */
export interface SettlementParts {
  readonly core: Core;
  readonly control: AttemptControl;
  readonly ladder: StopLadder;
  readonly gatekeeper: Gatekeeper;
  readonly registry: Registry;
}

/**
 * The end of a task, in this order: its slot and resources are free, its result is committed,
 * `onSettled` is called, waiters wake, those that come after it go on, `end` listeners are told.
 */
export class Settlement {
  readonly #core: Core;
  readonly #control: AttemptControl;
  readonly #ladder: StopLadder;
  readonly #gatekeeper: Gatekeeper;
  readonly #registry: Registry;

  constructor({ core, control, ladder, gatekeeper, registry }: SettlementParts) {
    this.#core = core;
    this.#control = control;
    this.#ladder = ladder;
    this.#gatekeeper = gatekeeper;
    this.#registry = registry;
  }

  settle(record: TaskRecord, context: TaskMachineContext, state: SettledState): void {
    const { current } = record;
    if (record.isEnding) return;
    record.isEnding = true;
    if (record.state === 'pending') this.#core.pending -= 1;
    const result = this.#resultOf(record, context, state);
    const outcome = context.isAbandoned ? 'abandoned' : attemptOutcomes[state];
    const failure = result.error === null ? {} : { error: result.error };
    const rows = current === null ? [] : [this.#control.finish(current, outcome, failure)];
    this.#gatekeeper.leave(record);
    record.deadline?.cancel();
    record.stopListening?.();
    freeSlot(this.#core, record);
    if (!context.isAbandoned) freeResources(this.#core, record);
    if (record.refusal !== null) return this.#tell(record, result, state);
    const { output, history: events } = record;
    rows.push({ kind: 'settle', result, output, events });
    this.#core.writer.insist(rows, (error) => {
      if (error === null || !this.#core.store.isDurable) {
        if (error !== null) this.#notStored(record, error);
        this.#tellAfterFiles(record, result, state);
      } else if (this.#core.isClosing) this.#leave(record);
      else this.#keepWithoutValues(record, result, error);
    });
  }

  /** What the task gave cannot be kept by any store: it fails, and keeps the rest. */
  #keepWithoutValues(
    record: TaskRecord,
    { payload: _, ...rest }: TaskResult,
    cause: unknown,
  ): void {
    const { history: events, attempt } = record;
    const error = describeError(cause, 'process', attempt);
    const result = { ...rest, taskStatus: statusOf('failed'), payload: null, summary: '', error };
    record.output = null;
    this.#notStored(record, cause);
    this.#core.writer.insist([{ kind: 'settle', result, output: null, events }], (again) => {
      if (again === null) this.#tellAfterFiles(record, result, 'failed');
      else this.#leave(record);
    });
  }

  /** Whoever hears of the end finds its files in the workdir. */
  #tellAfterFiles(record: TaskRecord, result: TaskResult, state: SettledState): void {
    const { workdir } = this.#core;
    if (workdir === null) return this.#tell(record, result, state);
    void workdir.written(record.id).then(() => this.#tell(record, result, state));
  }

  /** Its end could not be kept: after a restart it is as if it still ran, so nobody is told of one. */
  #leave(record: TaskRecord): void {
    leaveTask(this.#core, this.#gatekeeper, record);
    this.#core.idle.check();
  }

  /** The task's machine broke: nothing of it can be asked any more, and the task fails. */
  settleBroken(record: TaskRecord, message: string): void {
    const { current } = record;
    const isRunning =
      current !== null && (current.phase === 'setup' || current.phase === 'process');
    if (isRunning)
      this.#ladder.disown(current, new RunstateError('ENGINE_DEFECT', [], { message }));
    const failure = { code: 'ENGINE_DEFECT', message, attempt: record.attempt, cause: null };
    const context: TaskMachineContext = {
      id: record.id,
      effect: record.plugin.effect,
      maxAttempts: record.attempt,
      attempt: record.attempt,
      isAbandoned: isRunning,
      stop: null,
      verdict: null,
      failure: { ...failure, phase: 'process' },
    };
    this.settle(record, context, 'failed');
  }

  #tell(record: TaskRecord, result: TaskResult, state: SettledState): void {
    record.state = state;
    record.result = result;
    record.detach();
    record.mailbox = null;
    this.#core.live.delete(record.id);
    if (this.#core.live.size === 0) this.#core.keepAlive.release();
    const { log, logger } = this.#core;
    log.publish(record, {
      type: 'status',
      state,
      status: result.taskStatus,
      attempt: result.attempts,
      ...askedBy(state === 'cancelled' ? record.cancellation : record.asked),
    });
    callSettled(logger, record.plugin.onSettled, result);
    callSettled(logger, record.options.onSettled, result);
    for (const listener of record.onSettled ?? []) callSettled(logger, listener, result);
    record.whenSettled?.resolve(result);
    this.#gatekeeper.settled(result);
    this.#registry.ended(record);
    this.#core.idle.check();
  }

  #notStored(record: TaskRecord, error: unknown): void {
    const message = `The result of task ${record.id} could not be stored: ${messageOf(error)}`;
    this.#core.logger.error({ err: error, taskId: record.id }, message);
    this.#core.log.alarm({ taskId: record.id, source: 'store', message });
  }

  /** A completed task has its last attempt's values; any other keeps what there was. */
  #resultOf(record: TaskRecord, context: TaskMachineContext, state: SettledState): TaskResult {
    const isCompleted = state === 'completed';
    const { hasPayload, hasSummary } =
      isCompleted && record.current !== null
        ? record.current
        : { hasPayload: record.hasPayload, hasSummary: true };
    return {
      taskId: record.id,
      taskName: record.plugin.name,
      taskStatus: statusOf(state),
      summary: hasSummary ? record.summary : '',
      payload: (hasPayload ? record.payload : record.output) ?? null,
      implSchemas: record.plugin.implSchemas ?? null,
      error: errorOf(record, context, state),
      teardown: record.teardown,
      times: {
        submittedAt: record.submittedAt,
        startedAt: record.startedAt,
        endedAt: this.#core.clock.now(),
      },
      attempts: context.attempt,
    };
  }
}

function errorOf(
  record: TaskRecord,
  { failure, attempt }: TaskMachineContext,
  state: SettledState,
): TaskError | null {
  switch (state) {
    case 'completed':
      return null;
    case 'failed':
      return failure ?? record.doubt;
    case 'timedOut':
      return failure ?? record.expiry;
    case 'cancelled':
      if (failure === null && record.cancellation?.cause !== undefined) {
        return describeError(record.cancellation.cause, 'process', attempt);
      }
      return (
        failure ?? {
          code: 'CANCELLED',
          message: formatMessage('CANCELLED', [cancelText(record.cancellation?.reason)]),
          phase: attempt === 0 ? 'pending' : 'process',
          attempt,
          cause: null,
        }
      );
  }
}

import type { StoredStep } from '../kernel/job-steps.ts';
import type { TaskError } from '../kernel/task-error.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import type { TaskState } from '../kernel/task-state.ts';
import type {
  EventSource,
  StoredChange,
  StoredRequest,
  StoredTask,
  StoreRow,
  TimerName,
} from '../kernel/store-rows.ts';
import type {
  StoredAttempt,
  StoredBrief,
  StoredUnsettled,
  TaskLookup,
} from '../kernel/task-store.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import { endStateOf } from './end-state.ts';

/** Rows that change a task until it settles. */
export type LiveRow = Extract<
  StoreRow,
  {
    readonly kind:
      | 'change'
      | 'timer'
      | 'attempt'
      | 'place'
      | 'attemptEnd'
      | 'checkpoint'
      | 'doubt'
      | 'step';
  }
>;

/** A task that has settled. */
export type SettledTask = MemoryTask & { readonly result: TaskResult };

/** All that the memory store keeps of a task. */
export class MemoryTask {
  readonly task: StoredTask;
  readonly attempts: StoredAttempt[] = [];
  hold: StoredRequest | null = null;
  cancel: StoredRequest | null = null;
  doubt: TaskError | null = null;
  checkpoint: unknown = undefined;
  timers: Partial<Record<TimerName, number>> | null = null;
  priority: number | undefined = undefined;
  /** Of a job, by path. */
  steps: Map<string, StoredStep> | null = null;
  result: TaskResult | null = null;
  output: unknown = null;
  events: EventSource | null = null;
  /** It is kept no longer; who still comes upon it passes it by. */
  isDropped = false;

  constructor(task: StoredTask) {
    this.task = task;
  }

  get isListed(): boolean {
    return this.result !== null || this.doubt !== null;
  }

  /** A person is asked what became of it. */
  get isAwaiting(): boolean {
    return this.result === null && this.doubt !== null;
  }

  isSettled(): this is SettledTask {
    return this.result !== null;
  }

  settle(result: TaskResult, output: unknown, events: EventSource): void {
    this.result = result;
    this.output = output;
    this.events = events;
  }

  take(row: LiveRow): void {
    switch (row.kind) {
      case 'change':
        return this.#change(row.change);
      case 'step':
        (this.steps ??= new Map()).set(row.step.path, row.step);
        return;
      case 'doubt':
        this.doubt = row.doubt;
        return;
      case 'attempt':
        this.attempts.push({
          attempt: row.attempt,
          at: row.at,
          runner: row.runner,
          environment: row.environment ?? null,
          place: null,
          endedAt: null,
          outcome: null,
          error: null,
        });
        return;
      case 'place':
        return this.#amend(row.attempt, { place: row.place });
      case 'attemptEnd': {
        const { at: endedAt, outcome, error = null } = row;
        return this.#amend(row.attempt, { endedAt, outcome, error });
      }
      case 'checkpoint':
        this.checkpoint = row.value;
        return;
      case 'timer':
        this.timers ??= {};
        if (row.dueAt === null) delete this.timers[row.timer];
        else this.timers[row.timer] = row.dueAt;
        return;
    }
  }

  #change({ hold, cancel, priority }: StoredChange): void {
    if (hold !== undefined) this.hold = hold;
    if (cancel !== undefined) this.cancel = cancel;
    if (priority !== undefined) this.priority = priority;
  }

  /** The submission, with what was changed of it since. */
  get current(): StoredTask {
    const { task, priority } = this;
    if (priority === undefined) return task;
    return { ...task, options: { ...task.options, priority } };
  }

  brief(): StoredBrief {
    const { result, doubt, attempts } = this;
    return {
      task: this.current,
      state: this.#state(),
      startedAt: result === null ? (attempts[0]?.at ?? null) : result.times.startedAt,
      endedAt: result?.times.endedAt ?? null,
      attempts: result?.attempts ?? attempts.length,
      error: result === null ? doubt : result.error,
    };
  }

  lookup(): TaskLookup {
    const { result, output, checkpoint, attempts } = this;
    return {
      found: 'task',
      ...this.brief(),
      result,
      output,
      checkpoint,
      attemptList: [...attempts],
    };
  }

  unsettled(events: readonly TaskEvent[]): StoredUnsettled {
    const { attempts, hold, cancel, doubt, checkpoint, timers } = this;
    return {
      task: this.current,
      attemptList: [...attempts],
      hold,
      cancel,
      doubt,
      checkpoint,
      timers: { ...timers },
      events,
    };
  }

  #state(): TaskState {
    if (this.result !== null) return endStateOf(this.result.taskStatus);
    if (this.doubt !== null) return 'awaitingOperator';
    const last = this.attempts.at(-1);
    return last !== undefined && last.endedAt === null ? 'running' : 'pending';
  }

  #amend(attempt: number, change: Partial<StoredAttempt>): void {
    const index = this.attempts.findLastIndex((each) => each.attempt === attempt);
    const found = this.attempts[index];
    if (found !== undefined) this.attempts[index] = Object.assign({}, found, change);
  }
}

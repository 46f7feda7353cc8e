import type { Clock } from './clock.ts';
import type { StoredStep } from './job-steps.ts';
import type { Logger } from './logger.ts';
import type { RunnerName } from './plugin-traits.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { TaskError } from './task-error.ts';
import type { TaskEvent } from './task-event.ts';
import type { TaskResult } from './task-result.ts';
import type { TaskState, TaskStatus } from './task-state.ts';
import type { StoreStatistics } from './task-statistics.ts';
import type {
  AttemptOutcome,
  StoreRow,
  StoredRequest,
  StoredTask,
  TimerName,
} from './store-rows.ts';

/** One attempt as it is kept. */
export interface StoredAttempt {
  readonly attempt: number;
  readonly at: number;
  readonly runner: RunnerName;
  readonly environment: string | null;
  readonly place: ProcessIdentity | null;
  readonly endedAt: number | null;
  readonly outcome: AttemptOutcome | null;
  readonly error: TaskError | null;
}

/** A task that is not live, without what may be large: its payload, its output, its events. */
export interface StoredBrief {
  readonly task: StoredTask;
  /** `completed`, `failed`, `cancelled`, `timedOut` or `awaitingOperator`. */
  readonly state: TaskState;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** Attempts made. */
  readonly attempts: number;
  /** Why it did not complete, or why a person is asked. */
  readonly error: TaskError | null;
}

/** What the store knows of an id; a live task is found with the state that was last committed. */
export type TaskLookup =
  | (StoredBrief & {
      readonly found: 'task';
      readonly result: TaskResult | null;
      readonly output: unknown;
      readonly checkpoint: unknown;
      readonly attemptList: readonly StoredAttempt[];
    })
  | { readonly found: 'forgotten' }
  | { readonly found: 'nothing' };

/** A task that has not settled, as it is found when the store is opened again. */
export interface StoredUnsettled {
  readonly task: StoredTask;
  readonly attemptList: readonly StoredAttempt[];
  readonly hold: StoredRequest | null;
  readonly cancel: StoredRequest | null;
  readonly doubt: TaskError | null;
  /** Undefined without one. */
  readonly checkpoint: unknown;
  readonly timers: Readonly<Partial<Record<TimerName, number>>>;
  /** Its status and attempt events, and the last thousand of the others, in order. */
  readonly events: readonly TaskEvent[];
}

/** Which tasks to list; all that is given must fit. */
export interface TaskQuery {
  readonly status?: readonly TaskStatus[];
  /** Without regard to case. */
  readonly plugin?: string;
  /** All of them. */
  readonly tags?: readonly string[];
  /** Steps of this job. */
  readonly parent?: number;
  /** A part of the name, the note or the plugin's name, without regard to case. */
  readonly text?: string;
  /** Submitted at this moment or later, and before that one; milliseconds since the epoch. */
  readonly since?: number;
  readonly until?: number;
  /** Only tasks older than this one: the last id of the page before. */
  readonly after?: number;
  readonly limit: number;
}

/** Which events to read; all that is given must fit. */
export interface EventQuery {
  readonly taskId?: number;
  readonly types?: readonly TaskEvent['type'][];
  /** Only events that a person or client caused. */
  readonly isAttributed?: boolean;
  readonly who?: string;
  readonly role?: string;
  readonly via?: string;
  readonly from?: string;
  /** At this moment or later, and before that one; milliseconds since the epoch. */
  readonly since?: number;
  readonly until?: number;
  /** Only events after this sequence number; they come in its order. */
  readonly afterSeq?: number;
  readonly limit: number;
}

/** A key that a submission was made with. */
export interface StoredKey {
  readonly key: string;
  readonly brief: StoredBrief;
}

/** How long settled tasks are kept; the oldest are forgotten first. */
export interface RetentionRule {
  /** The number of settled tasks that are kept. */
  readonly settled?: number;
  /** How long a settled task is kept, in milliseconds from its end. */
  readonly ageMs?: number;
}

/** How long settled tasks are kept, and those of one status in particular. */
export interface Retention extends RetentionRule {
  readonly statuses?: Readonly<Partial<Record<TaskStatus, RetentionRule>>>;
}

/** A value that is there at once, or comes. */
export type MaybePromise<T> = T | Promise<T>;

/** What of a store can be read, also beside an engine that writes. */
export interface TaskStoreReader {
  lookup(id: number): MaybePromise<TaskLookup>;
  /** Tasks that are not live (settled, or waiting for an operator), newest first. */
  list(query: TaskQuery): MaybePromise<readonly StoredBrief[]>;
  /** Events that were committed, in the order of their sequence numbers. */
  events(query: EventQuery): MaybePromise<readonly TaskEvent[]>;
  /** The steps of a job that were started, in the order of their starts. */
  steps(taskId: number): MaybePromise<readonly StoredStep[]>;
  environment(key: string): MaybePromise<Readonly<Record<string, string>> | null>;
  statistics(): MaybePromise<StoreStatistics>;
  close(): MaybePromise<void>;
}

/** What a store is opened with. */
export interface StoreOpening {
  readonly retention?: Retention | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The least id that shall be given. */
  readonly firstId?: number | undefined;
  /** Told of settled tasks that retention, or a `forget` row, has dropped. */
  readonly onForgotten?: (forgotten: readonly StoredBrief[]) => void;
  /** Told when the store can be written no more; every commit fails from then on. */
  readonly onBroken?: (error: Error) => void;
}

/** What a store tells when it is opened. */
export interface Opened {
  /** Ids below it were given before and are never given again. */
  readonly nextId: number;
  /** Sequence numbers of events below it were given before. */
  readonly nextSeq: number;
}

/** Where tasks, attempts, events, checkpoints and results are kept. */
export interface TaskStore extends TaskStoreReader {
  /**
   * Whether what is committed survives the process. One that does not is given events only when a
   * person or client caused them; it reads the others from their task.
   */
  readonly isDurable: boolean;
  open(opening: StoreOpening): MaybePromise<Opened>;
  /** The tasks that had not settled, oldest first; asked for once, before anything is committed. */
  unsettled(): MaybePromise<readonly StoredUnsettled[]>;
  /** The keys of tasks submitted at `since` or later, oldest first. */
  idempotencyKeys(since: number): MaybePromise<readonly StoredKey[]>;
  /**
   * Commits rows as one transaction; a store that is done when it returns gives nothing back. One bad
   * row fails all of them, and the caller tries each alone. What was asked for before a failure was
   * told of fails with it: rows never overtake those that were given earlier.
   */
  commit(rows: readonly StoreRow[]): void | Promise<void>;
}

import type { TaskError } from '../kernel/task-error.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import type { TaskState } from '../kernel/task-state.ts';
import type { StoredRequest, StoredTask, TimerName } from '../kernel/store-rows.ts';

/** One task of a snapshot. What is absent was not there. */
export interface SnapshotTask {
  /** The submission; secret fields of the input stay sealed. */
  readonly task: StoredTask;
  readonly state: TaskState;
  /** Attempts made. */
  readonly attempts: number;
  /** When the first attempt started, in milliseconds since the epoch. */
  readonly startedAt: number | null;
  /** Null when it had not settled. */
  readonly result: TaskResult | null;
  readonly output?: unknown;
  readonly checkpoint?: unknown;
  /** Why it waited for an operator. */
  readonly doubt?: TaskError;
  /** Who held it back. */
  readonly hold?: StoredRequest;
  /** Who was cancelling it. */
  readonly cancel?: StoredRequest;
  /** Its clocks that ran, in milliseconds since the epoch. */
  readonly timers?: Readonly<Partial<Record<TimerName, number>>>;
  readonly events: readonly TaskEvent[];
}

/** The tasks of `saved` plugins at one moment, to be carried to another engine. */
export interface TaskSnapshot {
  readonly format: 'runstate.tasks';
  readonly version: 1;
  /** The engine's name. */
  readonly engine: string;
  /** Milliseconds since the epoch. */
  readonly takenAt: number;
  /** Oldest first. */
  readonly tasks: readonly SnapshotTask[];
  /** Ids of tasks that are not part of it, because their plugins are not `saved`. */
  readonly leftOut: readonly number[];
}

/** A task of a snapshot, and the id that it has here. */
export interface RestoredId {
  readonly was: number;
  readonly is: number;
}

/** How a restore went. */
export interface RestoreAnswer {
  /** Every task of the snapshot. */
  readonly ids: readonly RestoredId[];
  /** Those of them whose id was taken. */
  readonly renamed: readonly RestoredId[];
  /** Those that were here already, of an earlier restore or because they come from here. */
  readonly known: readonly RestoredId[];
  /** Tasks that wait for a person, by the id that they have here, and why. */
  readonly waiting: readonly { readonly id: number; readonly reason: string }[];
}

/** How a reset went. */
export interface ResetAnswer {
  /** Live tasks that were ended. */
  readonly ended: readonly number[];
  /** How many settled tasks were removed, those that were ended among them. */
  readonly removed: number;
  /** Live tasks of `enduring` plugins, which go on. */
  readonly enduring: readonly number[];
  /** Tasks that wait for an operator: what became of them is for a person to say. */
  readonly awaiting: readonly number[];
}

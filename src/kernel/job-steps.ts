import type { TaskError } from './task-error.ts';

/** Where a step of a job stands; one that was never started has no state of its own. */
export type StepState =
  | 'running'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'timedOut'
  | 'awaitingOperator';

/** One step of a job as it is kept, from its start on. */
export interface StoredStep {
  /** Where it stands in the job, such as `steps[2].steps[0]`. */
  readonly path: string;
  readonly state: StepState;
  /** The task that does its work; absent where the job itself does. */
  readonly taskId?: number;
  /** When it was started, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** When it ended, in milliseconds since the epoch. */
  readonly endedAt?: number;
  /** What it gave; absent unless it has completed. */
  readonly result?: unknown;
  /** Why it did not complete. */
  readonly error?: TaskError;
}

/** The task and the step of it that another task does the work of. */
export interface TaskParent {
  /** The job's id. */
  readonly id: number;
  /** The step's path in it. */
  readonly step: string;
}

import type { TaskError } from './task-error.ts';
import type { TaskStatus } from './task-state.ts';

/**
 * What became of the last attempt's teardown: `done`; `failed`; `skipped` (its place was killed, so
 * it cannot run); `deferred` (the abandoned attempt still runs; it follows when that ends); `none`
 * (no attempt was started).
 */
export type TeardownOutcome = 'done' | 'failed' | 'skipped' | 'deferred' | 'none';

/** When a task was submitted, first started and ended; milliseconds since the epoch. */
export interface TaskTimes {
  readonly submittedAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number;
}

/** How a task ended: LUTE's TaskResult with the engine's own figures. */
export interface TaskResult<TOutput = unknown> {
  readonly taskId: number;
  /** The plugin's name. */
  readonly taskName: string;
  readonly taskStatus: TaskStatus;
  /** What the plugin said with `summary()`; an empty text without it. */
  readonly summary: unknown;
  /** The output, or what the plugin gave with `payload()`; a failed task keeps what it had. */
  readonly payload: TOutput | null;
  /** Names of the data formats the payload follows; null without any. */
  readonly implSchemas: readonly string[] | null;
  /** Why it did not complete; null when it did. */
  readonly error: TaskError | null;
  readonly teardown: TeardownOutcome;
  readonly times: TaskTimes;
  /** Attempts made. */
  readonly attempts: number;
}

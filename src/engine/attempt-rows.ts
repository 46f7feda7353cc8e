import type { TaskError } from '../kernel/task-error.ts';
import type { AttemptOutcome, StoreRow } from '../kernel/store-rows.ts';

/** The row of an attempt's end. */
export const attemptEndRow = (
  taskId: number,
  attempt: number,
  outcome: AttemptOutcome,
  at: number,
  error?: TaskError,
): StoreRow => ({
  kind: 'attemptEnd',
  taskId,
  attempt,
  at,
  outcome,
  ...(error === undefined ? {} : { error }),
});

/** The row of what an attempt wants to go on from. */
export const checkpointRow = (
  taskId: number,
  attempt: number,
  at: number,
  value: unknown,
): StoreRow => ({ kind: 'checkpoint', taskId, attempt, at, value });

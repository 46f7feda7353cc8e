import { RunstateError } from '../kernel/errors.ts';
import { isRetention, retentionExpected } from '../kernel/retention.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import type { Retention, RetentionRule } from '../kernel/task-store.ts';
import { showValue } from '../wire/show-value.ts';

/**
 * Settled tasks that are counted and dropped together: those of a status that has a rule of its own,
 * or all the others. So a rule for one status also keeps its tasks longer than the others.
 */
export interface RetentionGroup {
  readonly statuses: readonly TaskStatus[];
  /** How many are kept at most. */
  readonly settled: number;
  /** How long each is kept, from its end. */
  readonly ageMs: number;
}

const settledStatuses: readonly TaskStatus[] = ['completed', 'failed', 'cancelled', 'timedout'];

const group = (
  statuses: readonly TaskStatus[],
  { settled = Number.POSITIVE_INFINITY, ageMs = Number.POSITIVE_INFINITY }: RetentionRule,
): RetentionGroup => ({ statuses, settled, ageMs });

/** @throws {@link RunstateError} `INVALID_OPTION` */
export function assertRetention(retention: unknown): asserts retention is Retention {
  if (isRetention(retention)) return;
  throw new RunstateError('INVALID_OPTION', ['retention', retentionExpected, showValue(retention)]);
}

/** The groups that a rule makes; each status is in exactly one. */
export function retentionGroups({ statuses = {}, ...others }: Retention): RetentionGroup[] {
  const isOwn = (status: TaskStatus): boolean => statuses[status] !== undefined;
  return [
    ...settledStatuses.filter(isOwn).map((status) => group([status], statuses[status] ?? {})),
    group(
      settledStatuses.filter((status) => !isOwn(status)),
      others,
    ),
  ];
}

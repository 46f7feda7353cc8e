import { isTerminal, TaskStatus } from './task-state.ts';
import type { Retention } from './task-store.ts';

/** What {@link isRetention} takes, for messages. */
export const retentionExpected =
  'an object `{ settled?, ageMs?, statuses? }` with whole numbers, 0 or more, and terminal statuses';

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): boolean =>
  value === undefined ||
  value === Number.POSITIVE_INFINITY ||
  (Number.isInteger(value) && (value as number) >= 0);

const isRule = (value: unknown, more: readonly string[] = []): boolean =>
  isObject(value) &&
  Object.keys(value).every((key) => ['settled', 'ageMs', ...more].includes(key)) &&
  isCount('settled' in value ? value.settled : undefined) &&
  isCount('ageMs' in value ? value.ageMs : undefined);

const terminal = new Set<string>(Object.values(TaskStatus).filter(isTerminal));

/** Whether a value from outside says how long settled tasks are kept. */
export function isRetention(value: unknown): value is Retention {
  if (!isRule(value, ['statuses'])) return false;
  const { statuses = {} } = value as { readonly statuses?: unknown };
  return (
    isObject(statuses) &&
    Object.entries(statuses).every(([status, rule]) => terminal.has(status) && isRule(rule))
  );
}

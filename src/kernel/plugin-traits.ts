/** What repeating a plugin means: nothing, going on from a checkpoint, or harm. */
export type Effect = 'idempotent' | 'resumable' | 'unsafe';

const strictness = { idempotent: 0, resumable: 1, unsafe: 2 } as const satisfies Record<
  Effect,
  number
>;

/** Of two effects the one that allows less. */
export const stricter = (a: Effect, b: Effect): Effect => (strictness[a] < strictness[b] ? b : a);

/** Where a plugin's code runs. */
export type RunnerName = 'inline' | 'thread' | 'process';

/**
 * How a running attempt is suspended: by stopping its process group, at its next pause point, or not
 * at all.
 */
export type SuspendPolicy = 'signal' | 'cooperative' | 'refuse';

/** Named resources and the units of each: a name, several names, or `{ name: units }`. */
export type ResourceRequest = string | readonly string[] | Readonly<Record<string, number>>;

/** What {@link isResourceRequest} takes, for messages. */
export const resourcesExpected =
  'a name, a list of names, or an object `{ name: units }` with whole units, 1 or more';

const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isUnits = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0;

/** Whether a value from outside names resources. */
export function isResourceRequest(value: unknown): value is ResourceRequest {
  if (typeof value !== 'object' || value === null) return isName(value);
  if (Array.isArray(value)) return value.every(isName);
  return Object.entries(value).every(([name, units]) => isName(name) && isUnits(units));
}

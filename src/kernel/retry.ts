/** How often and how soon a failed attempt is tried again. */
export interface RetryOptions {
  /** Attempts after the first one. */
  readonly max: number;
  /**
   * Wait before the first retry, in milliseconds.
   *
   * @defaultValue `1_000`
   */
  readonly baseMs?: number;
  /**
   * What each further wait is multiplied by.
   *
   * @defaultValue `2`
   */
  readonly factor?: number;
  /**
   * The longest wait, in milliseconds.
   *
   * @defaultValue `60_000`
   */
  readonly maxMs?: number;
  /**
   * Share of the wait that is random, from 0 to 1, so that many tasks do not come back at once.
   *
   * @defaultValue `0.2`
   */
  readonly jitter?: number;
}

export const retryDefaults = {
  max: 0,
  baseMs: 1_000,
  factor: 2,
  maxMs: 60_000,
  jitter: 0.2,
} as const satisfies Required<RetryOptions>;

const atLeast =
  (least: number, most: number = Number.MAX_VALUE) =>
  (value: unknown): boolean =>
    typeof value === 'number' && value >= least && value <= most;

const rules: Readonly<Record<keyof RetryOptions, (value: unknown) => boolean>> = {
  max: (value) => Number.isInteger(value) && (value as number) >= 0,
  baseMs: atLeast(0),
  factor: atLeast(1),
  maxMs: atLeast(0),
  jitter: atLeast(0, 1),
};

/** What {@link isRetries} takes, for messages. */
export const retriesExpected =
  'a whole number, 0 or more, or `{ max, baseMs, factor, maxMs, jitter }` with `factor` 1 or more and `jitter` from 0 to 1';

/** Whether a value from outside says how often to try again. */
export function isRetries(value: unknown): value is number | RetryOptions {
  if (typeof value !== 'object' || value === null) return rules.max(value);
  const given = Object.entries(value).filter(([, item]) => item !== undefined);
  return (
    'max' in value &&
    given.every(([name, item]) => Object.hasOwn(rules, name) && rules[name as 'max'](item))
  );
}

const noRetries: Required<RetryOptions> = retryDefaults;

/** Completes retry options; a bare number is `max`. */
export function resolveRetry(retries: number | RetryOptions | undefined): Required<RetryOptions> {
  if (retries === undefined || retries === 0) return noRetries;
  const { max, baseMs, factor, maxMs, jitter } =
    typeof retries === 'number' ? { ...retryDefaults, max: retries } : retries;
  return {
    max,
    baseMs: baseMs ?? retryDefaults.baseMs,
    factor: factor ?? retryDefaults.factor,
    maxMs: maxMs ?? retryDefaults.maxMs,
    jitter: jitter ?? retryDefaults.jitter,
  };
}

/**
 * The wait before attempt `attempt + 1`, in milliseconds: exponential, spread by `jitter` to either
 * side, and never longer than `maxMs`; at that limit it is spread to one side.
 *
 * @param random a number from 0 (inclusive) to 1
 */
export function backoffMs(
  { baseMs, factor, maxMs, jitter }: Required<RetryOptions>,
  attempt: number,
  random: number = Math.random(),
): number {
  if (baseMs === 0) return 0;
  const planned = baseMs * factor ** Math.max(0, attempt - 1);
  const longest = Math.min(maxMs, planned * (1 + jitter));
  const shortest = Math.min(maxMs, planned) * (1 - jitter);
  return Math.round(shortest + (longest - shortest) * random);
}

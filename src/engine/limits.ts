import { resolveRetry } from '../kernel/retry.ts';
import type { RetryOptions } from '../kernel/retry.ts';

/** The time limits and retries of a task; a submission's go before a plugin's, a plugin's before the engine's. */
export interface LimitOptions {
  /** One attempt's setup and process, in milliseconds; suspended time does not count. */
  readonly timeoutMs?: number;
  /** From ready to started, in milliseconds. */
  readonly queueTimeoutMs?: number;
  /** From submission to the start of the last teardown, in milliseconds. */
  readonly deadlineMs?: number;
  /** The longest an attempt may show no progress, log or checkpoint, in milliseconds. */
  readonly heartbeatTimeoutMs?: number;
  /**
   * How long `teardown` and `abort` may take, in milliseconds.
   *
   * @defaultValue `10_000`
   */
  readonly teardownTimeoutMs?: number;
  /**
   * How long a cancelled attempt may take to end by itself before it is killed or abandoned, in
   * milliseconds.
   *
   * @defaultValue `5_000`
   */
  readonly graceMs?: number;
  /**
   * Attempts after the first one, or how they are spaced.
   *
   * @defaultValue `0`
   */
  readonly retries?: number | RetryOptions;
}

/** A task's limits, complete; null is none. */
export interface TaskLimits {
  readonly timeoutMs: number | null;
  readonly queueTimeoutMs: number | null;
  readonly deadlineMs: number | null;
  readonly heartbeatTimeoutMs: number | null;
  readonly teardownTimeoutMs: number;
  readonly graceMs: number;
  readonly retry: Required<RetryOptions>;
}

export const limitDefaults = {
  teardownTimeoutMs: 10_000,
  graceMs: 5_000,
} as const;

/** The names of all limits, for checks. */
export const limitNames = [
  'timeoutMs',
  'queueTimeoutMs',
  'deadlineMs',
  'heartbeatTimeoutMs',
  'teardownTimeoutMs',
  'graceMs',
  'retries',
] as const satisfies readonly (keyof LimitOptions)[];

/** Completes limits from the most to the least specific source. */
export function resolveLimits(...sources: readonly LimitOptions[]): TaskLimits {
  const first = <K extends keyof LimitOptions>(name: K): LimitOptions[K] | undefined =>
    sources.find((source) => source[name] !== undefined)?.[name];
  return {
    timeoutMs: first('timeoutMs') ?? null,
    queueTimeoutMs: first('queueTimeoutMs') ?? null,
    deadlineMs: first('deadlineMs') ?? null,
    heartbeatTimeoutMs: first('heartbeatTimeoutMs') ?? null,
    teardownTimeoutMs: first('teardownTimeoutMs') ?? limitDefaults.teardownTimeoutMs,
    graceMs: first('graceMs') ?? limitDefaults.graceMs,
    retry: resolveRetry(first('retries')),
  };
}

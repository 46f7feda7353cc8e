import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Logger } from '../kernel/logger.ts';
import { showValue } from '../wire/show-value.ts';

/** How a device is kept. */
export interface ConnectionOptions {
  /**
   * How long a call may take that says nothing else, in milliseconds.
   *
   * @defaultValue `3_000`
   */
  readonly callTimeoutMs?: number;
  /**
   * How long an attribute may be silent before it is read, in case that its events are lost, in
   * milliseconds; 0 for never.
   *
   * @defaultValue `30_000`
   */
  readonly silenceMs?: number;
  /**
   * How often an attribute whose events are refused is asked for again, in milliseconds.
   *
   * @defaultValue `10_000`
   */
  readonly retryMs?: number;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
  /** @defaultValue nowhere */
  readonly logger?: Logger;
}

/** The options of a connection, complete. */
export type ResolvedConnectionOptions = Required<ConnectionOptions>;

export const connectionDefaults = {
  callTimeoutMs: 3_000,
  silenceMs: 30_000,
  retryMs: 10_000,
} as const satisfies ConnectionOptions;

/**
 * Completes options.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`
 */
export function resolveConnectionOptions(given: ConnectionOptions): ResolvedConnectionOptions {
  const {
    callTimeoutMs = connectionDefaults.callTimeoutMs,
    silenceMs = connectionDefaults.silenceMs,
    retryMs = connectionDefaults.retryMs,
    clock = systemClock,
    logger = silentLogger,
  } = given;
  const least = { callTimeoutMs: 1, silenceMs: 0, retryMs: 1 };
  for (const [name, value] of Object.entries({ callTimeoutMs, silenceMs, retryMs })) {
    if (Number.isFinite(value) && value >= least[name as keyof typeof least]) continue;
    const expected = `a number of milliseconds, ${least[name as keyof typeof least]} or more`;
    throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
  }
  return { callTimeoutMs, silenceMs, retryMs, clock, logger };
}

import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import type { DeviceProxy } from '../kernel/device-proxy.ts';
import { RunstateError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Logger } from '../kernel/logger.ts';
import type { LrcStop, LrcSuspend } from '../kernel/lrc.ts';
import { showValue } from '../wire/show-value.ts';
import { guardedLogger } from './guarded-logger.ts';

/** What stops a command: a command of the device by its name, a function of it, or `'none'`. */
export type LrcStopper = LrcStop | ((device: DeviceProxy) => Promise<unknown>);

/** How a long-running command is sent, followed and stopped. */
export interface LrcOptions {
  /**
   * The longest time from the start to the end, in milliseconds. `'none'` waits for ever.
   *
   * @defaultValue `120_000`
   */
  readonly timeoutMs?: number | 'none';
  /** Stops the command by what `stop` declares, and ends following it. */
  readonly signal?: AbortSignal;
  /**
   * What is sent, and nothing else, when the command is to be stopped: by `abort()`, by `signal` or
   * at its timeout. `'Abort'`, which ends every client's commands on the device, is sent only when no
   * other is live there, or with `abortAll`.
   *
   * @defaultValue `'none'`
   */
  readonly stop?: LrcStopper;
  /**
   * Sends `stop: 'Abort'` also when that ends others' commands.
   *
   * @defaultValue `false`
   */
  readonly abortAll?: boolean;
  /**
   * How long the device may take, after a stop, to tell the end of the command, in milliseconds.
   *
   * @defaultValue `5_000`
   */
  readonly graceMs?: number;
  /**
   * How long the device may take to answer one call, in milliseconds.
   *
   * @defaultValue `3_000`
   */
  readonly callTimeoutMs?: number;
  /**
   * How often the device is looked at in case that events were missed, in milliseconds.
   *
   * @defaultValue `10_000`
   */
  readonly recheckMs?: number;
  /**
   * How long the result may come after the status that ends the command, in milliseconds.
   *
   * @defaultValue `500`
   */
  readonly resultGraceMs?: number;
  /** The commands that pause the command and let it go on; without them it cannot be suspended. */
  readonly suspend?: LrcSuspend;
  /**
   * Is awaited before the command is sent: whoever keeps the intent to send it commits it here. When
   * it rejects nothing is sent.
   */
  readonly beforeSend?: () => unknown;
  /** Is called as soon as the device has given the command an id. */
  readonly onAccepted?: (commandId: string) => unknown;
  /** @defaultValue nowhere */
  readonly logger?: Logger;
  /** @defaultValue the system's clock */
  readonly clock?: Clock;
}

/** Options as the rest of the code sees them: complete. */
export interface ResolvedLrcOptions
  extends
    Required<Omit<LrcOptions, 'signal' | 'suspend' | 'beforeSend' | 'onAccepted'>>,
    Pick<LrcOptions, 'signal' | 'suspend' | 'beforeSend' | 'onAccepted'> {}

export const lrcDefaults = {
  timeoutMs: 120_000,
  stop: 'none',
  abortAll: false,
  graceMs: 5_000,
  callTimeoutMs: 3_000,
  recheckMs: 10_000,
  resultGraceMs: 500,
} as const satisfies LrcOptions;

const durations = ['graceMs', 'callTimeoutMs', 'recheckMs', 'resultGraceMs'] as const;

const refuse = (option: string, expected: string, value: unknown): RunstateError =>
  new RunstateError('INVALID_OPTION', [option, expected, showValue(value)]);

const isDuration = (value: unknown): boolean =>
  typeof value === 'number' && value >= 0 && Number.isFinite(value);

const isName = (value: unknown): boolean => typeof value === 'string' && value !== '';

/**
 * Completes options.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`
 */
export function resolveLrcOptions(options: LrcOptions): ResolvedLrcOptions {
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as LrcOptions;
  const { clock = systemClock, logger = silentLogger } = given;
  const resolved = { ...lrcDefaults, ...given, clock, logger: guardedLogger(logger) };
  const { timeoutMs, stop, signal, suspend } = resolved;
  if (timeoutMs !== 'none' && !isDuration(timeoutMs)) {
    throw refuse('timeoutMs', "a number of milliseconds, or 'none'", timeoutMs);
  }
  for (const name of durations) {
    if (!isDuration(resolved[name]) || (name === 'recheckMs' && resolved[name] === 0)) {
      throw refuse(name, 'a number of milliseconds', resolved[name]);
    }
  }
  if (!isName(stop) && typeof stop !== 'function') {
    throw refuse('stop', "the name of a command, a function, or 'none'", stop);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw refuse('signal', 'an AbortSignal', signal);
  }
  if (suspend !== undefined && !(isName(suspend.pause) && isName(suspend.resume))) {
    throw refuse('suspend', 'the names of two commands, `pause` and `resume`', suspend);
  }
  return resolved;
}

/** Whether a stop ends every client's commands on the device. */
export const stopsEveryone = (stop: LrcStopper): boolean =>
  typeof stop === 'string' && /^abort(?:commands)?$/i.test(stop);

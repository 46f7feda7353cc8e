import { RunstateError } from './errors.ts';
import type { ErrorCode, RunstateErrorOptions } from './errors.ts';

/** One level of a device's exception, in TANGO's words. */
export interface DevError {
  /** A word for programs, such as `API_CommandNotFound`. */
  readonly reason: string;
  readonly severity: 'WARN' | 'ERR' | 'PANIC';
  /** A text for people. */
  readonly description: string;
  /** Where in the device's code it arose. */
  readonly origin: string;
}

/** A device refused a call, or failed in it: TANGO's exception with its whole stack. */
export class DevFailed extends RunstateError {
  override readonly name = 'DevFailed';
  /** From what went wrong first to who reported it last. */
  readonly errors: readonly DevError[];

  constructor(errors: readonly DevError[], options: RunstateErrorOptions = {}) {
    const [{ reason, description } = { reason: 'API_Unknown', description: 'no reason given' }] =
      errors;
    super('DEV_FAILED', [reason, description], options);
    this.errors = errors;
  }

  /** The reason of what went wrong first. */
  get reason(): string {
    return this.errors[0]?.reason ?? 'API_Unknown';
  }
}

/** What goes with an {@link LrcError} beside its text. */
export interface LrcErrorOptions extends RunstateErrorOptions {
  /** Ids on the device that the command may have become. */
  readonly candidates?: readonly string[];
  /** Ids of commands that run on, on the device. */
  readonly stillRunning?: readonly string[];
}

/** A long-running command ended otherwise than well. */
export class LrcError extends RunstateError {
  override readonly name = 'LrcError';
  /** Ids on the device that the command may have become; empty unless `OUTCOME_UNKNOWN`. */
  readonly candidates: readonly string[];
  /** Ids of commands that run on, on the device. */
  readonly stillRunning: readonly string[];

  constructor(
    code: ErrorCode,
    args: readonly (string | number)[] = [],
    options: LrcErrorOptions = {},
  ) {
    super(code, args, options);
    this.candidates = options.candidates ?? [];
    this.stillRunning = options.stillRunning ?? [];
  }
}

import { formatMessage, PermanentFailure, RunstateError } from '../kernel/errors.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import { showValue } from './show-value.ts';

/** What goes with a {@link JobError} beside its text. */
export interface JobErrorOptions extends ErrorOptions {
  /** One of {@link ErrorCode}, or a code of your own, in place of the class's. */
  readonly code?: string;
}

/** A remote job came to a bad end, or was lost from sight. */
export class JobError extends RunstateError {
  override readonly name: string = 'JobError';

  /** @param options `code` is `JOB_FAILED` without another */
  constructor(message: string, { code = 'JOB_FAILED', ...options }: JobErrorOptions = {}) {
    super(code, [], { ...options, message });
  }
}

/**
 * A remote job could not be launched. Thrown by `launch` it says: nothing was launched, so trying
 * again is safe.
 */
export class JobLaunchError extends JobError {
  override readonly name = 'JobLaunchError';

  /** @param options `code` is `JOB_LAUNCH_FAILED` without another */
  constructor(message: string, { code = 'JOB_LAUNCH_FAILED', ...options }: JobErrorOptions = {}) {
    super(message, { code, ...options });
  }
}

/**
 * A remote job could not be followed to its end; it may still run. Thrown by `poll` or `monitor` it
 * says: asking again cannot help.
 */
export class JobMonitorError extends JobError {
  override readonly name = 'JobMonitorError';

  /** @param options `code` is `JOB_MONITOR_FAILED` without another */
  constructor(message: string, { code = 'JOB_MONITOR_FAILED', ...options }: JobErrorOptions = {}) {
    super(message, { code, ...options });
  }
}

type JobErrorClass = new (message: string, options?: JobErrorOptions) => JobError;

/** A job error of runstate's own making, with the table's text. */
export const jobError = (
  Kind: JobErrorClass,
  code: ErrorCode,
  args: readonly string[],
  cause?: unknown,
): JobError =>
  new Kind(formatMessage(code, args), { code, ...(cause === undefined ? {} : { cause }) });

/** Marks what caused an error: trying again cannot help. */
export const permanently = (cause: unknown): Error =>
  new PermanentFailure(messageOf(cause), { cause });

/** The end of a sentence: what the remote side said, where it said something. */
export const saying = (message: string | undefined): string =>
  message === undefined || message === '' ? '.' : `: ${message}`;

/** A remote id as people read it. */
export const inWords = (ref: unknown): string => (typeof ref === 'string' ? ref : showValue(ref));

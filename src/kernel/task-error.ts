import { formatMessage, isPermanent } from './errors.ts';
import type { ErrorCode, FieldProblem } from './errors.ts';

/** The part of an attempt's life in which something happened. */
export type Phase = 'setup' | 'process' | 'teardown' | 'abort';

/** Where an error of a task arose: a phase of an attempt, or the wait before one. */
export type ErrorPhase = Phase | 'pending';

/** What failed in a task, as data: it is stored, sent and shown. */
export interface TaskError {
  /** A runstate code, the error's own `code`, or `PLUGIN_FAILED`. */
  readonly code: string;
  readonly message: string;
  /** Where it failed; a later failure never overwrites it. */
  readonly phase: ErrorPhase;
  /** The attempt it failed in, from 1; 0 before the first one. */
  readonly attempt: number;
  /** The error's own cause, innermost last; null without one. */
  readonly cause: ErrorCause | null;
  /** The traceback, where one exists. */
  readonly stack?: string;
  /** Each field at fault, for `INVALID_INPUT` and `INVALID_OUTPUT`. */
  readonly fields?: readonly FieldProblem[];
  /** Trying again cannot help. */
  readonly isPermanent?: boolean;
}

/** An error's cause, as data. */
export interface ErrorCause {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause: ErrorCause | null;
}

const deepestCause = 8;

/** The code of an error, of ours or of anybody's. */
export const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** A thrown value's text: an error's message, or the value in words. */
export function messageOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return thrown.message === '' ? thrown.name : thrown.message;
    if (typeof thrown === 'string') return thrown;
    return `thrown value: ${JSON.stringify(thrown) ?? String(thrown)}`;
  } catch {
    return `thrown value: ${wordsFor(thrown)}`;
  }
}

function wordsFor(thrown: unknown): string {
  try {
    return Object.prototype.toString.call(thrown);
  } catch {
    return 'one that cannot be read';
  }
}

/** Turns an error's chain of causes into data; endless chains are cut. */
export function describeCause(thrown: unknown, depth = 0): ErrorCause | null {
  if (thrown === undefined || thrown === null || depth >= deepestCause) return null;
  const isError = thrown instanceof Error;
  const code = codeOf(thrown);
  return {
    name: isError ? thrown.name : typeof thrown,
    message: messageOf(thrown),
    ...(code === undefined ? {} : { code }),
    ...(isError && thrown.stack !== undefined ? { stack: thrown.stack } : {}),
    cause: isError ? describeCause(thrown.cause, depth + 1) : null,
  };
}

const fieldsOf = (thrown: unknown): readonly FieldProblem[] =>
  typeof thrown === 'object' &&
  thrown !== null &&
  'fields' in thrown &&
  Array.isArray(thrown.fields)
    ? thrown.fields
    : [];

/** Turns whatever a plugin threw into the data a task keeps of it, also what resists being read. */
export function describeError(thrown: unknown, phase: ErrorPhase, attempt: number): TaskError {
  try {
    return describeReadable(thrown, phase, attempt);
  } catch {
    const code = 'PLUGIN_FAILED';
    return { code, message: messageOf(thrown), phase, attempt, cause: null };
  }
}

function describeReadable(thrown: unknown, phase: ErrorPhase, attempt: number): TaskError {
  const fields = fieldsOf(thrown);
  return {
    code: codeOf(thrown) ?? 'PLUGIN_FAILED',
    message: messageOf(thrown),
    phase,
    attempt,
    cause: thrown instanceof Error ? describeCause(thrown.cause) : null,
    ...(thrown instanceof Error && thrown.stack !== undefined ? { stack: thrown.stack } : {}),
    ...(fields.length === 0 ? {} : { fields }),
    ...(isPermanent(thrown) ? { isPermanent: true } : {}),
  };
}

/** A task error of runstate's own making. */
export function taskError(
  code: ErrorCode,
  args: readonly (string | number)[],
  phase: ErrorPhase,
  attempt: number,
): TaskError {
  return { code, message: formatMessage(code, args), phase, attempt, cause: null };
}

import { isNativeError } from 'node:util/types';
import { PermanentFailure, RunstateError } from '../kernel/errors.ts';
import type { FieldProblem } from '../kernel/errors.ts';
import { findUnstorable } from '../kernel/json.ts';
import { messageOf } from '../kernel/task-error.ts';
import { JobError, JobLaunchError, JobMonitorError } from '../wire/remote-job-errors.ts';

type Primitive = string | number | boolean;

/** An error as plain data: what survives any channel. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly fields?: readonly FieldProblem[];
  /** The error's own short values: `code`, `errno`, `path`… */
  readonly details: Readonly<Record<string, Primitive>>;
  readonly cause?: ThrownData;
}

/** Whatever was thrown, as plain data. */
export type ThrownData =
  | { readonly kind: 'error'; readonly error: ErrorData }
  | { readonly kind: 'value'; readonly value: unknown }
  /** The very error that the attempt's signal was fired with. */
  | { readonly kind: 'abortReason' };

/** A chain of causes longer than this is cut: it may be endless. */
const deepestCause = 8;

/**
 * `name` decides the class of a revived error, so that `instanceof` holds on both sides for the
 * classes both sides have.
 */
const prototypes: ReadonlyMap<string, object> = new Map<string, object>(
  [
    EvalError,
    JobError,
    JobLaunchError,
    JobMonitorError,
    PermanentFailure,
    RangeError,
    ReferenceError,
    RunstateError,
    SyntaxError,
    TypeError,
    URIError,
  ].map((known) => [known.name, known.prototype]),
);

const isError = (value: unknown): value is Error => value instanceof Error || isNativeError(value);

const isPrimitive = (value: unknown): value is Primitive =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';

/** What a type says to be text need not be, where it comes from. */
const asText = (value: unknown): string => String(value);

const carriedApart = new Set(['name', 'message', 'stack', 'cause', 'fields']);

/** Turns whatever was thrown into data; never throws, whatever its getters do. */
export function toThrownData(thrown: unknown, abortReason: unknown = null, depth = 0): ThrownData {
  if (abortReason !== null && thrown === abortReason) return { kind: 'abortReason' };
  try {
    if (isError(thrown)) return { kind: 'error', error: toErrorData(thrown, abortReason, depth) };
    return findUnstorable(thrown) === null
      ? { kind: 'value', value: thrown }
      : { kind: 'value', value: messageOf(thrown) };
  } catch {
    return { kind: 'value', value: 'something that cannot be described' };
  }
}

function toErrorData(error: Error, abortReason: unknown, depth: number): ErrorData {
  const details: Record<string, Primitive> = {};
  for (const [key, value] of Object.entries(error)) {
    if (!carriedApart.has(key) && isPrimitive(value)) details[key] = value;
  }
  // An accessor of the class, as DOMException has, is no entry.
  if ('code' in error && isPrimitive(error.code)) details['code'] = error.code;
  const hasFields = 'fields' in error && Array.isArray(error.fields);
  return {
    name: asText(error.name),
    message: asText(error.message),
    ...(typeof error.stack === 'string' ? { stack: error.stack } : {}),
    ...(hasFields && findUnstorable(error.fields) === null
      ? { fields: error.fields as FieldProblem[] }
      : {}),
    details,
    ...(error.cause === undefined || depth >= deepestCause
      ? {}
      : { cause: toThrownData(error.cause, abortReason, depth + 1) }),
  };
}

/**
 * Makes what was thrown on the other side again; an error comes back as a real one. Takes whatever a
 * plugin may have put on the channel, and never throws.
 */
export function reviveThrown(data: unknown, abortReason: unknown = null): unknown {
  try {
    return revive(data, abortReason, 0);
  } catch {
    return new Error('An error came back that cannot be read.');
  }
}

function revive(data: unknown, abortReason: unknown, depth: number): unknown {
  if (typeof data !== 'object' || data === null || !('kind' in data)) return data;
  const thrown = data as ThrownData;
  switch (thrown.kind) {
    case 'abortReason':
      return abortReason;
    case 'value':
      return thrown.value;
    case 'error':
      return reviveError(thrown.error, abortReason, depth);
    default:
      return data;
  }
}

function reviveError(data: ErrorData, abortReason: unknown, depth: number): Error {
  const hasCause = data.cause !== undefined && depth < deepestCause;
  const options = hasCause ? { cause: revive(data.cause, abortReason, depth + 1) } : {};
  const error = new Error(data.message, options);
  const prototype = prototypes.get(data.name);
  if (prototype !== undefined) Object.setPrototypeOf(error, prototype);
  const hidden = { configurable: true, writable: true, enumerable: false };
  Object.defineProperty(error, 'name', { ...hidden, value: asText(data.name) });
  Object.defineProperty(error, 'stack', { ...hidden, value: data.stack ?? String(error) });
  if (data.fields !== undefined) Object.assign(error, { fields: data.fields });
  return Object.assign(error, data.details);
}

/** What was thrown, as an error: one that is none is put into words. */
export function reviveReason(data: ThrownData): Error {
  const revived = reviveThrown(data);
  return isError(revived) ? revived : new Error(messageOf(revived));
}

import { RunstateError } from '../kernel/errors.ts';
import type { Actor } from '../kernel/task-event.ts';
import { showValue } from '../wire/show-value.ts';
import type { Request } from './task-record.ts';

function refuse(name: string, expected: string, value: unknown): never {
  throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
}

const actorFields = new Set(['who', 'role', 'via', 'from']);

/** What {@link isActor} takes, for messages. */
export const actorExpected = 'an object `{ who, role?, via?, from? }` of texts that says who it is';

/** Whether a value from outside says who asks for something. */
export const isActor = (value: unknown): value is Actor =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).every(
    ([name, text]) =>
      actorFields.has(name) && (typeof text === 'string' || (name !== 'who' && text === undefined)),
  ) &&
  'who' in value &&
  value.who !== '';

/**
 * Refuses what does not say who asks for something, and why, beside whatever else is said.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`
 */
export function assertAsked(request: Request): void {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    return refuse('options', 'an object', request);
  }
  const { by, reason } = request;
  if (by !== undefined && !isActor(by)) refuse('by', actorExpected, by);
  if (reason !== undefined && typeof reason !== 'string') refuse('reason', 'a text', reason);
}

/**
 * Refuses what does not say who asks for something, and why.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`
 */
export function assertRequest(request: Request): void {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    return refuse('request', 'an object `{ by, reason }`', request);
  }
  for (const [name, value] of Object.entries(request)) {
    if (name !== 'by' && name !== 'reason') refuse(name, 'one of by, reason', value);
  }
  assertAsked(request);
}

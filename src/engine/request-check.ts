import { RunstateError } from '../kernel/errors.ts';
import { showValue } from '../wire/show-value.ts';
import type { Request } from './task-record.ts';

function refuse(name: string, expected: string, value: unknown): never {
  throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
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
  const { by, reason } = request;
  if (by !== undefined && (typeof by?.who !== 'string' || by.who === '')) {
    refuse('by', 'an object `{ who }` that says who it is', by);
  }
  if (reason !== undefined && typeof reason !== 'string') refuse('reason', 'a text', reason);
}

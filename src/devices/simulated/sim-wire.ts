import { DevFailed } from '../../kernel/device-errors.ts';
import type { DevError } from '../../kernel/device-errors.ts';
import { messageOf } from '../../kernel/task-error.ts';

/**
 * The lines between a client and a process that serves simulated devices. A client sends
 * `{ id, device, call, … }`; the server answers `{ id, value }` or `{ id, error }`, and tells events
 * as `{ subscription, value }`.
 */

/** What a device refused with, as data. */
export interface WireError {
  readonly message: string;
  /** The whole stack, where the device refused in TANGO's words. */
  readonly errors?: readonly DevError[];
}

export const toWireError = (error: unknown): WireError =>
  error instanceof DevFailed
    ? { message: error.message, errors: error.errors }
    : { message: messageOf(error) };

export function fromWireError({ message, errors }: WireError, device: string): Error {
  const stack = errors ?? [
    { reason: 'API_Failed', severity: 'ERR' as const, description: message, origin: device },
  ];
  return new DevFailed(stack);
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

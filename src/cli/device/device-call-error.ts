import { messageOf } from '../../kernel/task-error.ts';
import { codeOf } from '../terminal.ts';

/** A call to a device failed: says which, and has the code of what it failed with. */
export class DeviceCallError extends Error {
  override readonly name = 'DeviceCallError';
  readonly code: string | undefined;

  constructor(what: string, cause: unknown) {
    super(`${what}: ${messageOf(cause)}`, { cause });
    this.code = codeOf(cause);
  }
}

/** Gives what a call gives; what it fails with says which call that was. */
export async function calling<T>(what: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new DeviceCallError(what, error);
  }
}

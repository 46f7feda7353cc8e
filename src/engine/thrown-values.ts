import type { TaskError } from '../kernel/task-error.ts';

/**
 * What plugins threw, by the task error made of it. The error is data, to be stored and sent; in this
 * process the thrown value itself is kept beside it, for as long as the error is.
 */
const thrownValues = new WeakMap<TaskError, unknown>();

export function rememberThrown(error: TaskError, thrown: unknown): void {
  thrownValues.set(error, thrown);
}

/** What was thrown; undefined when it was nothing, or the error came from elsewhere. */
export const thrownFor = (error: TaskError): unknown => thrownValues.get(error);

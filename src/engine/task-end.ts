import { deferred } from '../kernel/deferred.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { TaskError } from '../kernel/task-error.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { TaskStoreReader } from '../kernel/task-store.ts';
import { callSettled } from './call-settled.ts';
import type { Core } from './core.ts';
import { readStored } from './stored-contents.ts';
import type { TaskRecord } from './task-record.ts';
import { thrownFor } from './thrown-values.ts';
import { waitForPromise } from '../actors/wait-for-promise.ts';
import type { WaitOptions } from '../actors/wait-for-promise.ts';

/** What a settled task has come to. */
export interface TaskEnd {
  readonly result: TaskResult;
  readonly output: unknown;
}

/** What one waits for, in words. */
export const whatEnds = ({ id }: TaskRecord): string => `The end of task ${id}`;

/** Resolves when the task has settled, with what is kept of it in memory, or else in the store. */
export async function endOf(
  { clock, store }: Core,
  record: TaskRecord,
  options: WaitOptions,
): Promise<TaskEnd> {
  const { id, brief, result, output } = record;
  if (result !== null) return { result, output };
  if (brief !== null) return waitForPromise(clock, storedEnd(store, id), whatEnds(record), options);
  const { promise } = (record.whenSettled ??= deferred());
  const settled = await waitForPromise(clock, promise, whatEnds(record), options);
  return { result: settled, output: record.output };
}

async function storedEnd(store: TaskStoreReader, id: number): Promise<TaskEnd> {
  const { result, output, state } = await readStored(store, id);
  if (result === null) throw new RunstateError('TASK_NOT_SETTLED', [id, statusOf(state)]);
  return { result, output };
}

/** A task's error as it is thrown to who waits for its output; its cause is what its code threw. */
export const errorOfTask = (error: TaskError, taskId: number): RunstateError =>
  new RunstateError(error.code, [], {
    message: error.message,
    cause: thrownFor(error) ?? error,
    taskId,
    ...(error.fields === undefined ? {} : { fields: error.fields }),
  });

/** Calls a listener with the result when the task has settled; at once, if it has. */
export function listenSettled(
  core: Core,
  record: TaskRecord,
  listener: (result: TaskResult) => void,
): void {
  const { logger } = core;
  if (record.result !== null) callSettled(logger, listener, record.result);
  else if (record.brief === null) (record.onSettled ??= []).push(listener);
  else {
    endOf(core, record, {}).then(
      ({ result }) => callSettled(logger, listener, result),
      (error: unknown) => logger.error({ err: error, taskId: record.id }, 'no result to tell'),
    );
  }
}

import { deferred } from '../kernel/deferred.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { statusOf } from '../kernel/task-state.ts';
import type { TaskStoreReader } from '../kernel/task-store.ts';
import type { Core } from './core.ts';
import { readStored } from './stored-contents.ts';
import type { TaskRecord } from './task-record.ts';
import { waitForPromise } from './wait-for-promise.ts';
import type { WaitOptions } from './wait-for-promise.ts';

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

import { readStored } from './stored-contents.ts';
import type { TaskRecord } from './task-record.ts';
import type { TaskRoom } from './task-room.ts';

/**
 * The record of a task, live or settled.
 *
 * @throws {@link RunstateError} `TASK_FORGOTTEN`, `TASK_UNKNOWN`
 */
export async function findRecord({ core, registry }: TaskRoom, id: number): Promise<TaskRecord> {
  const held = registry.held(id);
  if (held !== undefined) return held;
  const found = await readStored(core.store, id);
  // One that was live when the store was asked has settled since.
  return registry.recordOf(found.result === null ? await readStored(core.store, id) : found);
}

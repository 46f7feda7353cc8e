import { deferred } from '../kernel/deferred.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { Core } from './core.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import type { TaskRecord } from './task-record.ts';

/**
 * Lets go of a task that has not settled, because the engine ends and its store keeps the task. Who
 * waits for it is told so.
 */
export function leaveTask(core: Core, gatekeeper: Gatekeeper, record: TaskRecord): void {
  if (record.isOver) return;
  if (record.state === 'pending' && !record.isEnding) core.pending -= 1;
  record.isLeft = true;
  record.isEnding = true;
  gatekeeper.leave(record);
  record.deadline?.cancel();
  record.stopListening?.();
  record.detach();
  core.live.delete(record.id);
  core.doubts.delete(record.id);
  if (core.live.size === 0) core.keepAlive.release();
  record.whenSettled ??= deferred();
  record.whenSettled.promise.catch(() => {});
  record.whenSettled.reject(new RunstateError('ENGINE_CLOSED', [record.id], { taskId: record.id }));
  for (const tell of record.listeners ?? []) tell();
}

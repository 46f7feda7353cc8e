import type { TaskState, TaskStatus } from '../kernel/task-state.ts';
import type { StoredSettled } from '../kernel/task-store.ts';
import { finishPlugin } from '../wire/plugin.ts';
import { resolveLimits } from './limits.ts';
import { nothing } from './resource-ledger.ts';
import { TaskRecord } from './task-record.ts';

const stateOf: Readonly<Partial<Record<TaskStatus, TaskState>>> = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  timedout: 'timedOut',
};

/** A settled task as the store kept it, in the form that handles read. Its plugin may be gone. */
export function settledRecord({ task, result, output, events }: StoredSettled): TaskRecord {
  const plugin = finishPlugin({ name: task.plugin, code: null, logic: null });
  const { id, input, submittedAt, name, tags, note, by } = task;
  const options = {
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags }),
    ...(note === undefined ? {} : { note }),
    ...(by === undefined ? {} : { by }),
  };
  const limits = resolveLimits();
  const record = new TaskRecord(id, plugin, input, options, limits, nothing, submittedAt, 0);
  record.isAccepted = true;
  record.state = stateOf[result.taskStatus] ?? 'failed';
  record.attempt = result.attempts;
  record.startedAt = result.times.startedAt;
  record.output = output;
  record.isEnding = true;
  record.result = result;
  for (const event of events) record.history.push(event);
  return record;
}

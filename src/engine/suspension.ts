import { deferred } from '../kernel/deferred.ts';
import type { AcknowledgedBy, Request, Suspension, TaskRecord } from './task-record.ts';

/** Why a plugin's task with this input cannot be suspended; null when it can. */
export function whyNotSuspended({
  plugin,
  input,
}: Pick<TaskRecord, 'plugin' | 'input'>): string | null {
  const { builtIn, logic, name } = plugin;
  if (builtIn !== undefined) return builtIn.cannotSuspend?.(input) ?? null;
  if (plugin.suspend !== 'refuse') return null;
  return logic !== null
    ? `plugin "${name}" runs an actor of its own. Send it an event, or cancel the task.`
    : `plugin "${name}" declares suspend "refuse" (the default of an unsafe one). Cancel the task, or declare suspend "cooperative".`;
}

/** Tells the code of a running task to stand still. */
export function beginSuspension(
  record: TaskRecord,
  request: Request,
  isInterlock: boolean,
): Suspension {
  const { by, reason } = request;
  const { current } = record;
  const suspension: Suspension = {
    by,
    reason,
    isInterlock,
    answer: deferred<AcknowledgedBy>(),
    isParked: false,
    resuming: null,
  };
  record.suspension = suspension;
  if (current?.phase === 'process') current.execution?.suspend();
  return suspension;
}

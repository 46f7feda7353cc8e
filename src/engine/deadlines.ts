import type { StoreRow } from '../kernel/store-rows.ts';
import { Countdown } from './countdown.ts';
import type { Core } from './core.ts';
import { deadlineError } from './stop-ladder.ts';
import type { TaskRecord } from './task-record.ts';

/** Starts a task's deadline; it is over at once when nothing is left of it. */
export function startDeadline({ clock }: Core, record: TaskRecord, leftMs: number): void {
  const limitMs = record.limits.deadlineMs ?? clock.now() + leftMs - record.submittedAt;
  const expire = (): void => {
    const error = deadlineError(limitMs, record);
    record.expiry ??= error;
    record.send({ type: 'task.expire', cause: 'deadline', error });
  };
  if (leftMs <= 0) expire();
  else record.deadline = new Countdown(clock, leftMs, expire);
}

/** When the deadline passes, as it is kept; a suspended task's clock stands still. */
export function deadlineRow({ clock }: Core, record: TaskRecord): StoreRow | null {
  const { id: taskId, deadline } = record;
  if (deadline === null) return null;
  return { kind: 'timer', taskId, timer: 'deadline', dueAt: clock.now() + deadline.leftMs };
}

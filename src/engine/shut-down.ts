import { RunstateError } from '../kernel/errors.ts';
import type { Core } from './core.ts';
import { leaveTask } from './leave-task.ts';
import { shutdown } from './stop-ladder.ts';
import type { TaskRoom } from './task-room.ts';
import { waitForPromise } from '../actors/wait-for-promise.ts';

/**
 * Brings the tasks of a closing engine to their end. What runs may end by itself for `graceMs`, and is
 * then told to stop, with as much grace again. What is pending is cancelled, or, where the store keeps
 * it, left there for the next engine.
 */
export async function endTasks(room: TaskRoom, graceMs: number): Promise<void> {
  const { core } = room;
  core.isClosing = true;
  core.admission.close();
  if (core.store.isDurable) await drainTasks(room, graceMs);
  else await cancelTasks(room, graceMs);
}

async function cancelTasks(room: TaskRoom, graceMs: number): Promise<void> {
  const { core, cancellations } = room;
  for (const record of core.live.values()) {
    if (record.state === 'pending') void cancellations.cancel(record, shutdown);
  }
  const ended = core.idle.until(() => core.live.size === 0);
  if (!(await comesWithin(room, ended, graceMs))) {
    for (const record of core.live.values()) {
      void cancellations.cancel(record, { ...shutdown, graceMs });
    }
  }
  await ended;
  leaveTasks(room);
}

async function drainTasks(room: TaskRoom, graceMs: number): Promise<void> {
  const { core, cancellations } = room;
  const ended = core.idle.until(() => isAtRest(core));
  if (!(await comesWithin(room, ended, graceMs))) {
    for (const record of core.live.values()) {
      if (record.state !== 'pending') cancellations.interrupt(record, graceMs);
    }
    core.writer.giveUp();
  }
  await ended;
  leaveTasks(room);
}

/** Whether nothing runs, and no end is being committed: what is left is pending, or in doubt. */
function isAtRest({ live, pending }: Core): boolean {
  if (live.size === pending) return true;
  for (const { state, isEnding } of live.values()) {
    if (isEnding || (state !== 'pending' && state !== 'awaitingOperator')) return false;
  }
  return true;
}

/** Lets go of all tasks that have not settled; who waits for one is told so. */
export function leaveTasks({ core, gatekeeper }: TaskRoom): void {
  const left = [...core.live.values(), ...core.doubts.values()];
  if (left.length === 0) return;
  for (const record of left) leaveTask(core, gatekeeper, record);
  const ids = left.map(({ id }) => id).join(', ');
  core.idle.fail(new RunstateError('ENGINE_CLOSED', [ids]));
}

/** Whether something comes within a time. */
async function comesWithin(
  { core: { clock } }: TaskRoom,
  promise: Promise<void>,
  timeoutMs: number,
): Promise<boolean> {
  try {
    await waitForPromise(clock, promise, 'The end of all tasks', { timeoutMs });
    return true;
  } catch {
    return false;
  }
}

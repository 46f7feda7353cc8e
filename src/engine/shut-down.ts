import type { TaskRoom } from './task-room.ts';
import { waitForPromise } from './wait-for-promise.ts';

/** The reason that tasks which closing ends are given. */
const shutdown = { reason: 'shutdown' } as const;

/**
 * Brings the tasks of a closing engine to their end: pending ones are cancelled, running ones may
 * end by themselves for `graceMs`, and are then cancelled with as much grace again.
 */
export async function endTasks(room: TaskRoom, graceMs: number): Promise<void> {
  const { core, cancellations } = room;
  core.isClosing = true;
  core.admission.close();
  for (const record of core.live.values()) {
    if (record.state === 'pending') void cancellations.cancel(record, shutdown);
  }
  const ended = room.whenIdle();
  try {
    await waitForPromise(core.clock, ended, 'The end of all tasks', { timeoutMs: graceMs });
  } catch {
    for (const record of core.live.values()) {
      void cancellations.cancel(record, { ...shutdown, graceMs });
    }
  }
  await ended;
}

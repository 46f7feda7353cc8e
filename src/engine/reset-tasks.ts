import { readPages } from './stored-contents.ts';
import type { Core } from './core.ts';
import { listTasks } from './task-list.ts';
import type { Request, TaskRecord } from './task-record.ts';
import type { TaskRoom } from './task-room.ts';
import type { ResetAnswer } from './task-snapshot.ts';

/** Of one whose plugin is gone the store knows more. */
async function isEnduring({ store }: Core, { id, plugin, gate }: TaskRecord): Promise<boolean> {
  if (gate?.isWithoutPlugin !== true) return plugin.enduring === true;
  const found = await store.lookup(id);
  return found.found === 'task' && found.task.isEnduring === true;
}

/** Ends the live tasks that do not endure; what waits is ended first, so that none of it starts. */
async function endLive(
  { cancellations }: TaskRoom,
  records: readonly TaskRecord[],
  request: Request,
): Promise<void> {
  const asked = { by: request.by, reason: request.reason ?? 'reset' };
  const inOrder = records.toSorted(
    (a, b) => Number(b.state === 'pending') - Number(a.state === 'pending'),
  );
  await Promise.all(inOrder.map((record) => cancellations.cancel(record, asked)));
}

/**
 * Ends every task of the moment that does not endure, and removes all settled ones of that moment that
 * do not. What waits for an operator stays: a reset does not know what became of it.
 */
export async function resetTasks(room: TaskRoom, request: Request): Promise<ResetAnswer> {
  const { core, registry } = room;
  const [newest] = await listTasks(core, registry, { limit: 1 });
  const enduring: TaskRecord[] = [];
  const ending: TaskRecord[] = [];
  const live = [...core.live.values()];
  for (const record of live) {
    ((await isEnduring(core, record)) ? enduring : ending).push(record);
  }
  await endLive(room, ending, request);
  const answer = {
    ended: ending.map(({ id }) => id),
    enduring: enduring.map(({ id }) => id),
  };
  const removal =
    newest === undefined ? { removed: 0, awaiting: [] } : await removeSettled(room, newest.id);
  await registry.told();
  return { ...answer, ...removal };
}

async function removeSettled(
  { core }: TaskRoom,
  newestId: number,
): Promise<Pick<ResetAnswer, 'removed' | 'awaiting'>> {
  const awaiting: number[] = [];
  let removed = 0;
  for await (const page of readPages(core.store, { after: newestId + 1 })) {
    const taskIds: number[] = [];
    for (const { task, state } of page) {
      if (state === 'awaitingOperator') awaiting.push(task.id);
      else if (task.isEnduring !== true) taskIds.push(task.id);
    }
    if (taskIds.length > 0) await core.writer.commit({ kind: 'forget', taskIds });
    removed += taskIds.length;
  }
  return { removed, awaiting };
}

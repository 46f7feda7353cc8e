import type { ProcessIdentity } from '../kernel/process-identity.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { StoredUnsettled } from '../kernel/task-store.ts';
import type { Core } from './core.ts';

/** Processes that are looked for at once. */
const atOnce = 32;

/** Why a task's process could not be ended, by the task's id. */
export type LivingOrphans = ReadonlyMap<number, string>;

interface Orphan {
  readonly taskId: number;
  readonly place: ProcessIdentity;
}

const orphansOf = ({ task, attemptList }: StoredUnsettled): readonly Orphan[] =>
  attemptList.flatMap(({ place }) => (place === null ? [] : [{ taskId: task.id, place }]));

/**
 * Ends the child processes that outlived an earlier engine, before anything of their tasks is started
 * again. Gives those that could not be ended.
 */
export async function endOrphans(
  { logger }: Pick<Core, 'logger'>,
  tasks: readonly StoredUnsettled[],
): Promise<LivingOrphans> {
  const orphans = tasks.flatMap(orphansOf);
  const living = new Map<number, string>();
  if (orphans.length === 0) return living;
  const { endOrphan } = await import('../runners/orphans.ts');
  const end = async ({ taskId, place }: Orphan): Promise<void> => {
    try {
      const how = await endOrphan(place);
      const told = { taskId, pid: place.pid, host: place.host };
      if (how === 'ended') logger.warn(told, 'a child process of an earlier engine was ended');
      if (how === 'elsewhere') {
        logger.warn(told, 'a child process of an earlier engine was on another host');
      }
    } catch (error) {
      living.set(taskId, messageOf(error));
    }
  };
  const workers = Array.from({ length: Math.min(atOnce, orphans.length) }, async () => {
    for (let next = orphans.pop(); next !== undefined; next = orphans.pop()) await end(next);
  });
  await Promise.all(workers);
  return living;
}

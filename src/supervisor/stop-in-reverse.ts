import type { BackgroundTask } from '../actors/background-task.ts';
import { settlesWithin } from '../actors/settles-within.ts';
import type { Clock } from '../kernel/clock.ts';

/** How long everything together may take to end. */
export interface StopAllOptions {
  /**
   * Longest wait, in milliseconds; what has not ended by then is told to stop all the same, and is
   * waited for no longer.
   *
   * @defaultValue `5_000`
   */
  readonly graceMs?: number | undefined;
}

export const stopAllDefaults = { graceMs: 5_000 } as const satisfies Required<StopAllOptions>;

/**
 * Stops tasks one after the other, the last started first, and returns those that still run.
 *
 * Each is given an equal share of the time that is left, so one that never ends takes neither the
 * time of the others nor more than the whole.
 */
export async function stopInReverse<TTask extends BackgroundTask>(
  tasks: readonly TTask[],
  graceMs: number,
  clock: Clock,
): Promise<readonly TTask[]> {
  const deadline = clock.now() + graceMs;
  const leftMs = (): number => Math.max(0, deadline - clock.now());
  const late = new Set<TTask>();
  for (const [index, task] of tasks.toReversed().entries()) {
    const end = task.stop().then(() => late.delete(task));
    late.add(task);
    // oxlint-disable-next-line no-await-in-loop -- One after the other is the contract.
    await settlesWithin(end, leftMs() / (tasks.length - index), clock);
  }
  return [...late];
}

import { RunstateError } from '../kernel/errors.ts';
import type { Core } from './core.ts';
import type { EngineResources } from './engine.ts';

/** `engine.resources`: who holds what and why, and a person's way to take it back. */
export function engineResources({
  ledger,
  live,
  doubts,
  abandoned,
  admission,
  log,
}: Core): EngineResources {
  const abandonedAttempt = (taskId: number) =>
    [...abandoned].find(({ record }) => record.id === taskId);
  const why = (taskId: number): string => {
    if (abandonedAttempt(taskId) !== undefined) return 'its abandoned code still runs';
    if (doubts.has(taskId)) return 'it waits for an operator';
    const record = live.get(taskId);
    return record === undefined ? 'held' : `the task is ${record.state}`;
  };
  return {
    list: () => ledger.list(why),
    release(name, { taskId, reason, by }) {
      const holder = ledger
        .holdersOf(name)
        .find((id) => (taskId === undefined || id === taskId) && abandonedAttempt(id));
      if (holder === undefined) {
        const whose = taskId === undefined ? '' : ` for task ${taskId}`;
        const detail = `${whose}, or the one who does is no abandoned attempt`;
        throw new RunstateError('RESOURCE_NOT_HELD', [name, detail]);
      }
      ledger.giveOne(holder, name);
      const attempt = abandonedAttempt(holder);
      if (attempt !== undefined) {
        log.publish(attempt.record, {
          type: 'log',
          level: 'warn',
          message: `resource "${name}" was released${reason === undefined ? '' : `: ${reason}`}`,
          ...(by === undefined ? {} : { by }),
          ...(reason === undefined ? {} : { reason }),
        });
      }
      admission.wake();
    },
  };
}

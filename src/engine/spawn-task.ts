import type { Effect } from '../kernel/plugin-traits.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { Core } from './core.ts';
import type { TaskRecord } from './task-record.ts';

/**
 * Starts a task's actor, with the attempts that were made before. One that the engine's end broke off
 * leaves the retries as they were.
 */
export function spawnTask(core: Core, record: TaskRecord, effect: Effect = record.effect): void {
  const pool = core.pool();
  if (pool === null) throw new RunstateError('ENGINE_NOT_RUNNING', ['without its task pool']);
  const { id, attempt, interruptions, limits, continues } = record;
  const maxAttempts = limits.retry.max + 1 + interruptions;
  const input = { id, effect, maxAttempts, attempt };
  pool.send({ type: 'task.spawn', input: continues ? { ...input, continues } : input });
}

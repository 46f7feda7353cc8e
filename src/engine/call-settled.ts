import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { TaskResult } from '../kernel/task-result.ts';

/** Calls an `onSettled` listener; what it throws, now or later, is logged and reaches nobody. */
export function callSettled(
  logger: Logger,
  listener: ((result: TaskResult) => unknown) | null | undefined,
  result: TaskResult,
): void {
  if (listener === null || listener === undefined) return;
  const logThrown = (error: unknown): void => {
    const text = `onSettled of task ${result.taskId} threw: ${messageOf(error)}`;
    logger.error({ err: error, taskId: result.taskId }, text);
  };
  try {
    void Promise.resolve(listener(result)).catch(logThrown);
  } catch (error) {
    logThrown(error);
  }
}

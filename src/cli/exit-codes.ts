import type { TaskStatus } from '../kernel/task-state.ts';

/** What the command line exits with. */
export const exitCodes = {
  completed: 0,
  failed: 1,
  usage: 2,
  timedOut: 124,
  cancelled: 130,
} as const;

const byStatus: Readonly<Record<TaskStatus, number>> = {
  completed: exitCodes.completed,
  failed: exitCodes.failed,
  timedout: exitCodes.timedOut,
  cancelled: exitCodes.cancelled,
  pending: exitCodes.failed,
  running: exitCodes.failed,
  stopped: exitCodes.failed,
};

/** The exit code for how a task ended. */
export const exitCodeOf = (status: TaskStatus): number => byStatus[status];

/** Errors that are the caller's own doing: other words, or another file, would do. */
const usageCodes = new Set([
  'DEVICE_ARGUMENT_INVALID',
  'DEVICE_DUPLICATE',
  'DEVICE_INVALID',
  'DEVICE_UNKNOWN',
  'INVALID_INPUT',
  'INVALID_OPTION',
  'INVALID_OUTPUT',
  'INVALID_REQUEST',
  'NOT_STORABLE',
  'PLUGIN_DIRECTORY_UNREADABLE',
  'PLUGIN_LOAD_FAILED',
  'PLUGIN_UNKNOWN',
  'RESOURCE_TOO_SMALL',
  'SECRET_LOST',
  'STORE_LOCKED',
  'STORE_TOO_NEW',
  'STORE_UNREADABLE',
  'TASK_FORGOTTEN',
  'TASK_NOT_AWAITING',
  'TASK_UNKNOWN',
  'USAGE',
]);

const timeoutCodes = new Set(['DEVICE_TIMEOUT', 'LRC_TIMEOUT', 'WAIT_TIMEOUT']);

/** The exit code for an error that kept a task from being made, or that a device ended in. */
export function exitCodeOfError(code: string | undefined): number {
  if (code === undefined) return exitCodes.failed;
  if (timeoutCodes.has(code)) return exitCodes.timedOut;
  return usageCodes.has(code) ? exitCodes.usage : exitCodes.failed;
}

import type { TaskState, TaskStatus } from '../kernel/task-state.ts';

const endStates: Readonly<Partial<Record<TaskStatus, TaskState>>> = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  timedout: 'timedOut',
};

/** The state in which a task with this status has settled. */
export const endStateOf = (status: TaskStatus): TaskState => endStates[status] ?? 'failed';

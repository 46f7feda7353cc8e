import type { StepState, StoredStep } from '../../kernel/job-steps.ts';
import type { TaskError } from '../../kernel/task-error.ts';
import type { Connection } from './connection.ts';
import { shapeOf, valueOf } from './read-tasks.ts';

interface StepRow {
  readonly path: string;
  readonly state: string;
  readonly step_task_id: number | null;
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly error: string | null;
  readonly value: string | null;
}

const stepsOfJob = `
  SELECT path, state, step_task_id, started_at, ended_at, error, value
  FROM job_steps WHERE task_id = ? ORDER BY id`;

/** The steps of a job that were started, in the order of their starts. */
export const readSteps = (connection: Connection, taskId: number): StoredStep[] =>
  connection.all<StepRow>(stepsOfJob, taskId).map(stepOf);

function stepOf(row: StepRow): StoredStep {
  const { step_task_id: taskId, ended_at: endedAt } = row;
  const error = shapeOf(row.error) as TaskError | null;
  return {
    path: row.path,
    state: row.state as StepState,
    startedAt: row.started_at,
    ...(taskId === null ? {} : { taskId }),
    ...(endedAt === null ? {} : { endedAt }),
    ...(error === null ? {} : { error }),
    ...(row.value === null ? {} : { result: valueOf(row.value) }),
  };
}

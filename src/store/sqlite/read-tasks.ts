import type { ProcessIdentity } from '../../kernel/process-identity.ts';
import type { TaskError } from '../../kernel/task-error.ts';
import type { TaskResult } from '../../kernel/task-result.ts';
import type { TaskState, TaskStatus } from '../../kernel/task-state.ts';
import type { AttemptOutcome, StoredTask } from '../../kernel/store-rows.ts';
import type { StoredAttempt, StoredBrief, TaskLookup } from '../../kernel/task-store.ts';
import type { RunnerName } from '../../kernel/plugin-traits.ts';
import { endStateOf } from '../end-state.ts';
import type { Connection } from './connection.ts';

/** JSON text as it was stored; undefined, which has none, was stored as null. */
export const valueOf = (text: string | null): unknown =>
  text === null ? undefined : (JSON.parse(text) as unknown);

/** JSON text of a known shape, which only this store writes. */
export const shapeOf = (text: string | null): unknown =>
  text === null ? null : (JSON.parse(text) as unknown);

export interface BriefRow {
  readonly id: number;
  readonly submitted_at: number;
  readonly status: string | null;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly attempts: number;
  readonly error: string | null;
  readonly spec: string;
  readonly input: string | null;
  readonly priority: number | null;
}

/** A settled task knows of its attempts; for another one they are counted. */
export const briefColumns = `
  tasks.id, tasks.submitted_at, status, ended_at, error, spec, input,
  iif(ended_at IS NULL, (SELECT min(a.at) FROM attempts AS a WHERE a.task_id = tasks.id),
    started_at) AS started_at,
  iif(ended_at IS NULL, (SELECT count(*) FROM attempts AS a WHERE a.task_id = tasks.id),
    attempts) AS attempts,
  (SELECT c.priority FROM changes AS c WHERE c.task_id = tasks.id) AS priority`;

type Spec = Omit<StoredTask, 'id' | 'input' | 'submittedAt'>;

export function taskOf({
  id,
  submitted_at: submittedAt,
  spec,
  input,
  priority,
}: Pick<BriefRow, 'id' | 'submitted_at' | 'spec' | 'input' | 'priority'>): StoredTask {
  const task = { id, input: valueOf(input), submittedAt, ...(JSON.parse(spec) as Spec) };
  return priority === null ? task : { ...task, options: { ...task.options, priority } };
}

export function briefOf(row: BriefRow, liveState: TaskState = 'pending'): StoredBrief {
  return {
    task: taskOf(row),
    state: stateOf(row.status, liveState),
    startedAt: row.started_at,
    endedAt: row.ended_at,
    attempts: row.attempts,
    error: shapeOf(row.error) as TaskError | null,
  };
}

function stateOf(status: string | null, liveState: TaskState): TaskState {
  if (status === null) return liveState;
  return status === 'stopped' ? 'awaitingOperator' : endStateOf(status as TaskStatus);
}

export interface AttemptRow {
  readonly task_id: number;
  readonly attempt: number;
  readonly at: number;
  readonly runner: string;
  readonly environment: string | null;
  readonly place: string | null;
  readonly ended_at: number | null;
  readonly outcome: string | null;
  readonly error: string | null;
}

export const attemptOf = (row: AttemptRow): StoredAttempt => ({
  attempt: row.attempt,
  at: row.at,
  runner: row.runner as RunnerName,
  environment: row.environment,
  place: shapeOf(row.place) as ProcessIdentity | null,
  endedAt: row.ended_at,
  outcome: row.outcome as AttemptOutcome | null,
  error: shapeOf(row.error) as TaskError | null,
});

interface LookupRow extends BriefRow {
  readonly result: string | null;
  readonly output: string | null;
  readonly checkpoint: string | null;
}

const lookupTask = `
  SELECT ${briefColumns}, result, output,
    (SELECT c.value FROM checkpoints AS c WHERE c.task_id = tasks.id ORDER BY c.id DESC LIMIT 1)
      AS checkpoint
  FROM tasks WHERE tasks.id = ?`;

const attemptsOfTask = 'SELECT * FROM attempts WHERE task_id = ? ORDER BY attempt';

const lastState = `
  SELECT body ->> 'state' AS state FROM task_events
  WHERE task_id = ? AND type = 'status' ORDER BY seq DESC LIMIT 1`;

export function readLookup(connection: Connection, id: number): TaskLookup {
  if (!Number.isSafeInteger(id) || id < 1) return { found: 'nothing' };
  const [row] = connection.all<LookupRow>(lookupTask, id);
  if (row === undefined) return { found: id <= lastIdOf(connection) ? 'forgotten' : 'nothing' };
  const attemptList = connection.all<AttemptRow>(attemptsOfTask, id).map(attemptOf);
  const brief = briefOf(
    row,
    row.status === null ? readState(connection, id, attemptList) : 'pending',
  );
  const output = valueOf(row.output);
  return {
    found: 'task',
    ...brief,
    result: resultOf(row, brief, output),
    output: row.result === null ? null : output,
    checkpoint: valueOf(row.checkpoint),
    attemptList,
  };
}

/** The state that was last committed of a task that is live. */
function readState(
  connection: Connection,
  id: number,
  attempts: readonly StoredAttempt[],
): TaskState {
  const [event] = connection.all<{ state: TaskState }>(lastState, id);
  if (event !== undefined) return event.state;
  const last = attempts.at(-1);
  return last !== undefined && last.endedAt === null ? 'running' : 'pending';
}

/** Everything of a result that other columns do not tell. */
type ResultRest = Omit<TaskResult, 'payload'> & { readonly payload?: unknown };

function resultOf(
  { result, id, status, submitted_at: submittedAt, attempts }: LookupRow,
  { startedAt, endedAt, error }: StoredBrief,
  output: unknown,
): TaskResult | null {
  if (result === null || endedAt === null) return null;
  const rest = JSON.parse(result) as ResultRest;
  return {
    ...rest,
    taskId: id,
    taskStatus: status as TaskStatus,
    payload: 'payload' in rest ? rest.payload : output,
    error,
    times: { submittedAt, startedAt, endedAt },
    attempts,
  };
}

/** The greatest id that a task has had. */
export function lastIdOf(connection: Connection): number {
  const [row] = connection.all<{ last: number | null }>(
    `SELECT max(coalesce((SELECT max(id) FROM tasks), 0),
       coalesce((SELECT value FROM meta WHERE key = 'last_id'), 0)) AS last`,
  );
  return row?.last ?? 0;
}

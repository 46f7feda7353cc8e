/**
 * The words for where a task stands. The task machine's state is the one truth; every other
 * vocabulary (status, run state, the originals' words) is a total function of it.
 */

/** A state of the task machine, as `handle.state` shows it. */
export type TaskState =
  | 'pending'
  | 'starting'
  | 'running'
  | 'suspended'
  | 'stopping'
  | 'awaitingOperator'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'timedOut';

/** LUTE's seven statuses, in lower case. */
export const TaskStatus = {
  PENDING: 'pending',
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  STOPPED: 'stopped',
  CANCELLED: 'cancelled',
  TIMEDOUT: 'timedout',
} as const;

/** One of LUTE's seven statuses: `pending running completed failed stopped cancelled timedout`. */
export type TaskStatus = (typeof TaskStatus)[keyof typeof TaskStatus];

/** SKA PST LMC's run states of a background task, with its numbers. */
export const RunState = {
  STOPPED: 1,
  STARTING: 2,
  RUNNING: 3,
  STOPPING: 4,
  ERRORED: 5,
} as const;

/** One of SKA's five run states, as a number from 1 to 5. */
export type RunState = (typeof RunState)[keyof typeof RunState];

/** SKA's result codes of a command, with the numbers of ska-control-model. */
export const ResultCode = {
  OK: 0,
  STARTED: 1,
  QUEUED: 2,
  FAILED: 3,
  UNKNOWN: 4,
  REJECTED: 5,
  NOT_ALLOWED: 6,
  ABORTED: 7,
} as const;

/** One of SKA's result codes, as a number from 0 to 7. */
export type ResultCode = (typeof ResultCode)[keyof typeof ResultCode];

/** SKA's statuses of a long-running command, with the numbers of ska-control-model. */
export const LrcTaskStatus = {
  STAGING: 0,
  QUEUED: 1,
  IN_PROGRESS: 2,
  ABORTED: 3,
  NOT_FOUND: 4,
  COMPLETED: 5,
  REJECTED: 6,
  FAILED: 7,
} as const;

/** One of SKA's long-running command statuses, as a number from 0 to 7. */
export type LrcTaskStatus = (typeof LrcTaskStatus)[keyof typeof LrcTaskStatus];

/** The words of the originals for one state; LUTE's number comes with its status. */
export interface StateWords {
  readonly status: TaskStatus;
  readonly lute: number;
  readonly runState: RunState;
  readonly dahu: string;
  readonly ska: LrcTaskStatus;
  readonly skaResultCode: ResultCode | null;
  readonly chimerax: string;
  readonly chemcloud: string;
}

const words = (
  status: TaskStatus,
  lute: number,
  runState: RunState,
  dahu: string,
  ska: LrcTaskStatus,
  skaResultCode: ResultCode | null,
  chimerax: string,
  chemcloud: string,
): StateWords => ({ status, lute, runState, dahu, ska, skaResultCode, chimerax, chemcloud });

const { STOPPED, STARTING, RUNNING, STOPPING, ERRORED } = RunState;
const { QUEUED, IN_PROGRESS, COMPLETED, ABORTED } = LrcTaskStatus;
const { OK, FAILED, ABORTED: WAS_ABORTED } = ResultCode;

/** The one table from the machine's states to the five systems' words. */
export const stateWords = {
  pending: words('pending', 0, STOPPED, 'uninitialized', QUEUED, null, 'pending', 'PENDING'),
  starting: words('running', 1, STARTING, 'starting', IN_PROGRESS, null, 'running', 'STARTED'),
  running: words('running', 1, RUNNING, 'running', IN_PROGRESS, null, 'running', 'STARTED'),
  stopping: words('running', 1, STOPPING, 'running', IN_PROGRESS, null, 'running', 'STARTED'),
  suspended: words('stopped', 4, STOPPED, 'running', IN_PROGRESS, null, 'running', 'STARTED'),
  awaitingOperator: words(
    'stopped',
    4,
    STOPPED,
    'running',
    IN_PROGRESS,
    null,
    'running',
    'STARTED',
  ),
  completed: words('completed', 2, STOPPED, 'success', COMPLETED, OK, 'finished', 'SUCCESS'),
  failed: words('failed', 3, ERRORED, 'failure', COMPLETED, FAILED, 'failed', 'FAILURE'),
  cancelled: words(
    'cancelled',
    5,
    STOPPED,
    'aborted',
    ABORTED,
    WAS_ABORTED,
    'terminated',
    'REVOKED',
  ),
  timedOut: words('timedout', 6, ERRORED, 'failure', COMPLETED, FAILED, 'failed', 'FAILURE'),
} as const satisfies Record<TaskState, StateWords>;

/** What a state alone does not tell about the originals' words. */
export interface StateDetail {
  /** The error's code, of a failed task. */
  readonly code?: string | undefined;
  /** The submission is not stored yet. */
  readonly isStaging?: boolean;
  /** The task backs off between attempts. */
  readonly isRetrying?: boolean;
  /** A cancel was asked for and has not ended the task yet. */
  readonly isCancelling?: boolean;
}

const brokenRunner = new Set(['RUNNER_LOST', 'RUNNER_UNAVAILABLE', 'ENGINE_DEFECT']);

/** The five systems' words for a state, refined by what the state alone does not tell. */
export function wordsOf(state: TaskState, detail: StateDetail = {}): StateWords {
  const plain: StateWords = stateWords[state];
  if (state === 'pending' && detail.isStaging === true) {
    return { ...plain, ska: LrcTaskStatus.STAGING };
  }
  if (state === 'pending' && detail.isRetrying === true) return { ...plain, chemcloud: 'RETRY' };
  if (plain.status === 'running' && detail.isCancelling === true) {
    return { ...plain, chimerax: 'terminating' };
  }
  if (state !== 'failed') return plain;
  switch (detail.code) {
    case 'REJECTED':
      return {
        ...plain,
        ska: LrcTaskStatus.REJECTED,
        skaResultCode: ResultCode.REJECTED,
        chemcloud: 'REJECTED',
      };
    case 'NOT_ALLOWED':
      return {
        ...plain,
        ska: LrcTaskStatus.REJECTED,
        skaResultCode: ResultCode.NOT_ALLOWED,
        chemcloud: 'REJECTED',
      };
    case 'LOST':
      return { ...plain, ska: LrcTaskStatus.NOT_FOUND, skaResultCode: null, chimerax: 'deleted' };
    default:
      return detail.code !== undefined && brokenRunner.has(detail.code)
        ? { ...plain, ska: LrcTaskStatus.FAILED }
        : plain;
  }
}

const settled = new Set<TaskState>(['completed', 'failed', 'cancelled', 'timedOut']);

/** Whether a task in this state has ended for good. */
export const isSettled = (state: TaskState): boolean => settled.has(state);

/** LUTE's status of a state. */
export const statusOf = (state: TaskState): TaskStatus => stateWords[state].status;

/** SKA's run state of a state. */
export const runStateOf = (state: TaskState): RunState => stateWords[state].runState;

const terminal = new Set<TaskStatus>([...settled].map(statusOf));

/** Whether a task with this status has ended for good. */
export const isTerminal = (status: TaskStatus): boolean => terminal.has(status);

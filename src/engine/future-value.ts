import { describeError, taskError } from '../kernel/task-error.ts';
import type { TaskError } from '../kernel/task-error.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { TaskStatus } from '../kernel/task-state.ts';
import { errorLines } from './error-lines.ts';

/** What is known of one computation of a future, however it ended: its task's result and more. */
export interface Computation<TOutput> extends Omit<TaskResult<TOutput>, 'taskId' | 'error'> {
  /** Its place in the order of submission, from 0. */
  readonly index: number;
  /** Null when the submission was refused, and there is no task. */
  readonly taskId: number | null;
  readonly input: unknown;
}

/** A computation that completed. */
export interface SucceededValue<TOutput = unknown> extends Computation<TOutput> {
  readonly success: true;
  readonly output: TOutput;
  readonly error: null;
  readonly traceback: null;
}

/** A computation that failed, was cancelled, ran out of time, was refused or is known no more. */
export interface FailedValue<TOutput = unknown> extends Computation<TOutput> {
  readonly success: false;
  readonly output: null;
  readonly error: TaskError;
  /** The error for people: its message and kind, its stack, then its causes with theirs. */
  readonly traceback: string;
}

/** One computation's outcome: failed work is a value too, never an exception. */
export type FutureValue<TOutput = unknown> = SucceededValue<TOutput> | FailedValue<TOutput>;

/** Which computation of a future it is, and what it was given. */
export interface Place {
  readonly index: number;
  readonly input: unknown;
}

const failedWith = (error: TaskError) =>
  ({ success: false, output: null, error, traceback: errorLines(error).join('\n') }) as const;

/** The value of a task that has settled. */
export function settledValue<TOutput>(
  { index, input }: Place,
  result: TaskResult<TOutput>,
  output: TOutput | null,
): FutureValue<TOutput> {
  const { error, ...known } = result;
  const common = { ...known, index, input };
  if (error !== null) return { ...common, ...failedWith(error) };
  return { ...common, success: true, output: output as TOutput, error: null, traceback: null };
}

/** What is known of a computation whose task cannot be asked. */
interface Unheard {
  readonly taskId: number | null;
  readonly taskName: string;
  readonly taskStatus: TaskStatus;
  readonly submittedAt: number;
  readonly endedAt: number;
}

const unheardValue = (
  { index, input }: Place,
  { submittedAt, endedAt, ...known }: Unheard,
  error: TaskError,
): FailedValue<never> => ({
  ...known,
  index,
  input,
  summary: '',
  payload: null,
  implSchemas: null,
  teardown: 'none',
  times: { submittedAt, startedAt: null, endedAt },
  attempts: 0,
  ...failedWith(error),
});

/** The value of an input whose submission was refused with `thrown`. */
export function refusedValue(
  place: Place,
  plugin: string,
  thrown: unknown,
  at: number,
): FailedValue<never> {
  const known = { taskId: null, taskName: plugin, taskStatus: TaskStatus.FAILED };
  const error = describeError(thrown, 'pending', 0);
  return unheardValue(place, { ...known, submittedAt: at, endedAt: at }, error);
}

/** The value of a task that its engine knows no more. */
export function lostValue(
  place: Place,
  code: 'TASK_FORGOTTEN' | 'TASK_UNKNOWN',
  known: Unheard & { readonly taskId: number },
): FailedValue<never> {
  return unheardValue(place, known, taskError(code, [known.taskId], 'pending', 0));
}

import type { Observable } from 'rxjs';
import { RunstateError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Logger } from '../kernel/logger.ts';
import type { LrcResult } from '../kernel/lrc.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { LrcTaskStatus, ResultCode, TaskStatus } from '../kernel/task-state.ts';
import { guardedLogger } from './guarded-logger.ts';

/** What a component manager is told of a task, as SKA's devices pass it on; several may come at once. */
export interface TaskReport {
  readonly status?: LrcTaskStatus;
  /** In percent. */
  readonly progress?: number;
  readonly result?: unknown;
  readonly exception?: Error;
}

/** Where a component manager takes reports of a task. */
export type TaskCallback = (report: TaskReport) => unknown;

interface FollowedEvent {
  readonly type: string;
  readonly percent?: number;
  readonly state?: string;
  readonly status?: unknown;
}

/** Work that can be reported: the handle of a task, or of a long-running command. */
export interface Followed {
  readonly events$: Observable<FollowedEvent>;
  result(): Promise<TaskResult | LrcResult>;
}

/** How work is reported. */
export interface FollowAsOptions {
  /**
   * Where what the callback throws is logged; it never ends the work.
   *
   * @defaultValue nowhere
   */
  readonly logger?: Logger;
}

const running: ReadonlySet<unknown> = new Set(['starting', 'running', LrcTaskStatus.IN_PROGRESS]);

const isRunning = ({ type, state, status }: FollowedEvent): boolean =>
  type === 'status' && running.has(state ?? status);

const refusals: ReadonlySet<string> = new Set(['REJECTED', 'NOT_ALLOWED']);

/** The status of work that did not complete, by its error's code. */
function statusOf(code: string): LrcTaskStatus {
  if (refusals.has(code)) return LrcTaskStatus.REJECTED;
  return code === 'LRC_ABORTED' || code === 'CANCELLED'
    ? LrcTaskStatus.ABORTED
    : LrcTaskStatus.FAILED;
}

function failure(status: LrcTaskStatus, exception: Error): TaskReport {
  return { status, result: messageOf(exception), exception };
}

const codeOf = (error: Error): string => (error instanceof RunstateError ? error.code : '');

const completed: TaskReport = { status: LrcTaskStatus.COMPLETED, result: 'Completed' };

function reportOfCommand({ exception, resultCode, result }: LrcResult): TaskReport {
  if (exception !== null) return failure(statusOf(codeOf(exception)), exception);
  if (resultCode === ResultCode.OK) return completed;
  // It ran to its own end and did not reach its goal, which the result tells.
  return { status: LrcTaskStatus.COMPLETED, result: result ?? [resultCode, ''] };
}

function reportOfTask({ taskId, taskStatus, error }: TaskResult): TaskReport {
  if (error === null && taskStatus === TaskStatus.COMPLETED) return completed;
  const { code = 'CANCELLED', message = 'The task was cancelled.' } = error ?? {};
  const status = taskStatus === TaskStatus.CANCELLED ? LrcTaskStatus.ABORTED : statusOf(code);
  return failure(status, new RunstateError(code, [], { message, cause: error, taskId }));
}

const reportOf = (result: TaskResult | LrcResult): TaskReport =>
  'resultCode' in result ? reportOfCommand(result) : reportOfTask(result);

/** Passes on what is news, in order, until the end. */
class Reporter {
  readonly #callback: TaskCallback;
  readonly #logger: Logger;
  #isRunning = false;
  #percent: number | null = null;

  constructor(callback: TaskCallback, logger: Logger) {
    this.#callback = callback;
    this.#logger = logger;
  }

  event(event: FollowedEvent): void {
    if (isRunning(event)) this.#run();
    const { type, percent } = event;
    if (type !== 'progress' || percent === undefined || percent === this.#percent) return;
    this.#percent = percent;
    this.#run();
    this.#report({ progress: percent });
  }

  end(report: TaskReport): void {
    const { status } = report;
    // Neither of the two is reached but from there.
    if (status === LrcTaskStatus.COMPLETED || status === LrcTaskStatus.FAILED) this.#run();
    this.#report(report);
  }

  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#report({ status: LrcTaskStatus.IN_PROGRESS });
  }

  #report(report: TaskReport): void {
    const failed = (err: unknown): void => {
      this.#logger.error({ err, report }, 'The callback of a followed task failed.');
    };
    try {
      Promise.resolve(this.#callback(report)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}

/**
 * Reports a task, or a long-running command, to the callback of a SKA component manager: IN_PROGRESS,
 * its progress, then COMPLETED with `'Completed'`, FAILED with the error's text and the error, or
 * ABORTED or REJECTED as they are. Gives what the device's command answers at once.
 *
 * Hand in a function that submits, and a refused submission becomes the answer.
 *
 * @example
 * ```ts
 * const [code, message] = followAs(() => engine.submit('beam.scan', request), taskCallback);
 * ```
 */
export function followAs(
  work: Followed | (() => Followed),
  callback: TaskCallback,
  { logger = silentLogger }: FollowAsOptions = {},
): readonly [ResultCode, string] {
  let followed: Followed;
  try {
    followed = typeof work === 'function' ? work() : work;
  } catch (error) {
    return [ResultCode.REJECTED, messageOf(error)];
  }
  const reporter = new Reporter(callback, guardedLogger(logger));
  const listening = followed.events$.subscribe({
    next: (event) => reporter.event(event),
    // What ends the events ends the result too.
    error: () => {},
  });
  followed
    .result()
    .then(reportOf, (error: unknown) =>
      failure(LrcTaskStatus.FAILED, error instanceof Error ? error : new Error(messageOf(error))),
    )
    .then((report) => {
      listening.unsubscribe();
      reporter.end(report);
    })
    .catch(() => {});
  return [ResultCode.QUEUED, 'Task queued'];
}

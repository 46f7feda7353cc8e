/**
 * Every error runstate throws on purpose; `docs/reference/errors.md` explains each one. A `%s` is
 * filled in from the arguments, in order.
 */
export const errorMessages = {
  ACTION_DUPLICATE: 'An action named "%s" is registered already. Rename one of the two.',
  ACTION_UNKNOWN: 'There is no action "%s".%s Register it with `engine.actions.register`.',
  ACTOR_NOT_BOUND: 'Machine "%s" has no implementation bound for "%s".',
  ATTEMPT_TIMEOUT: 'The attempt took longer than timeoutMs (%s ms).',
  AWAITING_OPERATOR:
    'The engine ended while this unsafe task ran, so it is not known whether its work was done. Find out, then say so with `engine.tasks.resolve(%s, …)` or `runstate resolve`.',
  BACKGROUND_STOPPED:
    'Background task "%s" was refused: its %s was stopped and starts nothing more.',
  BYPASS_INVALID: 'Condition "%s" cannot be bypassed: %s.',
  CANCELLED: 'The task was cancelled%s.',
  CHILD_FAILED: '%s',
  CHILD_UNKNOWN: 'Supervisor "%s" has no child "%s". Its children are: %s.',
  CONDITION_DUPLICATE:
    'Another condition named "%s" is in use already. Make it once and share it, or rename one of the two.',
  CONDITION_UNKNOWN: 'There is no condition "%s".%s',
  CONDITION_UNMET: 'Condition "%s" was not met any more while the task ran: %s.',
  DEADLINE_EXCEEDED: 'The task did not end within deadlineMs (%s ms) of its submission.',
  DEPENDENCY_FAILED: 'Task %s, which this one comes after, ended %s.',
  DEPENDENCY_UNKNOWN: 'Task %s, named in `after`, does not exist. Give the id of a submitted task.',
  DEV_FAILED: 'The device refused with %s: %s',
  DEVICE_ARGUMENT_INVALID: 'The value for %s of device %s must be %s, got %s. Nothing was sent.',
  DEVICE_CLOSED: 'The proxy of device %s is closed.',
  DEVICE_DUPLICATE: 'A device named "%s" is registered already. Rename one of the two.',
  DEVICE_INVALID: 'The definition of device "%s" is not valid: `%s` %s.',
  DEVICE_PROTOCOL: 'Device %s does not speak the protocol: %s.',
  DEVICE_TIMEOUT: 'Device %s did not answer %s within %s ms.',
  DEVICE_UNKNOWN: 'There is no device "%s".%s',
  DEVICE_UNREACHABLE: 'Device %s cannot be reached: %s.',
  ENGINE_CLOSED: 'The engine was closed while task %s had not settled.',
  ENGINE_DEFECT: 'The engine failed while it ran task %s: %s',
  ENGINE_NOT_RUNNING:
    'The engine is %s. Call `await engine.start()` first; after `close()` make a new engine.',
  FUTURE_NOT_SAVED: 'The future could not be saved to %s: %s.',
  FUTURE_OF_LIST: 'The future is over a list of %s tasks. Read `taskIds` for their ids.',
  FUTURE_UNREADABLE: 'File %s holds no future: %s.',
  HEARTBEAT_TIMEOUT:
    'The attempt reported no progress, log or checkpoint for heartbeatTimeoutMs (%s ms).',
  IDEMPOTENCY_CONFLICT:
    'Idempotency key "%s" was used by task %s with another %s. Use a new key for new work.',
  IDS_EXHAUSTED: 'All task ids below 2^31 are used. Start with a new store.',
  INVALID_INPUT: 'Input of plugin "%s" is not valid: %s',
  INVALID_OPTION: 'Option `%s` must be %s, got %s.',
  INVALID_OUTPUT: 'Output of plugin "%s" is not valid: %s',
  INVALID_REQUEST: '%s',
  ITEM_TIMEOUT: 'No item came within %s ms.',
  JOB_CANCEL_FAILED: 'Remote job %s could not be cancelled and may still run: %s',
  JOB_CANCELLED: 'Remote job %s was cancelled on the remote side%s',
  JOB_FAILED: 'Remote job %s failed%s',
  JOB_INVALID: 'The job is not valid: `%s` %s.',
  JOB_LAUNCH_FAILED: 'The remote job could not be launched: %s',
  JOB_LAUNCH_UNKNOWN:
    'The launch of the remote job with key "%s" was interrupted, and whether the job runs is not known: %s. Look for it at the service, then submit again.',
  JOB_MONITOR_FAILED: 'Remote job %s could not be followed and may still run: %s',
  JOB_RESULT_FAILED: 'The result of remote job %s could not be fetched: %s',
  LOST: 'The work of task %s vanished: %s',
  LRC_ABORTED: 'Command %s was aborted on the device%s',
  LRC_FAILED: 'Command %s failed on the device%s',
  LRC_LEFT_RUNNING: 'Command %s was not followed to its end and may still run on the device%s',
  LRC_LOST: 'The device does not know command %s any more, and how it ended is not known.',
  LRC_PROTOCOL_UNKNOWN:
    'Device %s speaks versions %s of the long-running-command protocol; versions 1 and 2 are known here.',
  LRC_TIMEOUT: 'Command %s did not end within %s ms%s',
  NOT_ALLOWED: 'The device does not allow command %s now: %s',
  NOT_STORABLE: 'The value at `%s` cannot be stored as JSON: it is %s.',
  ORPHAN_ALIVE:
    'Process %s, in which an earlier engine ran the task, cannot be ended: %s. End it by hand; the task waits until then.',
  OUT_OF_PHASE: '`%s` was called after the attempt had ended.',
  OUTCOME_UNKNOWN: 'Whether %s arrived at the device is not known: %s. It was not sent again.',
  PLUGIN_DIRECTORY_UNREADABLE: 'Plugin directory %s cannot be read: %s.',
  PLUGIN_DUPLICATE: 'A plugin named "%s" is registered already%s. Rename one of the two.',
  PLUGIN_FAILED: '%s',
  PLUGIN_HOST_CLOSED: 'The plugin host is closed.',
  PLUGIN_INVALID: 'The definition of plugin "%s" is not valid: `%s` %s.',
  PLUGIN_LOAD_FAILED: 'Plugin file %s could not be loaded: %s',
  PLUGIN_NOT_PORTABLE:
    'Plugin "%s" wants runner "%s", and its code cannot be found from there. Load it from a file through the plugin host, or set `module: import.meta.url`.',
  PLUGIN_UNKNOWN: 'There is no plugin "%s".%s',
  PROCESSOR_MISSING:
    '%s.%s is a @backgroundTask and needs the field `backgroundTaskProcessor` to hold a BackgroundTaskProcessor or an engine.',
  QUEUE_FULL: 'The queue holds %s tasks, its limit (maxQueued). Submit again when some have ended.',
  QUEUE_TIMEOUT: 'The task did not start within queueTimeoutMs (%s ms) of being ready.',
  REJECTED: 'The device rejected command %s: %s',
  REPORT_FIGURE_INVALID: '%s of report "%s" %s.',
  REPORT_NAME_INVALID:
    '`displayName` "%s" of a report %s. Use names such as "scans/my_motor_scan".',
  REPORT_WRITE_FAILED:
    'Report "%s" could not be written to %s: %s. Make room there, or set `createEngine({ results })`.',
  RESOURCE_NOT_HELD: 'Nobody holds resource "%s"%s.',
  RESOURCE_TOO_SMALL:
    'Resource "%s" has %s units, and %s were asked for: the task could never run.',
  RESUME_REFUSED: 'Task %s stands still yet: %s',
  RUNNER_LOST: 'The %s that ran the attempt ended: %s',
  RUNNER_UNAVAILABLE: 'The %s runner cannot run the attempt: %s',
  SECRET_LOST:
    'The secret fields of task %s were not stored, because the engine had no `secretKey`, or has another one now. Submit it again.',
  SNAPSHOT_NOT_WRITTEN: 'The snapshot could not be written to %s: %s.',
  SNAPSHOT_UNREADABLE: 'Snapshot %s cannot be restored: %s.',
  STEP_NOT_STORED:
    'Step %s of the job is an action without a name, which does not survive a restart. Say what became of it with `engine.tasks.resolve`, and register the action next time.',
  STEP_TIMEOUT: 'Step %s of the job took longer than timeoutMs (%s ms).',
  STORE_BROKEN: 'The store %s can be written no more: %s',
  STORE_LOCKED:
    'The store %s is in use by process %s, which opened it at %s. Close that engine first, or use another file.',
  STORE_NOT_OPEN:
    'The store %s is not open. It is while its engine runs: after `start()`, until `close()`.',
  STORE_TOO_NEW:
    'The store %s was written by a newer runstate (schema %s; this one knows up to %s). Use that version, or another file.',
  STORE_UNREADABLE: 'The store %s cannot be opened: %s. It was left as it is.',
  STORE_WRITE_FAILED: 'The store %s could not be written: %s',
  SUBSCRIBE_FAILED: 'Device %s sends no %s events of "%s": %s',
  SUPERVISOR_STOPPED: 'Supervisor "%s" is stopping or has stopped, so child "%s" stays ended.',
  SUSPEND_REFUSED: 'Task %s cannot be suspended: %s',
  TASK_ALREADY_COMPLETED: 'Task has already completed, cannot run it again.',
  TASK_FORGOTTEN:
    'There is no record of task %s any more: it has settled and was dropped, or a crash skipped its id.',
  TASK_NOT_AWAITING: 'Task %s does not wait for an operator: it is %s.',
  TASK_NOT_SETTLED: 'Task %s has not settled: it is %s. Cancel it, or wait for its end.',
  TASK_UNKNOWN: 'There is no task %s.',
  TEARDOWN_TIMEOUT: '%s took longer than teardownTimeoutMs (%s ms).',
  WAIT_ABORTED: '%s was waited for until the wait was aborted.',
  WAIT_CYCLE: 'Waiting for %s would never end: %s.',
  WAIT_TIMEOUT: '%s did not happen within %s ms. The wait ended; the task goes on.',
} as const satisfies Record<string, string>;

/** The code of an error that runstate throws on purpose. */
export type ErrorCode = keyof typeof errorMessages;

const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorMessages, code);

/** Fills the `%s` of a message from `args`, in order. */
export function formatMessage(code: string, args: readonly (string | number)[] = []): string {
  let next = 0;
  const template: string = isErrorCode(code) ? errorMessages[code] : code;
  return template.replaceAll('%s', () => String(args[next++] ?? ''));
}

/** What goes with a {@link RunstateError} beside its text. */
export interface RunstateErrorOptions extends ErrorOptions {
  /** Each field at fault, with what is wrong with it. */
  readonly fields?: readonly FieldProblem[];
  /** The task the error belongs to. */
  readonly taskId?: number;
  /** The text in place of the table's, for an error that comes from a task. */
  readonly message?: string;
}

/** One bad field of an input, an output or an option. */
export interface FieldProblem {
  /** The field's path, such as `scan.frames[2]`; empty for the value as a whole. */
  readonly path: string;
  /** What is wrong, as a sentence without a full stop. */
  readonly message: string;
}

/**
 * An expected failure, identified by `code`; match on the code, never on the message.
 *
 * The error that `handle.output()` rejects with is one too: its code is the task error's code,
 * which may be one of the plugin's own.
 */
export class RunstateError extends Error {
  override readonly name: string = 'RunstateError';
  /** One of {@link ErrorCode}, or a plugin's own code. */
  readonly code: string;
  /** Each field at fault; empty when the error is about none. */
  readonly fields: readonly FieldProblem[];
  /** The task the error belongs to. */
  readonly taskId: number | undefined;

  constructor(
    code: ErrorCode | (string & {}),
    args: readonly (string | number)[] = [],
    options: RunstateErrorOptions = {},
  ) {
    super(options.message ?? formatMessage(code, args), options);
    this.code = code;
    this.fields = options.fields ?? [];
    this.taskId = options.taskId;
  }
}

/** Whether an error is one of runstate's own, and, with `code`, that very one. */
export const isRunstateError = (error: unknown, code?: ErrorCode): error is RunstateError =>
  error instanceof RunstateError && (code === undefined || error.code === code);

/**
 * Thrown by a plugin to say: trying again cannot help. The task fails at once, whatever its
 * `retries`.
 *
 * Known by its name, not by its class, so that a plugin's own copy of runstate works too.
 */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/** Whether an error, or the cause behind it, says that trying again cannot help. */
export function isPermanent(error: unknown): boolean {
  for (let next = error, depth = 0; next instanceof Error && depth < 16; depth += 1) {
    if (next.name === 'PermanentFailure') return true;
    next = next.cause;
  }
  return false;
}

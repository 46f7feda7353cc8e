import { LrcError } from '../kernel/device-errors.ts';
import { isRunstateError } from '../kernel/errors.ts';
import type { LrcResult } from '../kernel/lrc.ts';
import type { Verdict } from '../kernel/task-machine-types.ts';
import { ResultCode } from '../kernel/task-state.ts';
import { EndedOtherwise } from '../wire/built-in.ts';

/** The output of a task that is a command: its result, as data. */
export type CommandOutput = Omit<LrcResult, 'exception'>;

/** What the end of a command means to its task. */
export type CommandEnd =
  | { readonly ok: true; readonly output: CommandOutput }
  | {
      readonly ok: false;
      readonly error: Error;
      readonly verdict: Verdict | null;
      /** Ids that run on, on the device. */
      readonly stillRunning: readonly string[];
      /** The verdict as a part of what is told; empty without one. */
      readonly ending: { readonly verdict?: Verdict };
      readonly thrown: Error;
    };

/** The ends of the design's table that are no failures of the task. */
const verdicts: Readonly<Record<string, Verdict>> = {
  LRC_TIMEOUT: 'timedOut',
  LRC_ABORTED: 'cancelled',
  OUTCOME_UNKNOWN: 'awaitingOperator',
};

/** Says what the end of a command means: an output, a failure, or an end of another kind. */
export function outputOf(result: LrcResult): CommandEnd {
  const { exception, ...output } = result;
  if (exception === null && result.resultCode === ResultCode.OK) return { ok: true, output };
  const error = exception ?? badEnd(result);
  const code = isRunstateError(error) ? error.code : '';
  const verdict = verdicts[code] ?? null;
  return {
    ok: false,
    error,
    verdict,
    stillRunning: error instanceof LrcError ? error.stillRunning : [],
    ending: verdict === null ? {} : { verdict },
    thrown: verdict === null ? error : new EndedOtherwise(verdict, error),
  };
}

/** The command ran to its own end, and that is a bad one. */
function badEnd({ command, commandId, resultCode, result }: LrcResult): LrcError {
  const name = commandId ?? command;
  const message = messageIn(result);
  switch (resultCode) {
    case ResultCode.ABORTED:
      return new LrcError('LRC_ABORTED', [name, message === '' ? '.' : `: ${message}`]);
    case ResultCode.REJECTED:
      return new LrcError('REJECTED', [name, message]);
    case ResultCode.NOT_ALLOWED:
      return new LrcError('NOT_ALLOWED', [name, message]);
    default:
      return new LrcError('LRC_FAILED', [name, message === '' ? '.' : `: ${message}`]);
  }
}

function messageIn(result: unknown): string {
  const told: unknown = Array.isArray(result) ? result[1] : result;
  if (told === null || told === undefined) return '';
  return typeof told === 'string' ? told : JSON.stringify(told);
}

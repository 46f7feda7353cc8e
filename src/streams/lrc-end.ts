import type { LrcEndState } from '../kernel/lrc-machine-types.ts';
import { LrcError } from '../kernel/device-errors.ts';
import type { LrcResult } from '../kernel/lrc.ts';
import { ResultCode } from '../kernel/task-state.ts';
import type { LrcTaskStatus } from '../kernel/task-state.ts';
import { parseResultCode } from './lrc-words.ts';

/** All that is known of a command when it has ended. */
export interface LrcEnding {
  readonly state: LrcEndState;
  readonly command: string;
  readonly commandId: string | null;
  readonly statuses: readonly LrcTaskStatus[];
  readonly result: unknown;
  /** The device was found to have ended it, and its result was missed. */
  readonly isResultMissed: boolean;
  /** Why it did not get to the device, or what the device refused it with; null otherwise. */
  readonly failure: { readonly code: ResultCode; readonly error: Error } | null;
  /** What was asked for when it ended, as a cause: a person's reason, the reason of a signal. */
  readonly cause: unknown;
  readonly timeoutMs: number;
  readonly candidates: readonly string[];
  readonly stillRunning: readonly string[];
}

/** The code in a result `[code, message]`; null when the result is no such pair. */
function codeIn(result: unknown): ResultCode | null {
  if (!Array.isArray(result) || result.length < 1 || result.length > 2) return null;
  const [code, message] = result as readonly unknown[];
  // A list of a command's own, such as two readings, is no verdict.
  return typeof message === 'number' ? null : parseResultCode(code);
}

/** The message in a result, as the end of a sentence. */
function detailOf(result: unknown): string {
  const told: unknown = codeIn(result) === null ? result : (result as readonly unknown[])[1];
  if (told === null || told === undefined || told === '') return '.';
  return `: ${typeof told === 'string' ? told : JSON.stringify(told)}`;
}

type Verdict = Pick<LrcResult, 'resultCode' | 'exception'>;

const named = ({ command, commandId }: LrcEnding): string => commandId ?? command;

const { OK, FAILED, UNKNOWN, REJECTED, NOT_ALLOWED, ABORTED } = ResultCode;

/** The text of a refusal, without the mark that leads to it. */
const reasonIn = (result: unknown): string =>
  detailOf(result).replace(/^: /, '').replace(/^\.$/, 'no reason given');

/** The table of ends: what each final state means to those who wait. */
const verdicts: Readonly<Record<LrcEndState, (ending: LrcEnding) => Verdict>> = {
  completed: ({ result, commandId, isResultMissed }) => ({
    // A bad end is told in the result: without it a good one cannot be claimed.
    resultCode: isResultMissed ? UNKNOWN : commandId === null ? OK : (codeIn(result) ?? OK),
    exception: null,
  }),
  failed: (ending) => ({
    resultCode: ending.failure?.code ?? FAILED,
    exception:
      ending.failure?.error ?? new LrcError('LRC_FAILED', [named(ending), detailOf(ending.result)]),
  }),
  aborted: (ending) => ({
    resultCode: ABORTED,
    exception: new LrcError(
      'LRC_ABORTED',
      [named(ending), ending.commandId === null ? ' before it was sent.' : detailOf(ending.result)],
      { cause: ending.cause },
    ),
  }),
  rejected: (ending) => {
    if (ending.failure !== null) {
      return { resultCode: ending.failure.code, exception: ending.failure.error };
    }
    const isNotAllowed = codeIn(ending.result) === NOT_ALLOWED;
    const args = [named(ending), reasonIn(ending.result)];
    return {
      resultCode: isNotAllowed ? NOT_ALLOWED : REJECTED,
      exception: new LrcError(isNotAllowed ? 'NOT_ALLOWED' : 'REJECTED', args),
    };
  },
  timedOut: (ending) => ({
    resultCode: UNKNOWN,
    exception: new LrcError(
      'LRC_TIMEOUT',
      [named(ending), ending.timeoutMs, timeoutDetail(ending)],
      { stillRunning: ending.stillRunning },
    ),
  }),
  lost: (ending) => ({
    resultCode: UNKNOWN,
    exception: new LrcError('LRC_LOST', [named(ending)]),
  }),
  left: (ending) => ({
    resultCode: UNKNOWN,
    exception: new LrcError('LRC_LEFT_RUNNING', [named(ending), leftDetail(ending)], {
      cause: ending.cause,
      stillRunning: ending.stillRunning,
    }),
  }),
  unknown: (ending) => ({
    resultCode: UNKNOWN,
    exception: new LrcError('OUTCOME_UNKNOWN', [`command ${ending.command}`, doubtOf(ending)], {
      cause: ending.failure?.error,
      candidates: ending.candidates,
    }),
  }),
};

function timeoutDetail({ commandId, stillRunning }: LrcEnding): string {
  if (commandId === null) return '; it was not sent.';
  return stillRunning.length > 0 ? '; it may still run on the device.' : '; it was stopped.';
}

function leftDetail({ commandId, stillRunning }: LrcEnding): string {
  const others = stillRunning.filter((id) => id !== commandId);
  return others.length === 0 ? '.' : `; what stops it would end ${others.join(', ')} too.`;
}

function doubtOf({ failure, candidates }: LrcEnding): string {
  const why = failure?.error.message ?? 'it was sent before, and its id was not kept';
  const found = candidates.length === 0 ? 'none that fits' : candidates.join(', ');
  return `${why.replace(/\.$/, '')}; on the device there is ${found}`;
}

/** The result of a command that has ended. */
export function endOf(ending: LrcEnding): LrcResult {
  const { command, commandId, result, statuses } = ending;
  return Object.freeze({
    command,
    commandId,
    ...verdicts[ending.state](ending),
    result: result ?? null,
    taskStatusEvents: statuses,
  });
}

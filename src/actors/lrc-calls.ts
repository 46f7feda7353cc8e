import { DevFailed, LrcError } from '../kernel/device-errors.ts';
import type { DeviceProxy } from '../kernel/device-proxy.ts';
import { RunstateError } from '../kernel/errors.ts';
import { ResultCode } from '../kernel/task-state.ts';
import { parseReply } from '../streams/lrc-reply.ts';
import type { LrcReply } from '../streams/lrc-reply.ts';
import type { LrcStopper } from './lrc-options.ts';

/** A call of a device's command. */
export interface LrcCall {
  readonly device: DeviceProxy;
  readonly command: string;
  readonly args: unknown;
}

/** Why a command did not become one that runs. */
export interface LrcFailure {
  readonly code: ResultCode;
  readonly error: Error;
}

/** What came of sending a command: `lost` when nobody knows. */
export type LrcAnswer =
  | { readonly type: 'accepted'; readonly commandId: string }
  | { readonly type: 'completed'; readonly result: unknown }
  | { readonly type: 'refused' | 'failed' | 'lost'; readonly failure: LrcFailure };

const doubtful: ReadonlySet<string> = new Set(['OUTCOME_UNKNOWN', 'DEVICE_TIMEOUT']);

const isDoubtful = (error: unknown): boolean =>
  error instanceof RunstateError && doubtful.has(error.code);

const asError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error(String(thrown));

const { FAILED, UNKNOWN, REJECTED, NOT_ALLOWED, ABORTED } = ResultCode;

type Refusal = Extract<LrcReply, { type: 'refused' }>;

/** What a refusal at once means; the code goes on as the device gave it. */
function refusal(command: string, { code, text }: Refusal): LrcAnswer {
  const reason = text === '' ? 'no reason given' : text;
  const detail = text === '' ? '.' : `: ${text}`;
  switch (code) {
    case REJECTED:
      return {
        type: 'refused',
        failure: { code, error: new LrcError('REJECTED', [command, reason]) },
      };
    case NOT_ALLOWED:
      return {
        type: 'refused',
        failure: { code, error: new LrcError('NOT_ALLOWED', [command, reason]) },
      };
    case ABORTED:
      return {
        type: 'failed',
        failure: { code, error: new LrcError('LRC_ABORTED', [command, detail]) },
      };
    default:
      return {
        type: 'failed',
        failure: { code, error: new LrcError('LRC_FAILED', [command, detail]) },
      };
  }
}

/** Sends a long-running command, once, and reads what the device answers at once; never rejects. */
export async function invokeCommand(
  { device, command, args }: LrcCall,
  timeoutMs: number,
): Promise<LrcAnswer> {
  try {
    const reply = parseReply(await device.command(command, args, { timeoutMs }));
    switch (reply.type) {
      case 'accepted':
      case 'completed':
        return reply;
      case 'refused':
        return refusal(command, reply);
      case 'foreign': {
        const what = `the answer to ${command} is no result code with an id or a reason`;
        const error = new RunstateError('DEVICE_PROTOCOL', [device.name, what]);
        return { type: 'failed', failure: { code: UNKNOWN, error } };
      }
    }
  } catch (thrown) {
    const error = asError(thrown);
    return isDoubtful(thrown)
      ? { type: 'lost', failure: { code: UNKNOWN, error } }
      : { type: 'failed', failure: { code: FAILED, error } };
  }
}

/**
 * Sends what was declared to stop a command. Resolves when the device has taken it, or may have;
 * rejects with why it has not.
 */
export async function stopCommand(
  device: DeviceProxy,
  stop: LrcStopper,
  timeoutMs: number,
): Promise<void> {
  if (typeof stop === 'function') {
    await stop(device);
    return;
  }
  try {
    const reply = parseReply(await device.command(stop, undefined, { timeoutMs }));
    if (reply.type === 'refused') throw new LrcError('REJECTED', [stop, reply.text]);
  } catch (error) {
    if (!isDoubtful(error)) throw error;
  }
}

/**
 * Sends a command that pauses a command or lets it go on. Gives its id when it is a long-running
 * command itself.
 *
 * @throws {@link RunstateError} `SUSPEND_REFUSED`
 */
export async function controlCommand(
  { device, command, args }: LrcCall,
  of: string,
  timeoutMs: number,
): Promise<string | null> {
  try {
    const reply = parseReply(await device.command(command, args, { timeoutMs }));
    if (reply.type === 'refused') throw new RunstateError('SUSPEND_REFUSED', [of, reply.text]);
    return reply.type === 'accepted' ? reply.commandId : null;
  } catch (error) {
    if (!(error instanceof DevFailed)) throw error;
    throw new RunstateError('SUSPEND_REFUSED', [of, error.message], { cause: error });
  }
}

import { ResultCode } from '../kernel/task-state.ts';
import { parseResultCode, parseText } from './lrc-words.ts';

/** What a device answered at once to a command. */
export type LrcReply =
  | { readonly type: 'accepted'; readonly commandId: string }
  | { readonly type: 'completed'; readonly result: unknown }
  | { readonly type: 'refused'; readonly code: ResultCode; readonly text: string }
  /** No answer of a long-running command. */
  | { readonly type: 'foreign' };

const first = (value: unknown): unknown =>
  Array.isArray(value) || ArrayBuffer.isView(value)
    ? (value as unknown as readonly unknown[])[0]
    : value;

const accepted: ReadonlySet<ResultCode> = new Set([ResultCode.QUEUED, ResultCode.STARTED]);

/**
 * Reads the answer to a command: `[[code], [text]]`, as DevVarLongStringArray comes, or
 * `[code, text]`, where the code may be a text too.
 */
export function parseReply(answer: unknown): LrcReply {
  if (!Array.isArray(answer) || answer.length < 2) return { type: 'foreign' };
  const code = parseResultCode(first(answer[0]));
  const told = first(answer[1]) ?? '';
  if (code === null || typeof told !== 'string') return { type: 'foreign' };
  if (code === ResultCode.OK) return { type: 'completed', result: parseText(told) };
  if (!accepted.has(code)) return { type: 'refused', code, text: told };
  return told === '' ? { type: 'foreign' } : { type: 'accepted', commandId: told };
}

import type { LrcStatusName } from '../kernel/lrc-machine-types.ts';
import { LrcTaskStatus, ResultCode } from '../kernel/task-state.ts';

const ends: ReadonlySet<LrcTaskStatus> = new Set([
  LrcTaskStatus.ABORTED,
  LrcTaskStatus.COMPLETED,
  LrcTaskStatus.REJECTED,
  LrcTaskStatus.FAILED,
]);

const names = new Map(
  Object.entries(LrcTaskStatus).map(([name, status]) => [status, name as LrcStatusName]),
);

/** The name of a status. */
export const nameOfStatus = (status: LrcTaskStatus): LrcStatusName =>
  names.get(status) ?? 'NOT_FOUND';

/** Whether a command with this status has ended for good. */
export const isLrcEnd = (status: LrcTaskStatus): boolean => ends.has(status);

/** How far a command has come with this status; an end is further than all else. */
export const lrcRank = (status: LrcTaskStatus): number =>
  ends.has(status) ? LrcTaskStatus.IN_PROGRESS + 1 : status;

/** A word of an enumeration by its number, its digits as text, or its name in any case. */
function wordOf<T extends number>(words: Readonly<Record<string, T>>, told: unknown): T | null {
  if (typeof told === 'string') {
    const name = told.trim().replace(/^\w+\./, '');
    if (/^\d+$/.test(name)) return wordOf(words, Number(name));
    return words[name.toUpperCase()] ?? null;
  }
  const number = typeof told === 'bigint' ? Number(told) : told;
  return Object.values(words).find((word) => word === number) ?? null;
}

/** A status as devices tell it, by number or name; null when it is none that is known. */
export const parseTaskStatus = (told: unknown): LrcTaskStatus | null => wordOf(LrcTaskStatus, told);

/** A result code as devices tell it, by number or name; null when it is none that is known. */
export const parseResultCode = (told: unknown): ResultCode | null => wordOf(ResultCode, told);

/** Progress as devices tell it, a number or its text; null when it is neither. */
export function parsePercent(told: unknown): number | null {
  const text = typeof told === 'string' ? told.trim().replace(/\s*%$/, '') : told;
  if (text === '' || (typeof text !== 'string' && typeof text !== 'number')) return null;
  const percent = Number(text);
  return Number.isFinite(percent) ? Math.min(100, Math.max(0, percent)) : null;
}

/** What a text says: its JSON, or the text itself; null when it is empty. */
export function parseText(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** A result that may have been made JSON twice. */
export function parseResult(told: unknown): unknown {
  return typeof told === 'string' && /^\s*[[{]/.test(told) ? parseText(told) : told;
}

/** The command's name in an id such as `1795230188.955607_52969056615025_On`; empty without one. */
export const commandNameOf = (id: string): string => id.split('_').slice(2).join('_');

/** When the device made an id, in milliseconds since the epoch; null when it does not tell. */
export function madeAt(id: string): number | null {
  const seconds = Number(/^\d+(?:\.\d+)?(?=_)/.exec(id)?.[0] ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds * 1_000 : null;
}

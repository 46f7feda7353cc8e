import { LrcTaskStatus } from '../kernel/task-state.ts';
import type { LrcUpdate } from './lrc-updates.ts';
import { textsOf } from './lrc-updates.ts';
import {
  commandNameOf,
  isLrcEnd,
  madeAt,
  parsePercent,
  parseResult,
  parseTaskStatus,
  parseText,
} from './lrc-words.ts';

/** A command as a device lists it. */
export interface LrcRecord {
  readonly id: string;
  readonly name: string;
  /** In milliseconds since the epoch, by the device's clock; null when it does not tell. */
  readonly at: number | null;
  readonly update: LrcUpdate;
}

interface Listed {
  readonly uid?: unknown;
  readonly name?: unknown;
  readonly status?: unknown;
  readonly progress?: unknown;
  readonly result?: unknown;
  readonly submitted_time?: unknown;
  readonly started_time?: unknown;
  readonly finished_time?: unknown;
}

/** The lists of version 2 in the order in which a command passes through them. */
export const lrcLists = [
  { attribute: 'lrcQueue', status: LrcTaskStatus.QUEUED },
  { attribute: 'lrcExecuting', status: LrcTaskStatus.IN_PROGRESS },
  { attribute: 'lrcFinished', status: LrcTaskStatus.COMPLETED },
] as const;

function timeOf({ submitted_time, started_time, finished_time }: Listed): number | null {
  const text = [submitted_time, started_time, finished_time].find(
    (time) => typeof time === 'string',
  );
  const at = Date.parse(typeof text === 'string' ? text : '');
  return Number.isNaN(at) ? null : at;
}

/** Reads `lrcQueue`, `lrcExecuting` or `lrcFinished`; a command without a status has the list's. */
export function readList(value: unknown, status: LrcTaskStatus): LrcRecord[] {
  return textsOf(value).flatMap((text) => {
    const told = parseText(text);
    if (typeof told !== 'object' || told === null) return [];
    const listed = told as Listed;
    const { uid, name, progress } = listed;
    if (typeof uid !== 'string' || uid === '') return [];
    const percent = parsePercent(progress);
    const present = parseTaskStatus(listed.status) ?? status;
    // A finished command without a result has none: nothing is left to wait for.
    const hasResult = 'result' in listed || isLrcEnd(present);
    return {
      id: uid,
      name: typeof name === 'string' ? name : commandNameOf(uid),
      // The time of submission is promised by devices and left out by all of them so far.
      at: madeAt(uid) ?? timeOf(listed),
      update: {
        status: present,
        ...(percent !== null && { percent }),
        ...(hasResult && { result: parseResult(listed.result ?? null) }),
      },
    };
  });
}

/** Reads `longRunningCommandStatus`, which lists all commands of a device of version 1. */
export function readStatusList(value: unknown): LrcRecord[] {
  const told = textsOf(value);
  const records: LrcRecord[] = [];
  for (let at = 0; at + 1 < told.length; at += 2) {
    const id = told[at] ?? '';
    const status = parseTaskStatus(told[at + 1]);
    if (id === '' || status === null) continue;
    records.push({ id, name: commandNameOf(id), at: madeAt(id), update: { status } });
  }
  return records;
}

import { LrcTaskStatus } from '../../kernel/task-state.ts';

/** One long-running command, as a simulated device knows it. */
export interface LrcRecord {
  readonly id: string;
  readonly command: string;
  status: LrcTaskStatus;
  progress: number | null;
  /** As JSON; null before the end. */
  result: string | null;
  startedAt: number | null;
  finishedAt: number | null;
}

const names = new Map(Object.entries(LrcTaskStatus).map(([name, value]) => [value, name]));

/** The name of a status, as version 1 of the protocol tells it. */
export const nameOfStatus = (status: LrcTaskStatus): string => names.get(status) ?? 'UNKNOWN';

const ended = new Set<LrcTaskStatus>([
  LrcTaskStatus.ABORTED,
  LrcTaskStatus.COMPLETED,
  LrcTaskStatus.REJECTED,
  LrcTaskStatus.FAILED,
]);

export const hasEnded = ({ status }: LrcRecord): boolean => ended.has(status);

/** A moment as `lrcFinished` tells it: in UTC, with microseconds. */
const timeText = (ms: number): string => new Date(ms).toISOString().replace('Z', '000+00:00');

/** An entry of `lrcQueue`, `lrcExecuting` or `lrcFinished`; `submitted_time` is never there. */
export function recordText(record: LrcRecord): string {
  const { id: uid, command: name, progress, result, startedAt, finishedAt } = record;
  return JSON.stringify({
    uid,
    name,
    ...(hasEnded(record) ? { status: nameOfStatus(record.status) } : {}),
    ...(startedAt === null ? {} : { started_time: timeText(startedAt) }),
    ...(finishedAt === null ? {} : { finished_time: timeText(finishedAt) }),
    ...(progress === null || hasEnded(record) ? {} : { progress }),
    ...(result === null ? {} : { result: JSON.parse(result) as unknown }),
  });
}

/** Commands in the order in which version 1 tells of them: ended, running, waiting. */
export function inOrder(records: Iterable<LrcRecord>): readonly LrcRecord[] {
  const rank = (record: LrcRecord): number => {
    if (hasEnded(record)) return 0;
    return record.status === LrcTaskStatus.IN_PROGRESS ? 1 : 2;
  };
  return [...records].toSorted((a, b) => rank(a) - rank(b));
}

import { blockLength } from './batch.ts';
import type { Connection, SqlValue } from './connection.ts';

/** Rows that an index gives in order. */
export interface Source {
  readonly key: string;
  /** The index's table, named in SQL. */
  readonly index: string;
  /** What a filter looks at beside it, in SQL. */
  readonly join?: string;
  /** Which part of the index it is, in SQL. */
  readonly where: string;
  readonly values: readonly SqlValue[];
}

/** A condition that each row is looked at for; empty without one. */
export interface Filter {
  readonly where: string;
  readonly values: readonly SqlValue[];
}

/** Keys from `low` to `high`, both of them included. */
export interface KeyRange {
  readonly low: number;
  readonly high: number;
}

export type Direction = 'ASC' | 'DESC';

/** Rows that are looked at before the event loop goes on: at first few, then some milliseconds'. */
const firstWindow = 250;
const lastWindow = 4_000;

/** SQLite knows no endless limit. */
const mostKeys = 2 ** 31;

/** Lets the event loop go on. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * Keys of a source that pass a filter, in order, `limit` of them at most. A filter that few rows pass
 * may have to look at many; it does so in windows, and the event loop goes on between them.
 */
export async function scan(
  connection: Connection,
  { key, index, join = '', where, values }: Source,
  filter: Filter,
  range: KeyRange,
  { direction, limit }: { readonly direction: Direction; readonly limit: number },
): Promise<number[]> {
  const order = `AND ${key} BETWEEN ? AND ? ORDER BY ${key} ${direction}`;
  const nth = `SELECT ${key} AS key FROM ${index} WHERE ${where} ${order} LIMIT 1 OFFSET ?`;
  const page = `
    SELECT ${key} AS key FROM ${index} ${join} WHERE ${where} ${filter.where} ${order} LIMIT ?`;
  const found: number[] = [];
  let { low, high } = range;
  let length = firstWindow;
  while (found.length < limit && low <= high) {
    const [last] =
      filter.where === ''
        ? []
        : connection.all<{ key: number }>(nth, ...values, low, high, length - 1);
    const end = last?.key;
    const window = direction === 'ASC' ? { low, high: end ?? high } : { low: end ?? low, high };
    const rows = connection.all<{ key: number }>(
      page,
      ...values,
      ...filter.values,
      window.low,
      window.high,
      Math.min(limit - found.length, mostKeys),
    );
    for (const row of rows) found.push(row.key);
    if (end === undefined) break;
    if (direction === 'ASC') low = end + 1;
    else high = end - 1;
    length = Math.min(2 * length, lastWindow);
    if (found.length < limit) await turn();
  }
  return found;
}

/** Ranges of keys in which the moments asked for can be, in the order of `direction`. */
export function timeRanges(
  connection: Connection,
  kind: 'task' | 'event',
  { since, until }: { readonly since?: number; readonly until?: number },
  within: KeyRange,
  direction: Direction,
): KeyRange[] {
  if (since === undefined && until === undefined) return [within];
  const blocks = connection.all<{ block: number }>(
    `SELECT block FROM time_blocks
     WHERE kind = ? AND last_at >= ? AND first_at < ? ORDER BY block`,
    kind,
    since ?? Number.MIN_SAFE_INTEGER,
    until ?? Number.MAX_SAFE_INTEGER,
  );
  const ranges: { low: number; high: number }[] = [];
  for (const { block } of blocks) {
    const low = Math.max(within.low, block * blockLength);
    const high = Math.min(within.high, (block + 1) * blockLength - 1);
    const last = ranges.at(-1);
    if (low > high) continue;
    if (last !== undefined && last.high === low - 1) last.high = high;
    else ranges.push({ low, high });
  }
  return direction === 'ASC' ? ranges : ranges.toReversed();
}

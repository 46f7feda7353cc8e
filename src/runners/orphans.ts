import { hostname } from 'node:os';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { ProcessIdentity } from '../kernel/process-identity.ts';
import { groupExists, signalGroup } from './process-group.ts';
import { placeMark, placeVariable, systemTable } from './process-table.ts';
import type { ProcessRow, ProcessTable } from './process-table.ts';

/** How a child that outlived its engine is ended. */
export interface EndOrphanOptions {
  /**
   * Time from SIGTERM to SIGKILL, in milliseconds.
   *
   * @defaultValue `2_000`
   */
  readonly killDelayMs?: number;
  /**
   * How long it may take to be gone after SIGKILL, in milliseconds.
   *
   * @defaultValue `5_000`
   */
  readonly limitMs?: number;
  readonly clock?: Clock;
  readonly table?: ProcessTable;
}

const orphanDefaults = {
  killDelayMs: 2_000,
  limitMs: 5_000,
  clock: systemClock,
  table: systemTable,
} as const satisfies Required<EndOrphanOptions>;

const firstPollMs = 5;
const longestPollMs = 200;

/** What became of it: it was ended, it had ended before, or it runs on another host. */
export type OrphanEnd = 'ended' | 'gone' | 'elsewhere';

/**
 * Ends the process group of a child that an earlier engine started, and resolves when nothing of it
 * is left. A stranger that was given the same number since then is left alone.
 *
 * @throws {@link RunstateError} `ORPHAN_ALIVE` when it cannot be ended, or cannot be told from a
 *   stranger
 */
export async function endOrphan(
  place: ProcessIdentity,
  options: EndOrphanOptions = {},
): Promise<OrphanEnd> {
  if (place.host !== hostname()) return 'elsewhere';
  // To signal "group 0" or "group 1" means to signal one's own, or every process there is.
  if (!Number.isInteger(place.pid) || place.pid < 2) return 'gone';
  const { killDelayMs, limitMs, clock, table } = { ...orphanDefaults, ...options };
  const orphan = new Orphan(place, table);
  const isGoneWithin = async (boundMs: number): Promise<boolean> => {
    const until = clock.now() + boundMs;
    for (let pollMs = firstPollMs; ; pollMs = Math.min(2 * pollMs, longestPollMs)) {
      if (!(await orphan.isAlive())) return true;
      const leftMs = until - clock.now();
      if (leftMs <= 0) return false;
      await new Promise<void>((resolve) => {
        clock.setTimeout(resolve, Math.min(pollMs, leftMs));
      });
    }
  };
  if (!(await orphan.isAlive())) return 'gone';
  // A group that stands still could not act on SIGTERM.
  signalGroup(place.pid, 'SIGCONT');
  signalGroup(place.pid, 'SIGTERM');
  if (await isGoneWithin(killDelayMs)) return 'ended';
  signalGroup(place.pid, 'SIGKILL');
  if (await isGoneWithin(limitMs)) return 'ended';
  throw new RunstateError('ORPHAN_ALIVE', [
    place.pid,
    `it is still there ${limitMs} ms after SIGKILL`,
  ]);
}

const keyOf = ({ pid, startedAt }: ProcessRow): string => `${pid}@${startedAt}`;

/**
 * A process group, as long as it is the one that was started as `place`. The system gives its number
 * to nobody else while one of its members lives, so one member that is known vouches for the others.
 */
class Orphan {
  readonly #place: ProcessIdentity;
  readonly #table: ProcessTable;
  /** Members seen so far: they vouch for the group when its leader is gone. */
  readonly #known = new Set<string>();

  constructor(place: ProcessIdentity, table: ProcessTable) {
    this.#place = place;
    this.#table = table;
  }

  async isAlive(): Promise<boolean> {
    const { pid, startedAt } = this.#place;
    if (!groupExists(pid)) return false;
    const members = await this.#table.group(pid);
    if (members.length === 0) return false;
    if (startedAt === null) {
      const problem = 'it is not known when it was started, so another one may have its number now';
      throw new RunstateError('ORPHAN_ALIVE', [pid, problem]);
    }
    if (!members.some((row) => this.#isOurs(row))) return false;
    for (const row of members) this.#known.add(keyOf(row));
    return true;
  }

  #isOurs(row: ProcessRow): boolean {
    const { pid } = this.#place;
    if (this.#known.has(keyOf(row))) return true;
    return row.pid === pid
      ? row.startedAt === this.#place.startedAt
      : this.#table.hasVariable(row.pid, placeVariable, placeMark(this.#place));
  }
}

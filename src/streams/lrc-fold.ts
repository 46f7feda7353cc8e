import type { LrcEvent } from '../kernel/lrc.ts';
import { LrcTaskStatus } from '../kernel/task-state.ts';
import { EventLog } from './event-log.ts';
import type { LrcUpdate } from './lrc-updates.ts';
import { isLrcEnd, lrcRank } from './lrc-words.ts';

/** How an update came: the device told it by itself, or it was looked up. */
export type UpdateSource = 'event' | 'look';

/** What an update changed. */
export interface LrcChange {
  /** The new status; null when it is the old one. */
  readonly status: LrcTaskStatus | null;
  readonly hasResult: boolean;
}

const unchanged: LrcChange = { status: null, hasResult: false };

/**
 * Folds what a device tells of one command into its events, its statuses without repeats and its
 * result.
 *
 * Statuses are taken as they are told, also in an order that the protocol does not allow. What is
 * looked up and what is told come on two ways that may overtake each other: so a look takes a command
 * forward only, and a late event does not take back what a look has shown.
 */
export class LrcFold {
  readonly #log = new EventLog<LrcEvent>();
  readonly #statuses: LrcTaskStatus[] = [];
  #status: LrcTaskStatus | null = null;
  #percent: number | null = null;
  #result: unknown = null;
  #hasResult = false;
  #seenRank = -1;
  #isEndLookedUp = false;

  get log(): EventLog<LrcEvent> {
    return this.#log;
  }

  /** The last status; null before the first. */
  get status(): LrcTaskStatus | null {
    return this.#status;
  }

  get percent(): number | null {
    return this.#percent;
  }

  get result(): unknown {
    return this.#result;
  }

  /** That it ended was looked up, and its result was not found: it was told to nobody here. */
  get isResultMissed(): boolean {
    return this.#isEndLookedUp && !this.#hasResult;
  }

  /** The statuses told until now, as a copy. */
  get statuses(): readonly LrcTaskStatus[] {
    return Object.freeze([...this.#statuses]);
  }

  apply(update: LrcUpdate, at: number, via: UpdateSource): LrcChange {
    const { status, percent } = update;
    if (percent !== undefined && percent !== this.#percent && via === 'event') {
      this.#percent = percent;
      this.#log.append({ type: 'progress', at, percent });
    }
    const hasResult = 'result' in update && this.#takeResult(update.result, at);
    const isNew = status !== undefined && this.#isNews(status, via);
    if (!isNew) return hasResult ? { status: null, hasResult } : unchanged;
    this.#status = status;
    this.#isEndLookedUp = via === 'look' && isLrcEnd(status);
    this.#statuses.push(status);
    this.#log.append({ type: 'status', at, status });
    return { status, hasResult };
  }

  #isNews(status: LrcTaskStatus, via: UpdateSource): boolean {
    if (status === this.#status || status === LrcTaskStatus.NOT_FOUND) return false;
    const rank = lrcRank(status);
    if (via === 'look') {
      const isForward = this.#status === null || rank > lrcRank(this.#status);
      if (isForward) this.#seenRank = rank;
      return isForward;
    }
    return isLrcEnd(status) || rank >= this.#seenRank;
  }

  #takeResult(result: unknown, at: number): boolean {
    if (this.#hasResult && isSame(this.#result, result)) return false;
    this.#hasResult = true;
    this.#result = result;
    this.#log.append({ type: 'result', at, result });
    return true;
  }
}

const isSame = (one: unknown, other: unknown): boolean =>
  one === other || JSON.stringify(one) === JSON.stringify(other);

import type { GapEvent, TaskEvent } from '../kernel/task-event.ts';

/** Progress, log and checkpoint events that a task keeps in memory. */
const keptRecent = 1_000;

const isLasting = (event: TaskEvent): boolean =>
  event.type !== 'progress' && event.type !== 'log' && event.type !== 'checkpoint';

/** Stands for the events up to `last` that a reader cannot be given any more. */
const gapUpTo = (last: TaskEvent, missed: number): GapEvent => ({
  type: 'gap',
  seq: last.seq,
  taskId: last.taskId,
  at: last.at,
  missed,
});

/** How far a reader has come: events it was given, or missed, of either kind. */
export interface ReadingPosition {
  lasting: number;
  recent: number;
}

export const atStart = (): ReadingPosition => ({ lasting: 0, recent: 0 });

const none: readonly TaskEvent[] = [];

/**
 * A task's events: all of its status and attempt events, and the last thousand of its progress, log
 * and checkpoint events.
 *
 * Whoever reads keeps a position and asks for the next event, so a slow reader costs nothing, gets
 * the events in order whatever happens meanwhile, and gets one `gap` for what was dropped.
 */
export class EventHistory {
  readonly #lasting: TaskEvent[] = [];
  #recent: TaskEvent[] | null = null;
  /** How many came before the first of `#recent`, and the last of them. */
  #dropped = 0;
  #lastDropped: TaskEvent | null = null;

  push(event: TaskEvent): void {
    if (isLasting(event)) {
      this.#lasting.push(event);
      return;
    }
    this.#recent ??= [];
    this.#recent.push(event);
    if (this.#recent.length >= 2 * keptRecent) this.#trim(this.#recent);
  }

  /** The next event at a position, which moves on; undefined when there is none yet. */
  read(position: ReadingPosition): TaskEvent | undefined {
    const kept = this.#recent ?? none;
    const lasting = this.#lasting[position.lasting];
    const firstKept = Math.max(this.#dropped, this.#dropped + kept.length - keptRecent);
    const missed = firstKept - position.recent;
    const lastMissed =
      missed > 0 ? (kept[firstKept - 1 - this.#dropped] ?? this.#lastDropped) : null;
    const recent = lastMissed ?? kept[position.recent - this.#dropped];
    if (recent === undefined || (lasting !== undefined && lasting.seq < recent.seq)) {
      if (lasting !== undefined) position.lasting += 1;
      return lasting;
    }
    position.recent = Math.max(firstKept, position.recent + 1);
    return lastMissed === null ? recent : gapUpTo(lastMissed, missed);
  }

  /** All that is kept, in order, with one `gap` where events were dropped. */
  replay(): readonly TaskEvent[] {
    const events: TaskEvent[] = [];
    const position = atStart();
    for (let event = this.read(position); event !== undefined; event = this.read(position)) {
      events.push(event);
    }
    return events;
  }

  #trim(recent: TaskEvent[]): void {
    const dropped = recent.splice(0, recent.length - keptRecent);
    this.#dropped += dropped.length;
    this.#lastDropped = dropped.at(-1) ?? this.#lastDropped;
  }
}

import { Observable } from 'rxjs';
import { deferred } from '../kernel/deferred.ts';
import type { Deferred } from '../kernel/deferred.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import { atStart } from './event-history.ts';
import type { TaskRecord } from './task-record.ts';

/** Calls `onNews` after each event of a task, until what is returned is called. */
function follow(record: TaskRecord, onNews: () => void): () => void {
  record.listeners ??= new Set();
  record.listeners.add(onNews);
  return () => void record.listeners?.delete(onNews);
}

/**
 * A task's events, those before the subscription first; completes when the task has settled.
 *
 * An event that a subscriber causes itself, by cancelling for example, reaches it after the one it
 * is dealing with: all subscribers get all events in the same order.
 */
export function eventsOf(record: TaskRecord): Observable<TaskEvent> {
  return new Observable((subscriber) => {
    const position = atStart();
    let isTelling = false;
    const tell = (): void => {
      if (isTelling) return;
      isTelling = true;
      while (!subscriber.closed) {
        const event = record.history.read(position);
        if (event === undefined) break;
        subscriber.next(event);
      }
      isTelling = false;
      if (record.isOver) subscriber.complete();
    };
    const stop = follow(record, tell);
    tell();
    return stop;
  });
}

/** Reads a task's events at its own pace: one that falls behind gets a `gap` for what it missed. */
export class EventReader implements AsyncIterableIterator<TaskEvent> {
  readonly #record: TaskRecord;
  readonly #position = atStart();
  readonly #stop: () => void;
  #news: Deferred<void> | null = null;
  #hasEnded = false;

  constructor(record: TaskRecord) {
    this.#record = record;
    this.#stop = follow(record, () => this.#wake());
  }

  async next(): Promise<IteratorResult<TaskEvent, undefined>> {
    while (!this.#hasEnded) {
      const event = this.#record.history.read(this.#position);
      if (event !== undefined) return { done: false, value: event };
      if (this.#record.isOver) break;
      this.#news ??= deferred();
      await this.#news.promise;
    }
    return this.return();
  }

  return(): Promise<IteratorResult<TaskEvent, undefined>> {
    this.#hasEnded = true;
    this.#stop();
    this.#wake();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #wake(): void {
    this.#news?.resolve();
    this.#news = null;
  }
}

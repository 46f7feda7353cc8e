import { Observable, ReplaySubject, share } from 'rxjs';
import type { Subscription } from 'rxjs';
import type { TaskEvent } from '../kernel/task-event.ts';
import { isTerminal, TaskStatus } from '../kernel/task-state.ts';
import type { Completions } from './future-completions.ts';
import type { FutureSlot } from './future-slot.ts';
import type { FutureSource } from './future-source.ts';

/** How far a future has come. */
export interface FutureProgress {
  /** Computations that have settled, however they ended. */
  readonly done: number;
  readonly total: number;
  /** The mean of what the tasks report, from 0 to 100; one that has settled counts as 100. */
  readonly percent: number;
  readonly byStatus: Readonly<Record<TaskStatus, number>>;
}

/** What of a future is looked at. */
export interface ProgressParts {
  readonly source: FutureSource;
  readonly slots: readonly FutureSlot[];
  readonly completions: Completions;
}

/** Where one live computation stands. */
interface Standing {
  status: TaskStatus;
  percent: number;
}

const none = (): Record<TaskStatus, number> =>
  Object.fromEntries(Object.values(TaskStatus).map((status) => [status, 0])) as Record<
    TaskStatus,
    number
  >;

/** The figures of a future, kept up with each event so that none of them is counted again. */
class Tally {
  readonly #total: number;
  readonly #live = new Map<number, Standing>();
  readonly #byStatus = none();
  #done = 0;
  #percents = 0;

  constructor(slots: readonly FutureSlot[]) {
    this.#total = slots.length;
    for (const { status, taskId, task } of slots) {
      this.#byStatus[status] += 1;
      if (task === null || taskId === null) this.#done += 1;
      else this.#live.set(taskId, { status, percent: 0 });
    }
  }

  /** Takes an event of any task; whether it changed a figure. */
  take(event: TaskEvent): boolean {
    const standing = event.taskId === null ? undefined : this.#live.get(event.taskId);
    if (standing === undefined) return false;
    switch (event.type) {
      case 'progress':
        return this.#setPercent(standing, event.percent);
      case 'status': {
        // The end counts when the future has heard of it.
        if (isTerminal(event.status)) return false;
        // An attempt that begins anew has come no way yet.
        if (event.status === TaskStatus.PENDING) this.#setPercent(standing, 0);
        return this.#setStatus(standing, event.status);
      }
      default:
        return false;
    }
  }

  settled({ taskId, status }: FutureSlot): void {
    const standing = taskId === null ? undefined : this.#live.get(taskId);
    if (taskId === null || standing === undefined) return;
    this.#setStatus(standing, status);
    this.#setPercent(standing, 0);
    this.#live.delete(taskId);
    this.#done += 1;
  }

  get present(): FutureProgress {
    const isDone = this.#done === this.#total;
    const percent = isDone ? 100 : (100 * this.#done + this.#percents) / this.#total;
    return { done: this.#done, total: this.#total, percent, byStatus: { ...this.#byStatus } };
  }

  #setPercent(standing: Standing, percent: number): boolean {
    if (standing.percent === percent) return false;
    this.#percents += percent - standing.percent;
    standing.percent = percent;
    return true;
  }

  #setStatus(standing: Standing, status: TaskStatus): boolean {
    if (standing.status === status) return false;
    this.#byStatus[standing.status] -= 1;
    this.#byStatus[status] += 1;
    standing.status = status;
    return true;
  }
}

/** The progress that a running task has reported before it was looked at. */
function takeEarlier(tally: Tally, { task, status }: FutureSlot): void {
  if (task === null || status === TaskStatus.PENDING) return;
  task.events$
    .subscribe((event) => void (event.type === 'progress' && tally.take(event)))
    .unsubscribe();
}

/**
 * How a future goes on: the present value first, one more with each change, the last one when all
 * have settled. Its tasks are looked at only while somebody has subscribed, with one subscription for
 * all of them.
 */
export function progressOf({
  source,
  slots,
  completions,
}: ProgressParts): Observable<FutureProgress> {
  const progress$ = new Observable<FutureProgress>((subscriber) => {
    const tally = new Tally(slots);
    for (const slot of slots) takeEarlier(tally, slot);
    subscriber.next(tally.present);
    if (completions.isReady) {
      subscriber.complete();
      return;
    }
    const watching: Subscription = source.events$.subscribe((event) => {
      if (tally.take(event)) subscriber.next(tally.present);
    });
    watching.add(
      completions.listen({
        settled: (slot) => {
          tally.settled(slot);
          subscriber.next(tally.present);
        },
        loaded: () => {
          if (completions.isReady) subscriber.complete();
        },
        failed: (error) => subscriber.error(error),
      }),
    );
    return watching;
  });
  return progress$.pipe(share({ connector: () => new ReplaySubject(1) }));
}

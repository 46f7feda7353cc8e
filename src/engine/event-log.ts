import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Clock } from '../kernel/clock.ts';
import type { AlarmEvent, TaskEvent } from '../kernel/task-event.ts';
import type { TaskRecord } from './task-record.ts';

type Unstamped<T> = T extends TaskEvent ? Omit<T, 'seq' | 'taskId' | 'at'> : never;

/** An event before it has its number, task and time. */
export type EventBody = Unstamped<Exclude<TaskEvent, AlarmEvent>>;

/** Numbers events, keeps each with its task, and tells whoever listens. */
export class EventLog {
  readonly #clock: Clock;
  readonly #all = new Subject<TaskEvent>();
  readonly #untold: TaskEvent[] = [];
  #isTelling = false;
  #seq = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get events$(): Observable<TaskEvent> {
    return this.#all.asObservable();
  }

  publish(record: TaskRecord, body: EventBody): void {
    const event: TaskEvent = {
      seq: (this.#seq += 1),
      taskId: record.id,
      at: this.#clock.now(),
      ...body,
    };
    record.history.push(event);
    if (this.#all.observed) this.#untold.push(event);
    if (record.listeners !== null) for (const tell of record.listeners) tell();
    this.#tell();
  }

  /** Tells those who listen; whoever raises it logs it. */
  alarm(alarm: Omit<AlarmEvent, 'seq' | 'at' | 'type'>): void {
    if (!this.#all.observed) return;
    this.#untold.push({ ...alarm, type: 'alarm', seq: (this.#seq += 1), at: this.#clock.now() });
    this.#tell();
  }

  close(): void {
    this.#all.complete();
  }

  /** What a subscriber causes while it is told of an event comes after that event for all of them. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let next = this.#untold.shift(); next !== undefined; next = this.#untold.shift()) {
      this.#all.next(next);
    }
    this.#isTelling = false;
  }
}

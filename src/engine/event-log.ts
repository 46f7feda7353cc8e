import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Clock } from '../kernel/clock.ts';
import type { AlarmEvent, TaskEvent } from '../kernel/task-event.ts';
import { NumberBlock } from './number-block.ts';
import type { StoreWriter } from './store-writer.ts';
import type { TaskRecord } from './task-record.ts';

type Unstamped<T> = T extends TaskEvent ? Omit<T, 'seq' | 'taskId' | 'at'> : never;

/** An event before it has its number, task and time. */
export type EventBody = Unstamped<Exclude<TaskEvent, AlarmEvent>>;

/** How many sequence numbers are set aside at once; a task has some five events. */
const blockSize = 100_000;

/**
 * Numbers events, keeps each with its task, and tells whoever listens. A durable store is given all of
 * them; any other those that a person or client caused, and reads the rest from their task.
 */
export class EventLog {
  readonly #clock: Clock;
  readonly #writer: StoreWriter;
  readonly #isDurable: boolean;
  readonly #all = new Subject<TaskEvent>();
  readonly #untold: TaskEvent[] = [];
  #isTelling = false;
  #block: NumberBlock | null = null;
  #seq = 0;

  constructor(clock: Clock, writer: StoreWriter, isDurable: boolean) {
    this.#clock = clock;
    this.#writer = writer;
    this.#isDurable = isDurable;
  }

  get events$(): Observable<TaskEvent> {
    return this.#all.asObservable();
  }

  /** The store is open; numbers below `nextSeq` were given before. */
  open(nextSeq: number): void {
    this.#block = new NumberBlock({
      writer: this.#writer,
      next: nextSeq,
      size: blockSize,
      end: Number.MAX_SAFE_INTEGER,
      rowOf: (end) => ({ kind: 'seqs', end }),
    });
  }

  publish(record: TaskRecord, body: EventBody): void {
    const event: TaskEvent = {
      seq: this.nextSeq(),
      taskId: record.id,
      at: this.#clock.now(),
      ...body,
    };
    record.history.push(event);
    if (record.refusal === null) this.#keep(event);
    if (this.#all.observed) this.#untold.push(event);
    if (record.listeners !== null) for (const tell of record.listeners) tell();
    this.#tell();
  }

  /** Tells those who listen; whoever raises it logs it. */
  alarm(alarm: Omit<AlarmEvent, 'seq' | 'at' | 'type'>): void {
    const isAttributed = alarm.by !== undefined;
    if (!this.#all.observed && !this.#isDurable && !isAttributed) return;
    const event: AlarmEvent = {
      ...alarm,
      type: 'alarm',
      seq: this.nextSeq(),
      at: this.#clock.now(),
    };
    this.#keep(event);
    if (this.#all.observed) this.#untold.push(event);
    this.#tell();
  }

  /** The engine ends: the next one goes on from here. */
  release(): void {
    this.#block?.release();
  }

  close(): void {
    this.#all.complete();
  }

  /** A new sequence number, also for an event that comes from elsewhere. */
  nextSeq(): number {
    this.#seq = this.#block?.next() ?? this.#seq + 1;
    return this.#seq;
  }

  /** Nobody waits for an event to be committed; it rides with what is. */
  #keep(event: TaskEvent): void {
    if (this.#isDurable || event.by !== undefined) this.#writer.write([{ kind: 'event', event }]);
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

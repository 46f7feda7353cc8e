import { Observable } from 'rxjs';
import type { Subscriber } from 'rxjs';

/** What a log held at one moment. It never changes, and shares the log's memory. */
export class LogView<T> implements Iterable<T> {
  readonly length: number;
  readonly #entries: readonly T[];

  constructor(entries: readonly T[], length: number = entries.length) {
    this.#entries = entries;
    this.length = length;
  }

  /** The entry at a place from 0; a negative one counts from the end. */
  at(index: number): T | undefined {
    const place = index < 0 ? this.length + index : index;
    return place < this.length ? this.#entries[place] : undefined;
  }

  /** A copy of the entries. */
  toArray(): T[] {
    return this.#entries.slice(0, this.length);
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let place = 0; place < this.length; place += 1) yield this.#entries[place] as T;
  }
}

/** Where one subscriber has come to. */
class LogReader<T> {
  readonly #log: { readonly entries: readonly T[]; readonly isEnded: boolean };
  readonly #subscriber: Subscriber<T>;
  #place = 0;
  #isReading = false;

  constructor(
    log: { readonly entries: readonly T[]; readonly isEnded: boolean },
    to: Subscriber<T>,
  ) {
    this.#log = log;
    this.#subscriber = to;
  }

  /** Hands out what is new. An entry that is appended meanwhile waits for its turn. */
  read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    const { entries } = this.#log;
    while (this.#place < entries.length && !this.#subscriber.closed) {
      const entry = entries[this.#place] as T;
      this.#place += 1;
      this.#subscriber.next(entry);
    }
    this.#isReading = false;
    if (this.#log.isEnded) this.#subscriber.complete();
  }
}

/**
 * Events in the order in which they came, kept for those who listen late.
 *
 * It grows at its end only, so that an event costs the same however many came before, and whoever
 * looks is given a view of the same memory.
 */
export class EventLog<T> {
  readonly #log = { entries: [] as T[], isEnded: false };
  #readers: Set<LogReader<T>> | null = null;

  /** What was appended until now. */
  get view(): LogView<T> {
    return new LogView(this.#log.entries);
  }

  /** All events from the first, and then those that come; completes when the log has ended. */
  get events$(): Observable<T> {
    return new Observable((subscriber) => {
      const reader = new LogReader(this.#log, subscriber);
      this.#readers ??= new Set();
      this.#readers.add(reader);
      subscriber.add(() => this.#readers?.delete(reader));
      reader.read();
    });
  }

  append(entry: T): void {
    this.#log.entries.push(entry);
    if (this.#readers === null) return;
    for (const reader of this.#readers) reader.read();
  }

  /** Nothing is appended any more. */
  end(): void {
    this.#log.isEnded = true;
    for (const reader of this.#readers ?? []) reader.read();
    this.#readers = null;
  }
}

import type { Subscriber } from 'rxjs';
import type { Clock } from '../kernel/clock.ts';
import type {
  AttributeNotification,
  AttributeValue,
  ErrorNotification,
  SubscribeOptions,
  ValueNotification,
  ValueSource,
} from '../kernel/device-proxy.ts';

interface Listener {
  readonly subscriber: Subscriber<AttributeNotification>;
  readonly periodMs: number | null;
  /** Those that come while something is told are told of it once. */
  readonly number: number;
  /** It is told of a refusal by an error, as long as the device has not agreed to send events. */
  isStrict: boolean;
  /** What came before the device had agreed. */
  readonly withheld: AttributeNotification[];
}

/** Those who listen to one attribute, and what they were told last. */
export class AttributeListeners {
  readonly #attribute: string;
  readonly #clock: Clock;
  readonly #listeners = new Set<Listener>();
  #joined = 0;
  #last: ValueNotification | null = null;
  #trouble: ErrorNotification | null = null;

  constructor(attribute: string, clock: Clock) {
    this.#attribute = attribute;
    this.#clock = clock;
  }

  get size(): number {
    return this.#listeners.size;
  }

  /** Whether the last thing that was told is an error. */
  get isTroubled(): boolean {
    return this.#trouble !== null;
  }

  /** The shortest period that anybody gave; null when nobody did. */
  get shortestPeriodMs(): number | null {
    let shortest: number = Number.POSITIVE_INFINITY;
    for (const { periodMs } of this.#listeners) shortest = Math.min(shortest, periodMs ?? shortest);
    return Number.isFinite(shortest) ? shortest : null;
  }

  /** Takes a listener in and tells it what is known; what is returned tells whether it was there. */
  join(
    subscriber: Subscriber<AttributeNotification>,
    { periodMs, strict = false }: SubscribeOptions,
    isListening: boolean,
  ): () => boolean {
    this.#joined += 1;
    const isStrict = strict && !isListening;
    const listener: Listener = {
      subscriber,
      periodMs: periodMs ?? null,
      number: this.#joined,
      isStrict,
      withheld: [],
    };
    this.#listeners.add(listener);
    if (!isStrict) {
      if (this.#last !== null) subscriber.next(this.#last);
      if (this.#trouble !== null) subscriber.next(this.#trouble);
    }
    return () => this.#listeners.delete(listener);
  }

  /** The device has agreed to send events. */
  established(): void {
    this.#trouble = null;
    for (const listener of this.#listeners) {
      listener.isStrict = false;
      for (const notification of listener.withheld.splice(0))
        listener.subscriber.next(notification);
    }
  }

  /** Those who asked for events or nothing are let go with the error. */
  refuseStrict(error: Error): void {
    for (const listener of this.#listeners) {
      if (!listener.isStrict) continue;
      this.#listeners.delete(listener);
      listener.subscriber.error(error);
    }
  }

  complete(): void {
    for (const listener of this.#listeners) {
      this.#listeners.delete(listener);
      listener.subscriber.complete();
    }
  }

  /** Whether a value differs from the last one that was told. */
  isNews(value: AttributeValue): boolean {
    if (this.#last === null) return false;
    return value.quality !== this.#last.quality || textOf(value) !== textOf(this.#last);
  }

  tellValue(value: AttributeValue, via: ValueSource): void {
    const receivedAt = this.#clock.now();
    this.#trouble = null;
    this.#last = { ...value, type: 'value', via, receivedAt, isStale: false };
    this.#tell(this.#last);
  }

  tellError(error: Error): void {
    const receivedAt = this.#clock.now();
    this.#trouble = { type: 'error', attribute: this.#attribute, error, receivedAt };
    this.#tell(this.#trouble);
  }

  /** The device, or its events, are away: the last value may be true no more. */
  tellTrouble(error: Error): void {
    if (this.#last !== null && !this.#last.isStale) {
      this.#last = { ...this.#last, isStale: true };
      this.#tell(this.#last);
    }
    this.tellError(error);
  }

  tellGap(missed: number | null): void {
    const receivedAt = this.#clock.now();
    this.#tell({ type: 'gap', attribute: this.#attribute, missed, receivedAt });
  }

  #tell(notification: AttributeNotification): void {
    const joined = this.#joined;
    for (const { subscriber, number, isStrict, withheld } of this.#listeners) {
      if (isStrict) withheld.push(notification);
      else if (number <= joined) subscriber.next(notification);
    }
  }
}

/** A value as text; numbers of 64 bits are no JSON. */
const textOf = ({ value }: AttributeValue): string =>
  JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part));

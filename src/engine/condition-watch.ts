import type { Unsubscribable } from 'rxjs';
import type { Clock } from '../kernel/clock.ts';
import { guardSignal } from '../kernel/guarded-signal.ts';
import { messageOf } from '../kernel/task-error.ts';
import { isStream } from '../wire/condition.ts';
import type { Condition } from '../wire/condition.ts';
import { readingOf, staleReading, unreadable } from '../wire/condition-reading.ts';
import type { ConditionReading } from '../wire/condition-reading.ts';

/** What a watch needs. */
export interface ConditionWatchPort {
  readonly clock: Clock;
  /** It is met now, or is not any more; called at once, also while a value is being told. */
  changed(): void;
  /** What users' code threw where nothing can come of it. */
  threw(error: unknown): void;
}

/** The one call of the function that is under way. */
interface Call {
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

interface StreamObserver {
  readonly next: (value: unknown) => void;
  readonly error: (error: unknown) => void;
  readonly complete: () => void;
}

type TimerName = 'next' | 'stale' | 'settled' | 'answer';

/** Periods that a value of a function may be old, where its condition does not say. */
const stalePeriods = 3;

/**
 * Looks after one condition for as long as anybody needs it: listens to its stream, or calls its
 * function again and again. What throws, is late, ends or never answers is a reading like any other,
 * one that is not met; nothing of it reaches the engine.
 */
export class ConditionWatch {
  readonly condition: Condition;
  readonly #clock: Clock;
  readonly #port: ConditionWatchPort;
  #reading: ConditionReading;
  /** Since when its readings have been met, without a break. */
  #metSince: number | null = null;
  #wasMet = false;
  #isClosed = false;
  #subscription: Unsubscribable | null = null;
  #call: Call | null = null;
  readonly #timers: Record<TimerName, unknown> = {
    next: null,
    stale: null,
    settled: null,
    answer: null,
  };

  constructor(condition: Condition, port: ConditionWatchPort) {
    this.condition = condition;
    this.#clock = port.clock;
    this.#port = port;
    this.#reading = unreadable(condition.name, 'no value has come yet');
  }

  open(): void {
    const { source } = this.condition;
    if (isStream(source)) this.#listen(source);
    else void this.#read();
  }

  close(): void {
    this.#isClosed = true;
    this.#letGo(this.#subscription);
    this.#subscription = null;
    this.#call?.controller.abort();
    this.#call = null;
    for (const name of ['next', 'stale', 'settled', 'answer'] as const) this.#disarm(name);
  }

  /** How it stands now. */
  get reading(): ConditionReading {
    const { settleMs, name } = this.condition;
    if (this.#reading.problem !== null || this.isMet) return this.#reading;
    const message = `condition "${name}" has not been met for ${settleMs} ms yet (settleMs)`;
    return { ...this.#reading, problem: 'settling', message };
  }

  /** It is met, and has been for as long as it must. */
  get isMet(): boolean {
    if (this.#metSince === null) return false;
    return this.#clock.now() - this.#metSince >= this.condition.settleMs;
  }

  /**
   * Looks again, where its values are not told anyway: a promise when the answer is not there at once.
   * Afterwards `isMet` is as fresh as can be.
   */
  look(): Promise<void> | null {
    if (this.#isClosed || this.#subscription !== null || isStream(this.condition.source)) {
      return null;
    }
    return this.#call?.done ?? this.#read();
  }

  get #staleMs(): number | null {
    const { staleMs, periodMs } = this.condition;
    if (staleMs !== null || this.#subscription !== null) return staleMs;
    return isStream(this.condition.source) ? null : stalePeriods * periodMs;
  }

  /** Calls the function; the next call follows one period after the beginning of this one. */
  #read(): Promise<void> | null {
    const { source, name, periodMs } = this.condition;
    if (isStream(source)) return null;
    this.#arm('next', periodMs, () => void this.#read());
    if (this.#call !== null) return null;
    const controller = new AbortController();
    guardSignal(controller.signal, (error) => this.#port.threw(error));
    let answer: unknown;
    try {
      answer = source({ signal: controller.signal });
    } catch (error) {
      this.#take(unreadable(name, messageOf(error)));
      return null;
    }
    if (isStream(answer)) {
      this.#disarm('next');
      this.#listen(answer);
      return null;
    }
    if (!isThenable(answer)) {
      this.#hear(answer);
      return null;
    }
    return this.#await(answer, controller);
  }

  /** Waits for an answer, and not for ever: one that comes too late is not heard. */
  #await(answer: PromiseLike<unknown>, controller: AbortController): Promise<void> {
    const { name, periodMs } = this.condition;
    const limitMs = this.condition.staleMs ?? stalePeriods * periodMs;
    const done = new Promise<void>((resolve) => {
      const end = (hear: () => void): void => {
        if (this.#call?.controller === controller) {
          this.#call = null;
          this.#disarm('answer');
          hear();
        }
        resolve();
      };
      this.#arm('answer', limitMs, () => {
        end(() => this.#take(unreadable(name, `no answer came within ${limitMs} ms`)));
        controller.abort();
      });
      controller.signal.addEventListener('abort', () => resolve(), { once: true });
      answer.then(
        (value) => end(() => this.#hear(value)),
        (error: unknown) => end(() => this.#take(unreadable(name, messageOf(error)))),
      );
    });
    this.#call = { controller, done };
    return done;
  }

  /** A stream that ends is opened again: what it told last may be true no more. */
  #listen(stream: { subscribe: (observer: StreamObserver) => Unsubscribable }): void {
    const { name, periodMs } = this.condition;
    const place: { current: Unsubscribable | null; isOver: boolean } = {
      current: null,
      isOver: false,
    };
    const end = (reading: ConditionReading): void => {
      if (place.isOver || this.#isClosed) return;
      place.isOver = true;
      this.#subscription = null;
      this.#arm('next', periodMs, () => this.open());
      this.#take(reading);
    };
    this.#subscription = { unsubscribe: () => place.current?.unsubscribe() };
    try {
      place.current = stream.subscribe({
        next: (value) => {
          if (!place.isOver) this.#hear(value);
        },
        error: (error) => end(unreadable(name, messageOf(error))),
        complete: () => end(staleReading(name, this.#reading, 'its stream has ended')),
      });
    } catch (error) {
      end(unreadable(name, messageOf(error)));
    }
    // It may have been closed by what its first value set off.
    if (this.#isClosed) this.#letGo(place.current);
  }

  #letGo(subscription: Unsubscribable | null): void {
    try {
      subscription?.unsubscribe();
    } catch (error) {
      this.#port.threw(error);
    }
  }

  #hear(given: unknown): void {
    const reading = readingOf(this.condition, given);
    if (reading !== null) this.#take(reading);
  }

  #take(reading: ConditionReading): void {
    if (this.#isClosed) return;
    const { name, settleMs } = this.condition;
    const staleMs = this.#staleMs;
    this.#reading = reading;
    this.#disarm('stale');
    if (staleMs !== null && reading.hasValue && reading.problem !== 'stale') {
      this.#arm('stale', staleMs, () => {
        this.#take(staleReading(name, reading, `its value is older than ${staleMs} ms`));
      });
    }
    if (reading.problem !== null) {
      this.#metSince = null;
      this.#disarm('settled');
    } else if (this.#metSince === null) {
      this.#metSince = this.#clock.now();
      if (settleMs > 0) this.#arm('settled', settleMs, () => this.#tell());
    }
    this.#tell();
  }

  #tell(): void {
    const { isMet } = this;
    if (isMet === this.#wasMet) return;
    this.#wasMet = isMet;
    this.#port.changed();
  }

  #arm(name: TimerName, delayMs: number, then: () => void): void {
    this.#disarm(name);
    this.#timers[name] = this.#clock.setTimeout(() => {
      this.#timers[name] = null;
      then();
    }, delayMs);
  }

  #disarm(name: TimerName): void {
    if (this.#timers[name] === null) return;
    this.#clock.clearTimeout(this.#timers[name]);
    this.#timers[name] = null;
  }
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  'then' in value &&
  typeof value.then === 'function';

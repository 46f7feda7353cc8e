import { deferred } from '../../src/kernel/deferred.ts';
import type { LogLevel } from '../../src/kernel/logger.ts';
import type { ProcessIdentity } from '../../src/kernel/process-identity.ts';
import type { AttemptHost, PhaseOutcome } from '../../src/kernel/runner.ts';
import type { Phase } from '../../src/kernel/task-error.ts';
import type { TaskResult } from '../../src/kernel/task-result.ts';

/** What a host was told, in order. */
export type HostEvent =
  | { readonly type: 'settled'; readonly phase: Phase; readonly outcome: PhaseOutcome }
  | { readonly type: 'lost'; readonly error: Error }
  | { readonly type: 'progress'; readonly percent: number; readonly message: string | undefined }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Readonly<Record<string, unknown>> | undefined;
    }
  | { readonly type: 'checkpoint'; readonly value: unknown }
  | { readonly type: 'summary'; readonly value: unknown }
  | { readonly type: 'payload'; readonly value: unknown }
  | { readonly type: 'waitFor'; readonly taskId: number }
  | { readonly type: 'parked' };

type EventOf<T extends HostEvent['type']> = Extract<HostEvent, { readonly type: T }>;

interface Waiter {
  readonly matches: (event: HostEvent) => boolean;
  readonly resolve: (event: HostEvent) => void;
  readonly reject: (error: Error) => void;
}

/** An attempt's host that writes down what it is told, and lets a test wait for it. */
export class RecordingHost implements AttemptHost {
  readonly events: HostEvent[] = [];
  /** Answers of the questions an attempt asks; a test puts its own here. */
  commit: (value: unknown) => Promise<void> = () => Promise.resolve();
  result: (taskId: number) => Promise<TaskResult> = () => deferred<TaskResult>().promise;
  /** Where the attempt said that it runs; told apart from the events, since not every runner says. */
  readonly places: ProcessIdentity[] = [];
  place: (place: ProcessIdentity) => Promise<void> = () => Promise.resolve();
  readonly #waiters = new Set<Waiter>();

  /** The first event of a type that `matches`, told already or yet to come before the end. */
  until<T extends HostEvent['type']>(
    type: T,
    matches: (event: EventOf<T>) => boolean = () => true,
  ): Promise<EventOf<T>> {
    const isIt = (event: HostEvent): boolean => event.type === type && matches(event as EventOf<T>);
    const told = this.events.find(isIt);
    if (told !== undefined) return Promise.resolve(told as EventOf<T>);
    const [lost] = this.all('lost');
    if (lost !== undefined) return Promise.reject(lost.error);
    return new Promise((resolve, reject) => {
      this.#waiters.add({
        matches: isIt,
        resolve: (event) => resolve(event as EventOf<T>),
        reject,
      });
    });
  }

  async untilSettled(phase: Phase): Promise<PhaseOutcome> {
    return (await this.until('settled', (event) => event.phase === phase)).outcome;
  }

  untilLogged(message: string): Promise<EventOf<'log'>> {
    return this.until('log', (event) => event.message === message);
  }

  all<T extends HostEvent['type']>(type: T): readonly EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> => event.type === type);
  }

  settled(phase: Phase, outcome: PhaseOutcome): void {
    this.#tell({ type: 'settled', phase, outcome });
  }

  lost(error: Error): void {
    this.#tell({ type: 'lost', error });
  }

  progress(percent: number, message?: string): void {
    this.#tell({ type: 'progress', percent, message });
  }

  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#tell({ type: 'log', level, message, fields });
  }

  checkpoint(value: unknown): Promise<void> {
    this.#tell({ type: 'checkpoint', value });
    return this.commit(value);
  }

  summary(value: unknown): void {
    this.#tell({ type: 'summary', value });
  }

  payload(value: unknown): void {
    this.#tell({ type: 'payload', value });
  }

  waitFor(taskId: number): Promise<TaskResult> {
    this.#tell({ type: 'waitFor', taskId });
    return this.result(taskId);
  }

  parked(): void {
    this.#tell({ type: 'parked' });
  }

  placed(place: ProcessIdentity): Promise<void> {
    this.places.push(place);
    return this.place(place);
  }

  #tell(event: HostEvent): void {
    this.events.push(event);
    for (const waiter of this.#waiters) {
      if (waiter.matches(event)) waiter.resolve(event);
      else if (event.type === 'lost') waiter.reject(event.error);
      else continue;
      this.#waiters.delete(waiter);
    }
  }
}

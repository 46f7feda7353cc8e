import type { Clock, Engine, TaskHandle } from '../../src/index.ts';
import { definePlugin } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import type { Deferred } from '../../src/kernel/deferred.ts';
import type { TaskMachineEvent } from '../../src/kernel/task-machine-types.ts';
import type { TaskPath } from './task-model.ts';

/** A clock whose timers go off when a test says so, each known by its delay. */
export interface ChosenClock extends Clock {
  /** Fires every timer with this delay; all timers without one. */
  fire(delayMs?: number): void;
  readonly pending: number;
}

export function chosenClock(): ChosenClock {
  const timers = new Set<{ readonly delayMs: number; readonly callback: () => void }>();
  return {
    now: () => 0,
    setTimeout: (callback, delayMs) => {
      const timer = { callback, delayMs };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer) => void timers.delete(timer as never),
    fire: (delayMs) => {
      for (const timer of timers) {
        if (delayMs !== undefined && timer.delayMs !== delayMs) continue;
        timers.delete(timer);
        timer.callback();
      }
    },
    get pending() {
      return timers.size;
    },
  };
}

/** The limits of a scripted task: each a delay of its own, so that a test can fire just that one. */
export const limits = {
  timeoutMs: 1_001,
  deadlineMs: 1_002,
  graceMs: 1_003,
  teardownTimeoutMs: 1_004,
  retries: { max: 1, baseMs: 1_005, factor: 1, jitter: 0 },
} as const;

interface Parts {
  readonly setup: Deferred<void>;
  readonly process: Deferred<void>;
  readonly teardown: Deferred<void>;
  readonly abort: Deferred<void>;
  readonly pauses: Deferred<void>;
  signal: AbortSignal | null;
}

const parts = (): Parts => ({
  setup: deferred(),
  process: deferred(),
  teardown: deferred(),
  abort: deferred(),
  pauses: deferred(),
  signal: null,
});

const partsOf = (all: Map<number, Parts>, attempt: number): Parts => {
  const found = all.get(attempt) ?? parts();
  all.set(attempt, found);
  return found;
};

/** A plugin every step of which is decided from outside, by events of the task machine. */
export class ScriptedTask {
  readonly handle: TaskHandle;
  readonly #clock: ChosenClock;
  readonly #gate = deferred<void>();
  readonly #attempts = new Map<number, Parts>();
  /** Attempts whose `abort()` fails; that of any other ends at once. */
  readonly #failingAborts: ReadonlySet<number>;

  constructor(engine: Engine, clock: ChosenClock, effect: 'idempotent' | 'unsafe', path: TaskPath) {
    this.#clock = clock;
    this.#failingAborts = new Set(
      path.flatMap((event) => (event.type === 'abort.failed' ? [event.attempt] : [])),
    );
    const gate = definePlugin({ name: 'test.gate', process: () => this.#gate.promise });
    this.handle = engine.submit(this.#plugin(effect), undefined, {
      ...limits,
      after: [engine.submit(gate)],
    });
  }

  /** Makes the engine's world do what the event says has happened. */
  play(event: TaskMachineEvent): void {
    switch (event.type) {
      case 'task.admit':
        this.#gate.resolve();
        return this.#clock.fire(limits.retries.baseMs);
      case 'task.fail':
        return this.#gate.reject(new Error('the gate failed'));
      case 'task.cancel':
        return void this.handle.cancel();
      case 'task.expire':
        return this.#clock.fire(event.cause === 'timeout' ? limits.timeoutMs : limits.deadlineMs);
      case 'attempt.ready':
        return this.#of(event.attempt).setup.resolve();
      case 'attempt.finished':
        return this.#of(event.attempt).process.resolve();
      case 'attempt.cleaned':
        return this.#of(event.attempt).teardown.resolve();
      case 'attempt.failed':
        return this.#failing(event.attempt).reject(new Error('failed'));
      case 'attempt.interrupted':
        return this.#failing(event.attempt).reject(this.#of(event.attempt).signal?.reason);
      case 'attempt.parked':
        void this.handle.suspend();
        return this.#of(event.attempt).pauses.resolve();
      case 'attempt.resumed':
        return void this.handle.resume();
      case 'attempt.abandoned':
        return this.#clock.fire(
          this.handle.state === 'stopping' ? limits.teardownTimeoutMs : limits.graceMs,
        );
      case 'abort.failed':
        return this.#of(event.attempt).abort.reject(new Error('abort failed'));
      case 'attempt.lost':
      case 'attempt.withheld':
      case 'task.recover':
      case 'task.interrupt':
      case 'task.resolve':
        throw new Error(`${event.type} is nothing that an inline task can meet`);
    }
  }

  #of(attempt: number): Parts {
    return partsOf(this.#attempts, attempt);
  }

  /** What the attempt runs at this moment, and can fail in. */
  #failing(attempt: number): Deferred<void> {
    const { setup, process, teardown } = this.#of(attempt);
    switch (this.handle.state) {
      case 'starting':
        return setup;
      case 'stopping':
        return teardown;
      default:
        return process;
    }
  }

  #plugin(effect: 'idempotent' | 'unsafe') {
    return definePlugin({
      name: 'test.scripted',
      effect,
      suspend: 'cooperative',
      setup: ({ attempt, signal }) => {
        this.#of(attempt).signal = signal;
        return this.#of(attempt).setup.promise;
      },
      process: async ({ attempt, pausePoint }) => {
        const { pauses, process } = this.#of(attempt);
        void pauses.promise.then(pausePoint).catch(() => {});
        await process.promise;
      },
      teardown: ({ attempt }) => this.#of(attempt).teardown.promise,
      abort: ({ attempt }) =>
        this.#failingAborts.has(attempt) ? this.#of(attempt).abort.promise : undefined,
    });
  }
}

import type { Clock } from './clock.ts';

/** Where a simulated clock begins. */
export interface SimulatedClockOptions {
  /**
   * The first moment, in milliseconds since the epoch.
   *
   * @defaultValue `0`
   */
  readonly now?: number;
}

/** A clock that stands still until it is told to go on. */
export interface SimulatedClock extends Clock {
  /**
   * Goes on by `ms` milliseconds and fires what falls due, in order.
   *
   * After each timer it waits until the promises and immediates that the timer set off have come to
   * rest, so a chain of timers and promises runs as it would in real time. Calls do not overlap.
   * What a timer's callback throws, `advance` rejects with.
   */
  advance(ms: number): Promise<void>;
  /** How many timers are set and have not fired. */
  readonly pending: number;
}

interface SetTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** Taken when this file is loaded, so that a test's fake timers do not stop the simulated clock. */
const { setImmediate: onNextTurn } = globalThis;

/** A stream takes more than one turn of the event loop to pass something on. */
const turnsToRest = 4;

async function rest(): Promise<void> {
  for (let turn = 0; turn < turnsToRest; turn += 1) {
    // oxlint-disable-next-line no-await-in-loop -- Turns follow each other.
    await new Promise<void>((resolve) => onNextTurn(resolve));
  }
}

/**
 * Makes a clock for tests: time passes only in `advance`.
 *
 * @example
 * ```ts
 * const clock = simulatedClock();
 * const loop = new BackgroundTask(readTemperature, { frequencyHz: 0.1, clock });
 * loop.run();
 * await clock.advance(10_000);
 * ```
 */
export function simulatedClock({ now = 0 }: SimulatedClockOptions = {}): SimulatedClock {
  // Entries stay in the order in which they were set, which is the order among equals.
  const timers = new Set<SetTimer>();
  let nowMs = now;
  let last: Promise<void> = Promise.resolve();

  const nextDue = (untilMs: number): SetTimer | undefined => {
    let found: SetTimer | undefined;
    for (const timer of timers) {
      if (timer.dueMs <= untilMs && (found === undefined || timer.dueMs < found.dueMs)) {
        found = timer;
      }
    }
    return found;
  };

  const goTo = async (targetMs: number): Promise<void> => {
    await rest();
    for (let timer = nextDue(targetMs); timer !== undefined; timer = nextDue(targetMs)) {
      timers.delete(timer);
      nowMs = Math.max(nowMs, timer.dueMs);
      timer.callback();
      // oxlint-disable-next-line no-await-in-loop -- The next timer may be set by this one.
      await rest();
    }
    nowMs = targetMs;
  };

  return {
    now: () => nowMs,
    setTimeout: (callback, delayMs) => {
      const timer: SetTimer = { callback, dueMs: nowMs + (delayMs > 0 ? delayMs : 0) };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (timer) => void timers.delete(timer as SetTimer),
    advance: (ms) => {
      if (!(ms >= 0 && Number.isFinite(ms))) {
        throw new TypeError(`Expected \`ms\` to be a finite number of at least 0, got \`${ms}\``);
      }
      const done = last.then(() => goTo(nowMs + ms));
      last = done.catch(() => {});
      return done;
    },
    get pending() {
      return timers.size;
    },
  };
}

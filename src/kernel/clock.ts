/** Where time comes from. Inject one in tests; leave it out in production. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `callback` once, `delayMs` from now; any length of delay is kept. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
  /** Lets the process end before the timer fires; a clock that holds no process has no need of it. */
  unref?(timer: unknown): void;
}

/** Node fires a timer at once when its delay does not fit 31 bits. */
const longestDelayMs = 2 ** 31 - 1;

interface LongTimer {
  current: NodeJS.Timeout;
  isUnref?: boolean;
}

function arm(callback: () => void, delayMs: number): LongTimer {
  const timer = {} as LongTimer;
  const step = (leftMs: number): void => {
    timer.current =
      leftMs > longestDelayMs
        ? setTimeout(() => step(leftMs - longestDelayMs), longestDelayMs)
        : setTimeout(callback, leftMs);
    if (timer.isUnref === true) timer.current.unref();
  };
  step(delayMs);
  return timer;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (callback, delayMs) => arm(callback, Math.max(0, delayMs)),
  clearTimeout: (timer) => {
    if (timer !== undefined && timer !== null) clearTimeout((timer as LongTimer).current);
  },
  unref: (timer) => {
    const long = timer as LongTimer;
    long.isUnref = true;
    long.current.unref();
  },
};

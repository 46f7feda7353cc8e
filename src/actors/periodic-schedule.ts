/**
 * What happens to the ticks that come while an action still runs: `skip` lets them go, `queue` runs
 * them back to back afterwards, `cancel` aborts the action and calls it anew when it has ended.
 */
export type Overlap = 'skip' | 'queue' | 'cancel';

/** Where a periodic task stands: tick `n` is due at `anchorMs + n * periodMs`, so nothing drifts. */
export interface Beat {
  /** When tick 0 was. */
  readonly anchorMs: number;
  readonly periodMs: number;
  /** The tick that was taken last. */
  readonly tick: number;
}

/** Timers fire a whole millisecond apart at best; far shorter periods only overflow. */
const shortestPeriodMs = 0.001;

/**
 * The share of a period by which a tick may be late and still count as on time. Without it an action
 * that takes one period and a hair would run at every second tick.
 */
const lateness = 0.1;

/** A clock set back leaves the next tick far ahead; a timer that fires early does not. */
const longestWait = 2;

/** The first tick, due now. */
export const firstBeat = (nowMs: number, frequencyHz: number): Beat => ({
  anchorMs: nowMs,
  periodMs: Math.max(1_000 / frequencyHz, shortestPeriodMs),
  tick: 0,
});

/** When the beat's tick is due. */
export const dueMs = ({ anchorMs, periodMs, tick }: Beat): number => anchorMs + tick * periodMs;

/** The beat whose tick is the last that has come by now. */
export function presentBeat(beat: Beat, nowMs: number): Beat {
  const tick = Math.floor((nowMs - beat.anchorMs) / beat.periodMs);
  return tick > beat.tick ? { ...beat, tick } : beat;
}

/** The next tick to wait for, or to take at once when it is due already. */
export function nextBeat(beat: Beat, nowMs: number, overlap: Overlap): Beat {
  const { anchorMs, periodMs } = beat;
  const next = { ...beat, tick: beat.tick + 1 };
  if (dueMs(next) - nowMs > longestWait * periodMs) return { anchorMs: nowMs, periodMs, tick: 1 };
  if (overlap === 'queue') return next;
  const lateTicks = (nowMs - anchorMs) / periodMs - lateness;
  return { ...beat, tick: Math.max(next.tick, Math.floor(lateTicks) + 1) };
}

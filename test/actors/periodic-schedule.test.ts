import { describe, expect, it } from 'vitest';
import { dueMs, firstBeat, nextBeat, presentBeat } from '../../src/actors/periodic-schedule.ts';
import type { Beat, Overlap } from '../../src/actors/periodic-schedule.ts';

/** Ten hertz, anchored at zero. */
const beatAt = (tick: number): Beat => ({ anchorMs: 0, periodMs: 100, tick });

describe('firstBeat', () => {
  it('is due now, and makes a period of a frequency', () => {
    const beat = firstBeat(5_000, 4);
    expect(beat).toEqual({ anchorMs: 5_000, periodMs: 250, tick: 0 });
    expect(dueMs(beat)).toBe(5_000);
  });

  it('has no period that a sum would swallow', () => {
    const beat = firstBeat(1.7e12, Number.MAX_VALUE);
    expect(dueMs({ ...beat, tick: 1_000 })).toBeGreaterThan(dueMs(beat));
  });
});

describe('dueMs', () => {
  it('counts every tick from the anchor, so nothing adds up', () => {
    const beat = firstBeat(0, 3);
    expect(dueMs({ ...beat, tick: 3_000_000 })).toBeCloseTo(1e9, 3);
  });
});

describe('nextBeat', () => {
  it.each<[string, Overlap, number, number, number]>([
    ['waits for the next tick', 'skip', 0, 30, 1],
    ['waits for the next tick', 'queue', 0, 30, 1],
    ['takes a tick that is due this moment', 'skip', 0, 100, 1],
    ['takes a tick that is late by less than a tenth of a period', 'skip', 0, 109, 1],
    ['skips a tick that is late by a tenth of a period', 'skip', 0, 110, 2],
    ['skips all that were missed, and keeps the phase', 'skip', 3, 1_750, 18],
    ['skips as well with cancel', 'cancel', 3, 1_750, 18],
    ['takes one missed tick after the other', 'queue', 3, 1_750, 4],
    ['does not mind a timer that fires early', 'skip', 3, 298, 4],
  ])('%s (%s): after tick %i at %i ms comes tick %i', (_, overlap, tick, nowMs, next) => {
    expect(nextBeat(beatAt(tick), nowMs, overlap)).toEqual(beatAt(next));
  });

  it.each<Overlap>(['skip', 'queue', 'cancel'])(
    'begins anew, one period from now, when the clock was set back (%s)',
    (overlap) => {
      const next = nextBeat(beatAt(50), 1_234, overlap);
      expect(dueMs(next)).toBe(1_334);
      expect(dueMs(nextBeat(next, 1_334, overlap))).toBe(1_434);
    },
  );
});

describe('presentBeat', () => {
  it('is the last tick that has come, and never an earlier one than was taken', () => {
    expect(presentBeat(beatAt(2), 570)).toEqual(beatAt(5));
    expect(presentBeat(beatAt(2), 199)).toEqual(beatAt(2));
  });
});

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { timeoutIterator } from '../../src/streams/timeout-iterator.ts';
import { brokenSource, collect, counter, done, hungSource } from '../support/item-sources.ts';
import { watchedSignal } from '../support/watched-signal.ts';

let clock: SimulatedClock;

beforeEach(() => {
  clock = simulatedClock();
});

describe('timeoutIterator', () => {
  describe('with a pace', () => {
    const paced = { expectedRateSeconds: 0.1 };

    it('hands out the first item after two periods, then one in each', async () => {
      const { source, asked } = counter(clock, 20);
      const items = collect(timeoutIterator(source, { ...paced, clock }), clock, 3);
      await clock.advance(400);
      expect(await items).toEqual([
        [1, 200],
        [2, 240],
        [3, 360],
      ]);
      expect(asked).toEqual([100, 220, 340]);
      expect(clock.pending).toBe(0);
    });

    it('asks no faster than the pace, and one item ahead at most', async () => {
      const { source, asked } = counter(clock, 0);
      const items = timeoutIterator(source, { ...paced, clock });
      const first = items.next();
      await clock.advance(1_000);
      expect(await first).toEqual({ done: false, value: 1 });
      expect(asked).toEqual([100, 200]);
      await items.next();
      await clock.advance(1_000);
      expect(asked).toEqual([100, 200, 1_000]);
      await items.next();
      await items.next();
      expect(asked).toEqual([100, 200, 1_000, 2_000]);
      await items.return(undefined);
      expect(clock.pending).toBe(0);
    });

    it('counts the timeout of the first item from the end of the two periods', async () => {
      const { source } = hungSource();
      const first = timeoutIterator(source, { ...paced, timeoutMs: 50, clock }).next();
      const settled = vi.fn<() => void>();
      first.catch(settled);
      await clock.advance(249);
      expect(settled).not.toHaveBeenCalled();
      await clock.advance(1);
      await expect(first).rejects.toMatchObject({ code: 'ITEM_TIMEOUT' });
      expect(clock.pending).toBe(0);
    });

    it.each([50, 150, 250])('ends at once when the signal fires at %s ms', async (at) => {
      const { source } = hungSource();
      const { controller, signal, listeners } = watchedSignal();
      const items = timeoutIterator(source, { ...paced, timeoutMs: 500, signal, clock });
      const first = items.next();
      await clock.advance(at);
      expect(listeners()).toBe(1);
      controller.abort();
      expect(await first).toEqual(done);
      expect(clock.pending).toBe(0);
      expect(listeners()).toBe(0);
    });

    it('keeps an error of the source until somebody asks, and lets nothing go unhandled', async () => {
      const source = brokenSource(new Error('no light'));
      const items = timeoutIterator(source, { ...paced, clock });
      const first = items.next();
      await clock.advance(1_000);
      expect(await first).toEqual({ done: false, value: 1 });
      await expect(items.next()).rejects.toThrow('no light');
      expect(await items.next()).toEqual(done);
      expect(clock.pending).toBe(0);
    });
  });
});

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
  it('gives the items of an asynchronous source, and ends with it', async () => {
    const { source, closed } = counter(clock, 0, 3);
    const items = timeoutIterator(source, { timeoutMs: 100, clock });
    expect(await collect(items, clock)).toEqual([1, 2, 3].map((item) => [item, 0]));
    expect(await items.next()).toEqual(done);
    expect(closed).toHaveBeenCalledOnce();
    expect(clock.pending).toBe(0);
  });

  it('gives the items of a synchronous source, awaiting promises among them', async () => {
    const items = timeoutIterator([1, Promise.resolve(2), 3], { clock });
    expect(await collect(items, clock)).toEqual([1, 2, 3].map((item) => [item, 0]));
    expect(await collect(timeoutIterator(new Set<number>(), { clock }), clock)).toEqual([]);
  });

  it('needs no options', async () => {
    const items = timeoutIterator('ab');
    expect([await items.next(), await items.next(), await items.next()]).toEqual([
      { done: false, value: 'a' },
      { done: false, value: 'b' },
      done,
    ]);
  });

  it('throws ITEM_TIMEOUT when no item comes in time, and is over afterwards', async () => {
    const { source, close } = hungSource();
    const items = timeoutIterator(source, { timeoutMs: 250, clock });
    const first = items.next();
    const settled = vi.fn<() => void>();
    first.catch(settled);
    await clock.advance(249);
    expect(settled).not.toHaveBeenCalled();
    await clock.advance(1);
    await expect(first).rejects.toMatchObject({
      code: 'ITEM_TIMEOUT',
      message: expect.stringContaining('250 ms') as string,
    });
    expect(await items.next()).toEqual(done);
    expect(close).toHaveBeenCalledOnce();
    expect(clock.pending).toBe(0);
  });

  it('gives each item the whole timeout', async () => {
    const { source } = counter(clock, 90, 4);
    const items = collect(timeoutIterator(source, { timeoutMs: 100, clock }), clock);
    await clock.advance(400);
    expect(await items).toEqual([
      [1, 90],
      [2, 180],
      [3, 270],
      [4, 360],
    ]);
    expect(clock.pending).toBe(0);
  });

  it('waits for ever without a timeout, and sets no timer', async () => {
    const { source } = hungSource();
    const settled = vi.fn<() => void>();
    void timeoutIterator(source, { timeoutMs: 0, clock }).next().then(settled);
    await clock.advance(1e9);
    expect(settled).not.toHaveBeenCalled();
    expect(clock.pending).toBe(0);
  });

  it('ends at once when the signal fires during a wait, also without a timeout', async () => {
    for (const timeoutMs of [0, 10_000]) {
      const { source, close } = hungSource();
      const { controller, signal } = watchedSignal();
      const items = timeoutIterator(source, { timeoutMs, signal, clock });
      const first = items.next();
      // oxlint-disable-next-line no-await-in-loop -- One case after the other.
      await clock.advance(5);
      controller.abort();
      // oxlint-disable-next-line no-await-in-loop -- One case after the other.
      expect(await first).toEqual(done);
      // oxlint-disable-next-line no-await-in-loop -- One case after the other.
      expect(await items.next()).toEqual(done);
      expect(close).toHaveBeenCalledOnce();
      expect(clock.pending).toBe(0);
    }
  });

  it('gives nothing when the signal has fired before, and closes the source', async () => {
    const { source, asked } = counter(clock, 0);
    const close = vi.spyOn(source, 'return');
    const items = timeoutIterator(source, { signal: AbortSignal.abort(), clock });
    expect(await items.next()).toEqual(done);
    expect(asked).toEqual([]);
    expect(close).toHaveBeenCalledOnce();
    expect(clock.pending).toBe(0);
  });

  it('drops an item that comes after the signal', async () => {
    const { controller, signal } = watchedSignal();
    const { source, closed } = counter(clock, 20);
    const items = timeoutIterator(source, { signal, clock });
    const first = items.next();
    await clock.advance(10);
    controller.abort();
    expect(await first).toEqual(done);
    await clock.advance(10);
    expect(closed).toHaveBeenCalledOnce();
    expect(await items.next()).toEqual(done);
  });

  it('ends when the source itself fires the signal', async () => {
    const controller = new AbortController();
    const closed = vi.fn<() => void>();
    function* source(): Generator<number, void, undefined> {
      try {
        yield 1;
        controller.abort();
        yield 2;
      } finally {
        closed();
      }
    }
    const items = timeoutIterator(source(), { signal: controller.signal, clock });
    expect(await collect(items, clock)).toEqual([[1, 0]]);
    await clock.advance(0);
    expect(closed).toHaveBeenCalledOnce();
  });

  it.each([
    ['an error', new TypeError('no light')],
    ['a thing that is no error', 'no light'],
    ['nothing', undefined],
  ])('throws the very thing that the source throws, once: %s', async (_, thrown) => {
    const items = timeoutIterator(brokenSource(thrown), { clock });
    expect(await items.next()).toEqual({ done: false, value: 1 });
    await expect(items.next()).rejects.toBe(thrown);
    expect(await items.next()).toEqual(done);
  });

  it.each([
    ['opening', () => ({ [Symbol.asyncIterator]: () => fail() })],
    ['asking', () => ({ [Symbol.asyncIterator]: () => ({ next: () => fail() }) })],
  ])('rejects, then is over, when %s the source throws at once', async (_, make) => {
    const items = timeoutIterator(make() as AsyncIterable<number>, { timeoutMs: 100, clock });
    await expect(items.next()).rejects.toThrow('broken');
    expect(await items.next()).toEqual(done);
    expect(await items.return(undefined)).toEqual(done);
    expect(clock.pending).toBe(0);
  });

  it('asks for an item only when one is wanted, without a pace', async () => {
    const { source, asked } = counter(clock, 0);
    const items = timeoutIterator(source, { clock });
    await clock.advance(100);
    expect(asked).toEqual([]);
    await items.next();
    await clock.advance(100);
    expect(asked).toEqual([100]);
  });

  it('answers readers in the order in which they asked', async () => {
    const items = timeoutIterator(counter(clock, 10).source, { clock });
    const asked = Promise.all([items.next(), items.next(), items.next()]);
    await clock.advance(30);
    expect((await asked).map(({ value }) => value)).toEqual([1, 2, 3]);
  });

  it.each([
    ['timeoutMs', -1],
    ['timeoutMs', Number.NaN],
    ['timeoutMs', Number.POSITIVE_INFINITY],
    ['expectedRateSeconds', -0.1],
    ['expectedRateSeconds', Number.NaN],
  ])('refuses %s of %s', (name, value) => {
    expect(() => timeoutIterator([], { [name]: value })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`\`${name}\``) as string,
      }),
    );
  });
});

function fail(): never {
  throw new Error('broken');
}

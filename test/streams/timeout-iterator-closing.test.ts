import { EventEmitter, on } from 'node:events';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { timeoutIterator } from '../../src/streams/timeout-iterator.ts';
import { collect, counter, done, hungSource } from '../support/item-sources.ts';
import { watchedSignal } from '../support/watched-signal.ts';

const item = { done: false, value: 1 } as const;

let clock: SimulatedClock;

beforeEach(() => {
  clock = simulatedClock();
});

describe('timeoutIterator', () => {
  it('closes the source when the loop over it is left', async () => {
    const { source, closed } = counter(clock, 0);
    expect(await collect(timeoutIterator(source, { clock }), clock, 2)).toHaveLength(2);
    expect(closed).toHaveBeenCalledOnce();
    expect(clock.pending).toBe(0);
  });

  it('passes on what the source throws while it closes', async () => {
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => item,
        return: async () => Promise.reject(new Error('stuck shutter')),
      }),
    };
    await expect(collect(timeoutIterator(source, { clock }), clock, 1)).rejects.toThrow(
      'stuck shutter',
    );
    expect(clock.pending).toBe(0);
  });

  it.each([
    [250, 250],
    [0, 5_000],
  ])('does not wait for ever for a source to close: timeoutMs %s', async (timeoutMs, boundMs) => {
    const closesNever = {
      [Symbol.asyncIterator]: () => ({ ...hungSource().iterator, next: async () => item }),
    };
    const left = vi.fn<() => void>();
    const items = collect(timeoutIterator(closesNever, { timeoutMs, clock }), clock, 1).then(left);
    await clock.advance(boundMs - 1);
    expect(left).not.toHaveBeenCalled();
    await clock.advance(1);
    await items;
    expect(clock.pending).toBe(0);
  });

  it('ends the wait of a reader when it is returned meanwhile', async () => {
    const { source } = hungSource();
    const items = timeoutIterator(source, { timeoutMs: 10_000, clock });
    const waiting = [items.next(), items.next()];
    await clock.advance(1);
    expect(await items.return(undefined)).toEqual(done);
    expect(await Promise.all(waiting)).toEqual([done, done]);
    expect(clock.pending).toBe(0);
  });

  it('throws what it is told to throw, and is over', async () => {
    const { source } = counter(clock, 0);
    const items = timeoutIterator(source, { clock });
    await items.next();
    await expect(items.throw(new Error('enough'))).rejects.toThrow('enough');
    expect(await items.next()).toEqual(done);
  });

  it('closes with `await using`', async () => {
    const { source, closed } = counter(clock, 0);
    {
      await using items = timeoutIterator(source, { clock });
      await items.next();
    }
    expect(closed).toHaveBeenCalledOnce();
  });

  it('takes off every listener it put on the signal', async () => {
    const ends: Record<string, (items: AsyncGenerator<number>) => Promise<unknown>> = {
      end: (items) => collect(items, clock),
      break: (items) => collect(items, clock, 1),
      return: async (items) => {
        await items.next();
        await items.return(undefined);
      },
      throw: async (items) => {
        await items.next();
        await items.throw(new Error('enough')).catch(() => {});
      },
    };
    for (const [name, end] of Object.entries(ends)) {
      const { signal, added, listeners } = watchedSignal();
      const items = timeoutIterator(counter(clock, 0, 3).source, { timeoutMs: 100, signal, clock });
      // oxlint-disable-next-line no-await-in-loop -- One way of ending after the other.
      await end(items);
      const left = { name, added: added(), listeners: listeners(), timers: clock.pending };
      expect(left).toEqual({ name, added: 1, listeners: 0, timers: 0 });
    }
  });

  it('frees a source that ignores the signal but closes when it is told to', async () => {
    const emitter = new EventEmitter();
    const { controller, signal } = watchedSignal();
    const items = timeoutIterator(on(emitter, 'reading'), { signal, clock });
    const first = items.next();
    await clock.advance(0);
    emitter.emit('reading', 1);
    expect(await first).toEqual({ done: false, value: [1] });
    const second = items.next();
    await clock.advance(0);
    controller.abort();
    expect(await second).toEqual(done);
    await expect.poll(() => emitter.listenerCount('reading')).toBe(0);
  });
});

import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';

describe('simulatedClock', () => {
  afterEach(() => vi.useRealTimers());

  it('begins at the epoch, or where it is told to', () => {
    expect(simulatedClock().now()).toBe(0);
    expect(simulatedClock({ now: 1_700_000_000_000 }).now()).toBe(1_700_000_000_000);
  });

  it('stands still until it is told to go on', async () => {
    const clock = simulatedClock();
    const fired = vi.fn<() => void>();
    clock.setTimeout(fired, 0);
    await nextTurn();
    expect(fired).not.toHaveBeenCalled();
    expect(clock.now()).toBe(0);
    await clock.advance(0);
    expect(fired).toHaveBeenCalledOnce();
  });

  it('fires what falls due, in order, at the moment it falls due', async () => {
    const clock = simulatedClock();
    const fired: [string, number][] = [];
    const set = (name: string, delayMs: number): void =>
      void clock.setTimeout(() => fired.push([name, clock.now()]), delayMs);
    set('late', 30);
    set('early', 10);
    set('first of two', 20);
    set('second of two', 20);
    set('beyond', 31);
    await clock.advance(30);
    expect(fired).toEqual([
      ['early', 10],
      ['first of two', 20],
      ['second of two', 20],
      ['late', 30],
    ]);
    expect(clock.now()).toBe(30);
    expect(clock.pending).toBe(1);
  });

  it('fires timers that timers set, through promises and immediates', async () => {
    const clock = simulatedClock();
    const fired: number[] = [];
    const wait = (delayMs: number): Promise<void> =>
      new Promise((resolve) => clock.setTimeout(resolve, delayMs));
    const chain = async (): Promise<void> => {
      await wait(10);
      fired.push(clock.now());
      await nextTurn();
      await wait(10);
      fired.push(clock.now());
      await nextTurn();
      await nextTurn();
      await wait(0);
      fired.push(clock.now());
    };
    const done = chain();
    await clock.advance(100);
    await done;
    expect(fired).toEqual([10, 20, 20]);
  });

  it('forgets a timer that is cleared', async () => {
    const clock = simulatedClock();
    const fired = vi.fn<() => void>();
    const timer = clock.setTimeout(fired, 10);
    expect(clock.pending).toBe(1);
    clock.clearTimeout(timer);
    clock.clearTimeout(timer);
    clock.clearTimeout(null);
    expect(clock.pending).toBe(0);
    await clock.advance(10);
    expect(fired).not.toHaveBeenCalled();
  });

  it('takes a delay below zero, or none, as zero', async () => {
    const clock = simulatedClock({ now: 5 });
    const fired: number[] = [];
    clock.setTimeout(() => fired.push(clock.now()), -10);
    clock.setTimeout(() => fired.push(clock.now()), Number.NaN);
    await clock.advance(1);
    expect(fired).toEqual([5, 5]);
  });

  it('goes on one call after the other', async () => {
    const clock = simulatedClock();
    const fired: number[] = [];
    clock.setTimeout(() => fired.push(clock.now()), 10);
    clock.setTimeout(() => fired.push(clock.now()), 20);
    await Promise.all([clock.advance(10), clock.advance(10)]);
    expect(fired).toEqual([10, 20]);
    expect(clock.now()).toBe(20);
  });

  it('rejects with what a callback throws, and goes on afterwards', async () => {
    const clock = simulatedClock();
    const fired = vi.fn<() => void>();
    clock.setTimeout(() => {
      throw new Error('broken');
    }, 10);
    clock.setTimeout(fired, 20);
    await expect(clock.advance(30)).rejects.toThrow('broken');
    expect(clock.now()).toBe(10);
    await clock.advance(10);
    expect(fired).toHaveBeenCalledOnce();
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to go on by %s ms', (ms) => {
    expect(() => simulatedClock().advance(ms)).toThrow(TypeError);
  });

  it('goes on beside the fake timers of a test', async () => {
    vi.useFakeTimers();
    const clock = simulatedClock();
    const fired = vi.fn<() => void>();
    clock.setTimeout(fired, 10);
    await clock.advance(10);
    expect(fired).toHaveBeenCalledOnce();
  });
});

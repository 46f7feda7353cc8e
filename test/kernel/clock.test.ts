import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';

const day = 86_400_000;

describe('systemClock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('says what time it is', () => {
    vi.setSystemTime(123_456);
    expect(systemClock.now()).toBe(123_456);
  });

  it.each([1, 1_000, 2 ** 31 - 1, 2 ** 31, 30 * day, 400 * day])(
    'keeps a delay of %i ms',
    (delay) => {
      const callback = vi.fn<() => void>();
      systemClock.setTimeout(callback, delay);
      vi.advanceTimersByTime(delay - 1);
      expect(callback).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(callback).toHaveBeenCalledOnce();
      vi.advanceTimersByTime(400 * day);
      expect(callback).toHaveBeenCalledOnce();
    },
  );

  it('takes a delay that is over as none', () => {
    const callback = vi.fn<() => void>();
    systemClock.setTimeout(callback, -5);
    vi.advanceTimersByTime(0);
    expect(callback).toHaveBeenCalledOnce();
  });

  it.each([5, 400 * day])('stops a timer of %i ms at any moment', (delay) => {
    for (const passed of [0, delay / 2, delay - 1]) {
      const callback = vi.fn<() => void>();
      const timer = systemClock.setTimeout(callback, delay);
      vi.advanceTimersByTime(passed);
      systemClock.clearTimeout(timer);
      expect(vi.getTimerCount()).toBe(0);
      vi.advanceTimersByTime(delay);
      expect(callback).not.toHaveBeenCalled();
    }
  });

  it('never fires what has no end', () => {
    const callback = vi.fn<() => void>();
    const timer = systemClock.setTimeout(callback, Infinity);
    vi.advanceTimersByTime(400 * day);
    expect(callback).not.toHaveBeenCalled();
    systemClock.clearTimeout(timer);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([null, undefined])('takes %o for no timer', (timer) => {
    expect(() => systemClock.clearTimeout(timer)).not.toThrow();
  });
});

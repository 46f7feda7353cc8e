import { describe, expect, it } from 'vitest';
import { backoffMs, isRetries, resolveRetry, retryDefaults } from '../../src/kernel/retry.ts';

const steady = { ...retryDefaults, max: 5, jitter: 0 };

describe('resolveRetry', () => {
  it('takes a bare number as max', () => {
    expect(resolveRetry(3)).toEqual({
      max: 3,
      baseMs: 1_000,
      factor: 2,
      maxMs: 60_000,
      jitter: 0.2,
    });
  });

  it.each([undefined, 0])('tries %o times again not at all', (retries) => {
    expect(resolveRetry(retries).max).toBe(0);
  });

  it('keeps what is given, and takes undefined as not given', () => {
    const given = { max: 2, baseMs: 10, maxMs: undefined as unknown as number };
    expect(resolveRetry(given)).toEqual({ ...retryDefaults, max: 2, baseMs: 10 });
  });
});

describe('isRetries', () => {
  it.each([0, 3, { max: 0 }, { max: 2, baseMs: 0, factor: 1, maxMs: 0, jitter: 1 }])(
    'takes %o',
    (value) => expect(isRetries(value)).toBe(true),
  );

  it.each([
    -1,
    1.5,
    Number.NaN,
    Infinity,
    '3',
    null,
    {},
    [],
    { max: -1 },
    { max: 1, baseMs: -1 },
    { max: 1, baseMs: Number.NaN },
    { max: 1, factor: 0 },
    { max: 1, factor: Infinity },
    { max: 1, jitter: 1.1 },
    { max: 1, jiter: 0.1 },
    { baseMs: 10 },
  ])('refuses %o', (value) => expect(isRetries(value)).toBe(false));
});

describe('backoffMs', () => {
  it('doubles from the base up to the longest wait', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => backoffMs(steady, attempt));
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('spreads to either side', () => {
    const retry = { ...retryDefaults, max: 1 };
    const waits = [0, 0.5, 0.999_999].map((random) => backoffMs(retry, 1, random));
    expect(waits).toEqual([800, 1_000, 1_200]);
  });

  it('never waits longer than maxMs, and still spreads there', () => {
    const retry = { ...retryDefaults, max: 99 };
    const waits = [0, 0.5, 1].map((random) => backoffMs(retry, 50, random));
    expect(waits).toEqual([48_000, 54_000, 60_000]);
  });

  it('stays a number however often it failed', () => {
    for (const baseMs of [0, 1, 1_000]) {
      expect(backoffMs({ ...steady, baseMs }, 5_000)).toBe(baseMs === 0 ? 0 : 60_000);
    }
  });

  it('is random by itself', () => {
    const retry = { ...retryDefaults, max: 1, baseMs: 1_000_000, maxMs: 10_000_000 };
    const waits = new Set(Array.from({ length: 50 }, () => backoffMs(retry, 1)));
    expect(waits.size).toBeGreaterThan(1);
    for (const wait of waits) expect(Math.abs(wait - 1_000_000)).toBeLessThanOrEqual(200_000);
  });
});

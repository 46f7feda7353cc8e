import { afterEach, describe, expect, it } from 'vitest';
import { isoTime } from '../../src/kernel/iso-time.ts';

/** 23:30 on New Year's Eve in Greenwich: the next year in the east. */
const at = Date.UTC(2025, 11, 31, 23, 30, 5);

describe('isoTime', () => {
  const { TZ } = process.env;
  afterEach(() => {
    if (TZ === undefined) delete process.env['TZ'];
    else process.env['TZ'] = TZ;
  });

  it.each([
    [0, '2025-12-31T23:30:05+00:00'],
    [540, '2026-01-01T08:30:05+09:00'],
    [330, '2026-01-01T05:00:05+05:30'],
    [-210, '2025-12-31T20:00:05-03:30'],
    [-570, '2025-12-31T14:00:05-09:30'],
  ])('writes a moment that is %d minutes ahead of UTC', (offset, text) => {
    expect(isoTime(at, offset)).toBe(text);
    expect(Date.parse(text)).toBe(at);
  });

  it.each([
    ['Asia/Tokyo', '2026-01-01T08:30:05+09:00'],
    ['Pacific/Auckland', '2026-01-01T12:30:05+13:00'],
    ['Asia/Kolkata', '2026-01-01T05:00:05+05:30'],
    ['America/St_Johns', '2025-12-31T20:00:05-03:30'],
    ['UTC', '2025-12-31T23:30:05+00:00'],
  ])('knows the offset of %s, also across midnight', (zone, text) => {
    process.env['TZ'] = zone;
    expect(isoTime(at)).toBe(text);
  });

  it('has the offset of that moment, not of now', () => {
    process.env['TZ'] = 'Europe/Berlin';
    expect(isoTime(Date.UTC(2026, 6, 1))).toBe('2026-07-01T02:00:00+02:00');
    expect(isoTime(Date.UTC(2026, 0, 1))).toBe('2026-01-01T01:00:00+01:00');
  });
});

import { describe, expect, it } from 'vitest';
import { fourier } from '../../../../plugins/nmr/processing/fourier.ts';
import { correctGroupDelay, groupDelay } from '../../../../plugins/nmr/processing/group-delay.ts';
import { indexOfHighest, syntheticFid } from '../synthetic.ts';

describe('groupDelay', () => {
  it('is 19.656 points for 54 and 73 coefficients that decimate by 8 and 2', () => {
    const delay = groupDelay([
      { order: 54, factor: 8 },
      { order: 73, factor: 2 },
    ]);
    expect(Math.abs(delay - 19.656)).toBeLessThan(0.001);
  });

  it('is half of the coefficients but one for a single stage that keeps all points', () => {
    expect(groupDelay([{ order: 41, factor: 1 }])).toBe(20);
  });

  it('is zero without a filter', () => {
    expect(groupDelay([])).toBe(0);
  });
});

describe('correctGroupDelay', () => {
  it('turns the lines of a late FID into absorption', async () => {
    const line = { hz: -137.5, widthHz: 20, amplitude: 1 };
    const fid = { points: 4096, spectralWidthHz: 4096, lines: [line] };
    const late = await fourier(syntheticFid({ ...fid, delay: 19 }));
    const { re, im } = correctGroupDelay(late, 19);
    const top = indexOfHighest(re);
    expect(top - 2048).toBeCloseTo(line.hz, -0.5);
    expect(Math.min(...re) / Math.max(...re)).toBeGreaterThan(-0.04);
    expect(Math.max(...im) / Math.max(...re)).toBeCloseTo(0.5, 1);
  });
});

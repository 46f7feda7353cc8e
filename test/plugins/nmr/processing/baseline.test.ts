import { describe, expect, it } from 'vitest';
import { correctBaseline } from '../../../../plugins/nmr/processing/baseline.ts';
import { whittaker } from '../../../../plugins/nmr/processing/whittaker.ts';
import { lorentzians, seededNormal } from '../synthetic.ts';

const points = 16_384;

describe('correctBaseline', () => {
  it('takes a rolling baseline away and leaves the lines', () => {
    const random = seededNormal();
    const lines = lorentzians(points, [
      { index: 4000, width: 12, height: 1000 },
      { index: 11_000, width: 8, height: 300 },
    ]);
    const roll = (index: number): number => 40 * Math.sin((index / points) * 5) + 25;
    const values = lines.map((value, index) => value + roll(index) + random());
    const regions = [
      { start: 3500, end: 4500 },
      { start: 10_600, end: 11_400 },
    ];
    const corrected = correctBaseline(values, regions);
    expect(Math.abs((corrected.values[4000] ?? 0) - 1000)).toBeLessThan(8);
    expect(Math.abs((corrected.values[11_000] ?? 0) - 300)).toBeLessThan(8);
    const quiet = corrected.values.slice(6000, 9000);
    const mean = quiet.reduce((sum, value) => sum + value, 0) / quiet.length;
    expect(Math.abs(mean)).toBeLessThan(0.5);
    expect(corrected.noise).toBeGreaterThan(0.85);
    expect(corrected.noise).toBeLessThan(1.15);
  });

  it('leaves a flat spectrum flat', () => {
    const { values, noise } = correctBaseline(new Float64Array(1024), []);
    expect(values.every((value) => value === 0)).toBe(true);
    expect(noise).toBe(0);
  });
});

describe('whittaker', () => {
  it('keeps a straight line and carries it over gaps', () => {
    const heights = new Float64Array(40).map((_, index) => 3 * index - 7);
    const weights = new Float64Array(40).map((_, index) => (index > 10 && index < 25 ? 0 : 1));
    const smooth = whittaker(heights, weights, 100);
    for (const [index, value] of smooth.entries()) expect(value).toBeCloseTo(3 * index - 7, 6);
  });

  it('flattens what changes from point to point', () => {
    const heights = new Float64Array(60).map((_, index) => (index % 2 === 0 ? 1 : -1));
    const smooth = whittaker(heights, new Float64Array(60).fill(1), 100);
    expect(Math.max(...smooth.slice(5, -5).map(Math.abs))).toBeLessThan(0.03);
  });
});

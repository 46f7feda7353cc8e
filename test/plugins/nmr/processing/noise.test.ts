import { describe, expect, it } from 'vitest';
import { estimateNoise, medianOf } from '../../../../plugins/nmr/processing/noise.ts';
import { seededNormal } from '../synthetic.ts';

describe('estimateNoise', () => {
  it('is the standard deviation of normal noise, lines or not', () => {
    const random = seededNormal();
    const values = new Float64Array(20_000).map((_, index) => {
      const line = index % 10 === 0 ? 500 : 0;
      return 3 * random() + line;
    });
    expect(estimateNoise(values)).toBeGreaterThan(2.8);
    expect(estimateNoise(values)).toBeLessThan(3.7);
  });
});

describe('medianOf', () => {
  it.each([
    [[], 0],
    [[7], 7],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
  ])('of %j is %d', (values, expected) => {
    expect(medianOf(values)).toBe(expected);
  });
});

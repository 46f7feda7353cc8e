import { describe, expect, it } from 'vitest';
import { apodize } from '../../../../plugins/nmr/processing/apodize.ts';

const flat = { re: new Float64Array(1000).fill(1), im: new Float64Array(1000).fill(-1) };

describe('apodize', () => {
  it('weights with exp(−π · LB · t) from time zero', () => {
    const options = { lineBroadeningHz: 2, spectralWidthHz: 1000, timeZero: 20 };
    const { re, im } = apodize(flat, options);
    expect(re[20]).toBe(1);
    expect(re[320]).toBeCloseTo(Math.exp(-Math.PI * 2 * 0.3), 12);
    expect(im[320]).toBeCloseTo(-Math.exp(-Math.PI * 2 * 0.3), 12);
    expect(re[10]).toBe(re[30]);
  });

  it('lets the end fade even without broadening', () => {
    const { re } = apodize(flat, { lineBroadeningHz: 0, spectralWidthHz: 1000, timeZero: 0 });
    expect(re[500]).toBe(1);
    expect(re[750]).toBeCloseTo(0.5, 12);
    expect(re[999]).toBeLessThan(1e-4);
  });
});

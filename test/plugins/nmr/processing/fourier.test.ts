import { describe, expect, it } from 'vitest';
import { indexAt, ppmAt } from '../../../../plugins/nmr/processing/axis.ts';
import { fourier } from '../../../../plugins/nmr/processing/fourier.ts';
import { zeroFill } from '../../../../plugins/nmr/processing/zero-fill.ts';
import { indexOfHighest, syntheticFid } from '../synthetic.ts';

const spectralWidthHz = 8000;
const frequencyMHz = 400;

describe('fourier', () => {
  it.each([1000, -2500, 0])('puts a line of %d Hz at its place on the axis', async (hz) => {
    const fid = syntheticFid({
      points: 4096,
      spectralWidthHz,
      lines: [{ hz, widthHz: 5, amplitude: 1 }],
    });
    const { re } = await fourier(zeroFill(fid, 2));
    const axis = { offsetPpm: 5, spectralWidthHz, frequencyMHz, points: re.length };
    const ppm = ppmAt(axis, indexOfHighest(re));
    expect(Math.abs(ppm - (5 - hz / frequencyMHz))).toBeLessThan(0.003);
  });

  it('leaves no offset under the lines', async () => {
    const fid = syntheticFid({
      points: 4096,
      spectralWidthHz,
      lines: [{ hz: 0, widthHz: 30, amplitude: 1 }],
    });
    const { re } = await fourier(fid);
    expect(Math.abs(re[10] ?? 1) / Math.max(...re)).toBeLessThan(1e-4);
  });
});

describe('ppmAt', () => {
  it('goes from high to low and is undone by indexAt', () => {
    const axis = { offsetPpm: 9, spectralWidthHz: 10_000, frequencyMHz: 400, points: 1000 };
    expect(ppmAt(axis, 0)).toBe(21.5);
    expect(ppmAt(axis, 500)).toBe(9);
    expect(indexAt(axis, ppmAt(axis, 123.25))).toBeCloseTo(123.25, 9);
  });
});

describe('zeroFill', () => {
  it.each([
    [1000, 1, 1024],
    [1024, 1, 1024],
    [1024, 2, 2048],
    [1000, 2, 2048],
    [1024, 1.5, 2048],
  ])('makes of %d points, %d times, %d', (points, factor, expected) => {
    const fid = { re: new Float64Array(points).fill(1), im: new Float64Array(points) };
    const { re, im } = zeroFill(fid, factor);
    expect(re).toHaveLength(expected);
    expect(im).toHaveLength(expected);
    expect(re.reduce((sum, value) => sum + value, 0)).toBe(points);
  });
});

import { describe, expect, it } from 'vitest';
import { findSummits } from '../../../../plugins/nmr/processing/find-summits.ts';
import { measureLine } from '../../../../plugins/nmr/processing/measure-line.ts';
import { pickLines } from '../../../../plugins/nmr/processing/pick-lines.ts';
import { lorentzians, seededNormal } from '../synthetic.ts';

const noisy = (values: Float64Array, size: number): Float64Array => {
  const random = seededNormal(7);
  return values.map((value) => value + size * random());
};

describe('pickLines', () => {
  it.each([4, 9.5, 40])('measures a Lorentzian of %d points within 3 %', async (width) => {
    const values = lorentzians(4000, [{ index: 1234.4, width, height: 100 }]);
    const [line, ...others] = await pickLines(noisy(values, 0.05), {
      noise: 0.05,
      threshold: 0.01,
    });
    expect(others).toEqual([]);
    expect(Math.abs((line?.index ?? 0) - 1234.4)).toBeLessThan(0.05);
    expect(Math.abs((line?.width ?? 0) / width - 1)).toBeLessThan(0.03);
    expect(Math.abs((line?.height ?? 0) / 100 - 1)).toBeLessThan(0.03);
  });

  it('tells the lines of a doublet apart', async () => {
    const values = lorentzians(4000, [
      { index: 2000, width: 12, height: 50 },
      { index: 2024, width: 12, height: 50 },
    ]);
    const lines = await pickLines(noisy(values, 0.02), { noise: 0.02, threshold: 0.01 });
    expect(lines).toHaveLength(2);
    for (const [order, index] of [2000, 2024].entries()) {
      expect(Math.abs((lines[order]?.index ?? 0) - index)).toBeLessThan(0.3);
      expect(Math.abs((lines[order]?.width ?? 0) / 12 - 1)).toBeLessThan(0.05);
    }
  });

  it('lists no noise, even at a threshold of zero', async () => {
    const values = lorentzians(30_000, [{ index: 9000, width: 10, height: 200 }]);
    expect(await pickLines(noisy(values, 1), { noise: 1, threshold: 0 })).toHaveLength(1);
  });

  it('lists nothing of an empty spectrum', async () => {
    expect(await pickLines(new Float64Array(100), { noise: 0, threshold: 0.01 })).toEqual([]);
  });

  it('leaves out what is below the threshold', async () => {
    const values = lorentzians(4000, [
      { index: 1000, width: 10, height: 100 },
      { index: 3000, width: 10, height: 4 },
    ]);
    const clean = { noise: 0.001 };
    expect(await pickLines(values, { ...clean, threshold: 0.05 })).toHaveLength(1);
    expect(await pickLines(values, { ...clean, threshold: 0.02 })).toHaveLength(2);
  });
});

describe('findSummits', () => {
  it('does not take a ripple on a flank for a line', () => {
    const values = Float64Array.from([0, 1, 3, 2.8, 3.1, 6, 9, 6, 3, 1, 0]);
    const options = { leastHeight: 1, leastRelativeProminence: 0 };
    expect(findSummits(values, { ...options, leastProminence: 1 })).toEqual([
      { index: 6, height: 9, left: 0, right: 10 },
    ]);
    expect(findSummits(values, { ...options, leastProminence: 0.1 })).toHaveLength(2);
  });
});

describe('measureLine', () => {
  it('guesses the width of lines that do not part down to half height', () => {
    const values = lorentzians(400, [
      { index: 200, width: 20, height: 10 },
      { index: 216, width: 20, height: 10 },
    ]);
    const [first] = findSummits(values, {
      leastHeight: 1,
      leastProminence: 0.01,
      leastRelativeProminence: 0,
    });
    expect(first).toBeDefined();
    const { width } = measureLine(values, first!);
    expect(width).toBeGreaterThan(18);
    expect(width).toBeLessThan(32);
  });
});

import { describe, expect, it } from 'vitest';
import { namePeaks } from '../../../../plugins/nmr/drawing/name-peaks.ts';
import { axisTicks } from '../../../../plugins/nmr/drawing/ticks.ts';
import { tracePath } from '../../../../plugins/nmr/drawing/trace-path.ts';
import { chooseView } from '../../../../plugins/nmr/drawing/view.ts';

const axis = { high: 20, low: -2 };
const peak = (ppm: number, intensity: number, isSolvent = false) => ({ ppm, intensity, isSolvent });

describe('chooseView', () => {
  it('shows all lines with a margin', () => {
    const { high, low } = chooseView([peak(12.6, 0.4), peak(0.99, 0.5)], axis);
    expect(high).toBeGreaterThan(12.9);
    expect(high).toBeLessThan(14);
    expect(low).toBeLessThan(0.7);
    expect(low).toBeGreaterThan(-1);
  });

  it('does not go past the end of the spectrum', () => {
    expect(chooseView([peak(19.9, 1), peak(-1.9, 1)], axis)).toMatchObject(axis);
  });

  it('is scaled to the strongest line of the substance, not of the solvent', () => {
    expect(chooseView([peak(2.5, 1, true), peak(6, 0.05), peak(1, 0.03)], axis).fullScale).toBe(
      0.05,
    );
  });

  it('cuts lines that would flatten the ordinary ones', () => {
    const weak = Array.from({ length: 9 }, (_, order) => peak(order, 0.03));
    expect(chooseView([peak(10, 1), ...weak], axis).fullScale).toBeCloseTo(0.25, 6);
  });

  it('shows the whole spectrum if there is no line', () => {
    expect(chooseView([], axis)).toEqual({ ...axis, fullScale: 1 });
  });
});

describe('axisTicks', () => {
  it.each([
    [13.3, 0.3, 13, 1, 0],
    [187, 8, 9, 20, 0],
    [-47, -164, 12, 10, 0],
    [7.31, 7.22, 10, 0.01, 2],
  ])('marks %d to %d', (high, low, count, step, decimals) => {
    const ticks = axisTicks(high, low, 14);
    expect(ticks.major).toHaveLength(count);
    expect(ticks.decimals).toBe(decimals);
    expect((ticks.major[0] ?? 0) - (ticks.major[1] ?? 0)).toBeCloseTo(step, 9);
    expect(ticks.minor.length).toBeGreaterThan(2 * count);
    for (const tick of [...ticks.major, ...ticks.minor]) {
      expect(tick).toBeLessThanOrEqual(high);
      expect(tick).toBeGreaterThanOrEqual(low);
    }
  });
});

describe('tracePath', () => {
  it('keeps the highest and lowest point of every column', () => {
    const values = new Float64Array(100_000);
    values[77_777] = 5;
    values[77_778] = -3;
    const path = tracePath(values, {
      from: 0,
      to: 99_999,
      x: (index) => index / 100,
      y: (value) => 100 - value,
      columnWidth: 0.5,
    });
    expect(path).toContain('777.8 95.0L777.8 103.0');
    expect(path.length).toBeLessThan(60_000);
    expect(path).toMatch(/^M[\d.]+ [\d.]+(L[\d.]+ [\d.]+)+$/);
  });
});

describe('namePeaks', () => {
  const peaks = [
    { ppm: 3.386, intensity: 0.2 },
    { ppm: 3.337, intensity: 0.8 },
    { ppm: 2.501, intensity: 1 },
    { ppm: 0.99, intensity: 0.5 },
  ];

  it('names the solvent and the water in it', () => {
    const named = namePeaks(peaks, { nucleus: '1H', solvent: 'DMSO-D6', solventPpm: 2.5 });
    expect(named.map(({ name }) => name)).toEqual([undefined, 'H₂O', 'DMSO-d₆', undefined]);
    expect(named.map(({ isSolvent }) => isSolvent)).toEqual([false, true, true, false]);
  });

  it('names nothing if the solvent was not found', () => {
    const named = namePeaks(peaks, { nucleus: '1H', solvent: 'DMSO-D6', solventPpm: undefined });
    expect(named.some(({ isSolvent }) => isSolvent)).toBe(false);
  });
});

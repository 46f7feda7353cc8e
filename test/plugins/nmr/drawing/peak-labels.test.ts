import { describe, expect, it } from 'vitest';
import { nucleusStyle, shiftText } from '../../../../plugins/nmr/drawing/nucleus-style.ts';
import { peakLabels } from '../../../../plugins/nmr/drawing/peak-labels.ts';
import { spread } from '../../../../plugins/nmr/drawing/spread.ts';

const options = { decimals: 2, multipletPpm: 0.04, pitch: 12, from: 0, to: 1000 };

/** Lines on an axis of 100 pixels per ppm from 10 ppm. */
const drawn = (lines: readonly (readonly [number, number, string?])[]) =>
  lines.map(([ppm, intensity, name]) => ({ ppm, intensity, name, x: (10 - ppm) * 100 }));

describe('peakLabels', () => {
  it('labels a multiplet once, at its middle', () => {
    const lines = drawn([
      [0.997, 0.5],
      [0.983, 0.5],
      [6.38, 1],
    ]);
    expect(peakLabels(lines, options).map(({ text }) => text)).toEqual(['6.38', '0.99']);
  });

  it('keeps labels apart, in the order of their lines, near their places', () => {
    const lines = drawn(Array.from({ length: 20 }, (_, order) => [5 - order * 0.05, 1] as const));
    const labels = peakLabels(lines, options);
    expect(labels).toHaveLength(20);
    for (const [order, label] of labels.slice(1).entries()) {
      const previous = labels[order]!;
      expect(label.labelX - previous.labelX).toBeGreaterThanOrEqual(options.pitch - 1e-9);
      expect(label.x).toBeGreaterThan(previous.x);
      expect(Math.abs(label.labelX - label.x)).toBeLessThan(80);
    }
  });

  it('leaves the weakest out if there is no room for all', () => {
    const lines = drawn(
      Array.from({ length: 200 }, (_, order) => [9.9 - order * 0.045, 1 + (order % 50)] as const),
    );
    const labels = peakLabels(lines, options);
    expect(labels).toHaveLength(83);
    expect(labels.every(({ labelX }) => labelX >= 0 && labelX <= 1000)).toBe(true);
    expect(labels.map(({ x }) => x)).toContain(lines[49]?.x);
    expect(labels.map(({ x }) => x)).not.toContain(lines[100]?.x);
  });

  it('does not label the foot of a major line', () => {
    const lines = drawn([
      [10.82, 0.34],
      [10.77, 0.01],
    ]);
    expect(peakLabels(lines, options).map(({ text }) => text)).toEqual(['10.82']);
  });

  it("labels all of a solvent's lines once", () => {
    const lines = drawn([
      [4.7, 3, 'solvent'],
      [4.6, 1],
      [4.5, 6, 'solvent'],
      [4.3, 3, 'solvent'],
    ]);
    expect(peakLabels(lines, options)).toMatchObject([
      { text: '4.60', name: undefined },
      { text: '4.50', name: 'solvent' },
    ]);
  });
});

describe('spread', () => {
  it('leaves places alone that are far enough apart', () => {
    expect(spread([10, 30, 70], 15, { from: 0, to: 100 })).toEqual([10, 30, 70]);
  });

  it('moves both neighbours by the same amount', () => {
    expect(spread([50, 50], 10, { from: 0, to: 100 })).toEqual([45, 55]);
  });

  it('stays within the range', () => {
    expect(spread([99, 99, 99], 10, { from: 0, to: 100 })).toEqual([80, 90, 100]);
    expect(spread([1, 1], 10, { from: 0, to: 100 })).toEqual([0, 10]);
  });
});

describe('shiftText', () => {
  it.each([
    [-53.517, 2, '−53.52'],
    [-0.001, 2, '0.00'],
    [177.37, 1, '177.4'],
  ])('writes %d with %d decimals as %s', (ppm, decimals, expected) => {
    expect(shiftText(ppm, decimals)).toBe(expected);
  });
});

describe('nucleusStyle', () => {
  it('raises the mass', () => {
    expect(nucleusStyle('195Pt').label).toBe('¹⁹⁵Pt');
  });
});

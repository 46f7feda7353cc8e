import { describe, expect, it } from 'vitest';
import { indexAt, type PpmAxis } from '../../../../plugins/nmr/processing/axis.ts';
import { findReference } from '../../../../plugins/nmr/processing/reference.ts';
import { findSolvent } from '../../../../plugins/nmr/processing/solvents.ts';
import { lorentzians } from '../synthetic.ts';

const carbon: PpmAxis = {
  offsetPpm: 100,
  spectralWidthHz: 25_000,
  frequencyMHz: 100,
  points: 50_000,
};

/** Lines at the given shifts, all 4 points wide. */
const spectrum = (axis: PpmAxis, shifts: readonly (readonly [number, number])[]): Float64Array =>
  lorentzians(
    axis.points,
    shifts.map(([ppm, height]) => ({ index: indexAt(axis, ppm), width: 4, height })),
  );

describe('findReference', () => {
  it('finds the middle of the septet of DMSO beside a stronger singlet', () => {
    const heights = [1, 3, 6, 7, 6, 3, 1];
    const septet = heights.map((height, order) => [40.1 + (order - 3) * 0.21, height] as const);
    const values = spectrum(carbon, [...septet, [38.4, 30]]);
    const found = findReference(values, {
      axis: carbon,
      noise: 0.001,
      nucleus: '13C',
      solvent: 'DMSO-D6',
    });
    expect(found.line).toBe('solvent');
    expect(Math.abs(found.shiftPpm - (39.52 - 40.1))).toBeLessThan(0.005);
  });

  it('finds the middle of the triplet of chloroform though its lines are equal', () => {
    const values = spectrum(carbon, [
      [77.22, 10],
      [76.9, 9.8],
      [76.58, 10.2],
    ]);
    const found = findReference(values, {
      axis: carbon,
      noise: 0.001,
      nucleus: '13C',
      solvent: 'CHLOROFORM-D',
      referencePpm: 77,
    });
    expect(found.line).toBe('solvent');
    expect(Math.abs(found.shiftPpm - 0.1)).toBeLessThan(0.005);
  });

  it('leaves the axis alone if the solvent has no line in the nucleus', () => {
    const values = spectrum(carbon, [[50, 10]]);
    const options = { axis: carbon, noise: 0.001, nucleus: '19F', solvent: 'CHLOROFORM-D' };
    expect(findReference(values, options)).toEqual({ line: 'none', shiftPpm: 0 });
  });

  it('puts the strongest line where it is told without a solvent', () => {
    const values = spectrum(carbon, [
      [50, 10],
      [60, 4],
    ]);
    const found = findReference(values, {
      axis: carbon,
      noise: 0.001,
      nucleus: '31P',
      solvent: '',
      referencePpm: 0,
    });
    expect(found).toMatchObject({ line: 'strongest' });
    expect(Math.abs(found.shiftPpm + 50)).toBeLessThan(0.01);
  });
});

describe('findSolvent', () => {
  it.each([
    ['DMSO-D6', 'DMSO-d₆'],
    ['Dimethylsulfoxide', 'DMSO-d₆'],
    ['CHLOROFORM-D', 'CDCl₃'],
    ['CDCl3', 'CDCl₃'],
    ['METHANOL-D3', 'CD₃OD'],
    ['DICHLOROMETHANE-', 'CD₂Cl₂'],
    ['TETRAHYDROFURAN-', 'THF-d₈'],
    ['D2O', 'D₂O'],
  ])('knows %s', (name, label) => {
    expect(findSolvent(name)?.label).toBe(label);
  });

  it.each(['', 'NONE', 'olive oil'])('does not know %j', (name) => {
    expect(findSolvent(name)).toBeUndefined();
  });
});

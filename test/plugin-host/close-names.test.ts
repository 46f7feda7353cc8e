import { describe, expect, it } from 'vitest';
import { closeNames, editDistance } from '../../src/plugin-host/close-names.ts';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['square', 'square', 0],
    ['sqare', 'square', 1],
    ['squares', 'square', 1],
    ['cube', 'tube', 1],
    ['kitten', 'sitting', 3],
  ])('from %j to %j is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

describe('closeNames', () => {
  const names = ['example.square', 'example.cube', 'nmr.reduce', 'Other.Square'];

  it('finds what was mistyped, whatever the case', () => {
    expect(closeNames('EXAMPLE.sqaure', names)).toEqual(['example.square']);
  });

  it('finds a name by its last part', () => {
    expect(closeNames('square', names)).toEqual(['example.square', 'Other.Square']);
  });

  it('finds nothing when nothing is near', () => {
    expect(closeNames('laser.align', names)).toEqual([]);
  });
});

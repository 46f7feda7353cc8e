import { describe, expect, it } from 'vitest';
import { normaliseNucleus } from '../../../../plugins/nmr/jdf/nucleus.ts';

describe('normaliseNucleus', () => {
  it.each([
    ['Proton', '1H'],
    ['1H', '1H'],
    ['H1', '1H'],
    ['Carbon13', '13C'],
    ['carbon-13', '13C'],
    ['13C', '13C'],
    ['C', '13C'],
    ['Fluorine19', '19F'],
    ['Phosphorus31', '31P'],
    ['Nitrogen15', '15N'],
    ['Nitrogen14', '14N'],
    ['Deuterium', '2H'],
    ['Silicon29', '29Si'],
    ['29SI', '29Si'],
    ['Aluminum27', '27Al'],
    ['Tin119', '119Sn'],
    ['Platinum195', '195Pt'],
    ['Cesium133', '133Cs'],
  ])('writes %s as %s', (name, expected) => {
    expect(normaliseNucleus(name)).toBe(expected);
  });

  it.each(['', 'Unobtainium7', 'Platinum', '??'])('leaves %j as it is', (name) => {
    expect(normaliseNucleus(name)).toBe(name);
  });
});

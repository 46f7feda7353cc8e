import { describe, expect, it } from 'vitest';
import { readImplSchemas, writeImplSchemas } from '../../src/kernel/impl-schemas.ts';

describe('readImplSchemas', () => {
  it.each([
    ['a;b', ['a', 'b']],
    [' nexus ; ;powder;nexus;', ['nexus', 'powder']],
    [
      ['a', ' b ', '', 'a'],
      ['a', 'b'],
    ],
    [
      ['a;b', 'c'],
      ['a', 'b', 'c'],
    ],
    ['', null],
    [' ; ', null],
    [[], null],
    [null, null],
    [undefined, null],
  ])('reads %j as %j', (given, names) => {
    expect(readImplSchemas(given)).toEqual(names);
  });
});

describe('writeImplSchemas', () => {
  it.each([
    [['a', 'b'], 'a;b'],
    [['one'], 'one'],
    [[' a', 'a', ''], 'a'],
    [[], null],
    [null, null],
  ])('writes %j as %j', (names, text) => {
    expect(writeImplSchemas(names)).toBe(text);
  });

  it('gives what is read as the same names', () => {
    for (const names of [['a'], ['a', 'b', 'c'], null]) {
      expect(readImplSchemas(writeImplSchemas(names))).toEqual(names);
    }
  });
});

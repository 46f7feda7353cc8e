import { describe, expect, it } from 'vitest';
import { validateRequest } from '../../src/index.ts';
import type { RunstateError } from '../../src/index.ts';
import { ofVersion, refusalOf, velaRequest } from '../support/pst-request.ts';
import type { Fields } from '../support/pst-request.ts';
import { randomOf } from '../support/random.ts';

type Keys = readonly (string | number)[];

describe('any request', () => {
  const leavesOf = (value: unknown, path: Keys = []): readonly Keys[] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, item]) =>
          leavesOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
        )
      : [path];
  const set = (value: unknown, [key, ...rest]: Keys, leaf: unknown): unknown => {
    if (key === undefined) return leaf;
    const copy: Fields = Array.isArray(value) ? ([...value] as never) : { ...(value as Fields) };
    copy[key] = set(copy[key], rest, leaf);
    return copy;
  };
  const leaves = leavesOf(velaRequest).filter(([key]) => key !== 'interface');
  const random = randomOf(20_261_124);
  const strange = [null, true, {}, [], -1e9, 'ü\n', 1.5, [[[]]], { a: { b: 1 } }];

  it('is taken or refused with a path that leads to what was changed', () => {
    for (let run = 0; run < 1_000; run += 1) {
      const path = random.pick(leaves);
      const request = set(velaRequest, path, random.pick(strange));
      const before = structuredClone(request);
      try {
        validateRequest(request, { strictness: 'strict' });
      } catch (error) {
        const { code, fields } = error as RunstateError;
        expect(code).toBe('INVALID_REQUEST');
        const words = path.filter((key) => typeof key === 'string').join('.');
        const named = fields.map((field) => field.path.replaceAll(/\[\d+\]/g, ''));
        expect(named.some((name) => words.startsWith(name) || name.startsWith(words))).toBe(true);
      }
      expect(request).toEqual(before);
    }
  });

  it('that is valid stays so, and the same, when it is validated again', () => {
    for (let run = 0; run < 200; run += 1) {
      const extra = { [`x${random.below(1e6)}`]: random.pick(strange) };
      const place = random.pick([
        [],
        ['pst'],
        ['pst', 'scan'],
        ['common'],
        ['pst', 'scan', 'coordinates'],
      ]);
      const at = place.reduce<unknown>((part, key) => (part as Fields)[key], velaRequest);
      const request = set(velaRequest, place, { ...(at as Fields), ...extra });
      const once = validateRequest(request);
      expect(validateRequest(JSON.stringify(once))).toEqual(once);
      expect(once).toMatchObject(request as Fields);
    }
  });

  it('has a version that is compared by its numbers', () => {
    for (let run = 0; run < 500; run += 1) {
      const [major, minor] = [random.below(4), random.below(30)];
      const isOld = major < 2 || (major === 2 && minor < 3);
      const request = ofVersion(`${major}.${minor}`);
      if (major === 2 && !isOld) expect(validateRequest(request)).toBeDefined();
      else if (isOld) {
        expect(refusalOf(request).message).toBe(`Version ${major}.${minor} should be >= 2.3`);
      } else expect(refusalOf(request).message).toContain('is not known');
    }
  });
});

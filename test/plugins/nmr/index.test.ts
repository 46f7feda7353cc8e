import { describe, expect, it } from 'vitest';
import { reduce } from '../../../plugins/nmr/index.ts';
import { reduceInput } from '../../../plugins/nmr/schema.ts';

describe('reduce', () => {
  it('is the plugin nmr.reduce, which may be repeated', () => {
    expect(reduce).toMatchObject({ name: 'nmr.reduce', effect: 'idempotent' });
  });
});

describe('reduceInput', () => {
  it('needs only a file', () => {
    expect(reduceInput.parse({ file: 'a.jdf' })).toEqual({
      file: 'a.jdf',
      lineBroadeningHz: 1,
      zeroFill: 2,
      threshold: 0.01,
    });
  });

  it.each([
    [{}, 'file'],
    [{ file: '' }, 'file'],
    [{ file: 'a.jdf', lineBroadeningHz: -1 }, 'lineBroadeningHz'],
    [{ file: 'a.jdf', zeroFill: 0 }, 'zeroFill'],
    [{ file: 'a.jdf', zeroFill: 64 }, 'zeroFill'],
    [{ file: 'a.jdf', threshold: 2 }, 'threshold'],
    [{ file: 'a.jdf', referencePpm: 'DMSO' }, 'referencePpm'],
    [{ file: 'a.jdf', svg: 7 }, 'svg'],
  ])('refuses %j because of %s', (input, field) => {
    const paths = reduceInput.safeParse(input).error?.issues.map(({ path }) => path.join('.'));
    expect(paths).toEqual([field]);
  });

  it('refuses a misspelt field', () => {
    expect(reduceInput.safeParse({ file: 'a.jdf', lineBroadening: 1 }).success).toBe(false);
  });

  it('describes every field', () => {
    for (const field of Object.values(reduceInput.shape)) {
      expect(field.description?.length).toBeGreaterThan(10);
    }
  });
});

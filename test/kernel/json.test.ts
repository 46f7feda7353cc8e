import { describe, expect, it } from 'vitest';
import { copyStorable, findUnstorable, joinPath } from '../../src/kernel/json.ts';

class Frame {
  readonly n = 1;
}

const circle: { inner: { back?: unknown } } = { inner: {} };
circle.inner.back = circle;

const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};

const copyOf = (value: unknown): unknown => {
  const copied = copyStorable(value);
  expect(copied.problem).toBeNull();
  return copied.problem === null ? copied.copy : undefined;
};

describe('findUnstorable', () => {
  it.each([
    ['NaN', { a: [1, NaN] }, 'a[1]', 'NaN'],
    ['an infinity', { a: { b: -Infinity } }, 'a.b', '-Infinity'],
    ['a function', { run: () => 1 }, 'run', 'a function'],
    ['a symbol', [Symbol('s')], '[0]', 'a symbol'],
    ['a bigint', { id: 5n }, 'id', 'a bigint'],
    ['a Date', { at: new Date(0) }, 'at', 'a Date'],
    ['a Map', { m: new Map() }, 'm', 'a Map'],
    ['a Set', new Set(), '', 'a Set'],
    ['a typed array', { frame: new Float64Array(2) }, 'frame', 'a Float64Array'],
    ['an Error', { error: new Error('x') }, 'error', 'an Error'],
    ['a class instance', { frames: [{ f: new Frame() }] }, 'frames[0].f', 'a Frame'],
    ['a promise', { later: Promise.resolve(1) }, 'later', 'a Promise'],
    ['a circle', circle, 'inner.back', 'a reference to what contains it'],
    // oxlint-disable-next-line no-sparse-arrays
    ['a hole', { list: [1, , 3] }, 'list[1]', 'undefined'],
    ['undefined in a list', { list: [undefined] }, 'list[0]', 'undefined'],
    ['a symbol key', { a: { [Symbol('k')]: 1 } }, 'a', 'an object with symbol keys'],
    [
      'an own `__proto__`',
      JSON.parse('{"a":{"__proto__":{"isAdmin":true}}}'),
      'a.__proto__',
      'a key that stands for the prototype',
    ],
    ['an object of no known class', { a: Object.create({ inherited: 1 }) }, 'a', 'an Object'],
  ])('names the place of %s', (_, value, path, what) => {
    expect(findUnstorable(value)).toEqual({ path, what });
  });

  it('names the first of several', () => {
    expect(findUnstorable({ a: 1, b: NaN, c: 5n })?.path).toBe('b');
  });

  it('says what a getter or proxy threw', () => {
    const value = {
      get broken(): number {
        throw new Error('no detector');
      },
    };
    expect(findUnstorable(value)).toEqual({
      path: 'broken',
      what: 'unreadable (no detector)',
    });
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(findUnstorable({ proxy })?.path).toBe('proxy');
  });

  it('takes what JSON takes', () => {
    const shared = { n: 1 };
    for (const value of [
      undefined,
      null,
      '',
      0,
      false,
      [],
      {},
      Object.create(null),
      { a: undefined },
      { twice: [shared, shared] },
      { '': { constructor: 'text', toJSON: 'text', length: 3 } },
      nested(400),
    ]) {
      expect(findUnstorable(value)).toBeNull();
    }
  });

  it('refuses what is nested too deeply, with a path that can be read', () => {
    const problem = findUnstorable(nested(100_000));
    expect(problem?.what).toBe('nested deeper than 500 levels');
    expect(problem?.path).toMatch(/^(?:\[0\]){20}…$/);
  });
});

describe('copyStorable', () => {
  it('shares nothing with the original', () => {
    const given = { list: [{ n: 1 }], text: 'a' };
    const copy = copyOf(given) as typeof given;
    given.list[0] = { n: 2 };
    given.list.push({ n: 3 });
    expect(copy).toEqual({ list: [{ n: 1 }], text: 'a' });
  });

  it('gives what comes back from JSON', () => {
    for (const value of [
      { a: undefined, b: null, c: [{}, [], ''] },
      { z: -0, y: [-0] },
      { nested: { 'key with space': 1, ключ: 'значение' } },
      [1, [2, [3, { four: 4 }]]],
    ]) {
      expect(copyOf(value)).toStrictEqual(JSON.parse(JSON.stringify(value)));
    }
  });

  it('gives an object without prototype a common one', () => {
    const bare: Record<string, unknown> = Object.assign(Object.create(null), { a: 1 });
    expect(copyOf(bare)).toStrictEqual({ a: 1 });
  });

  it('reads each property once', () => {
    let reads = 0;
    const value = {
      get changing() {
        reads += 1;
        return reads === 1 ? 'fine' : Number.NaN;
      },
    };
    expect([copyOf(value), reads]).toEqual([{ changing: 'fine' }, 1]);
  });

  it('leaves prototypes alone', () => {
    copyStorable(JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"x":1}}}'));
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe('joinPath', () => {
  it.each([
    [[], ''],
    [['scan', 'frames', 2, 'time'], 'scan.frames[2].time'],
    [[0, 'x'], '[0].x'],
    [[Symbol('s')], 'Symbol(s)'],
  ])('writes %o as people do', (keys, path) => {
    expect(joinPath(keys)).toBe(path);
  });
});

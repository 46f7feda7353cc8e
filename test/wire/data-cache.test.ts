import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dataCache } from '../../src/plugin.ts';
import type { DataCache, DataCacheOptions } from '../../src/plugin.ts';
import { byteSize } from '../../src/wire/byte-size.ts';

let made = 0;

/** A cache that no other test shares. */
const freshCache = <T = unknown>(options: DataCacheOptions<T> = {}): DataCache<T> => {
  made += 1;
  return dataCache<T>({ name: `test.${made}`, ...options });
};

/** Sets each key to itself. */
const filled = (keys: string, options: DataCacheOptions<string> = {}): DataCache<string> => {
  const cache = freshCache(options);
  for (const key of keys) cache.set(key, key);
  return cache;
};

const keysOf = (cache: DataCache<string>): string => [...cache.keys()].join('');

describe('dataCache', () => {
  it('holds the ten last used without options', () => {
    expect(keysOf(filled('abcdefghijkl'))).toBe('cdefghijkl');
  });

  it('drops what was used longest ago: reading and writing are use', () => {
    const cache = filled('abc', { maxEntries: 3 });
    cache.get('a');
    cache.set('b', 'b');
    expect(keysOf(cache)).toBe('cab');
    cache.set('d', 'd');
    expect(keysOf(cache)).toBe('abd');
  });

  it('does not count has and looking through as use', () => {
    const cache = filled('abc');
    expect([cache.has('a'), cache.has('z'), [...cache].length]).toEqual([true, false, 3]);
    expect(keysOf(cache)).toBe('abc');
  });

  it('gives the fallback and keeps it', () => {
    const cache = freshCache<number>();
    expect([cache.get('a'), cache.size]).toEqual([undefined, 0]);
    expect([cache.get('a', 5), cache.get('a', 6), cache.get('a')]).toEqual([5, 5, 5]);
  });

  it('keeps null and undefined as values', () => {
    const cache = freshCache();
    cache.set('nothing', null);
    cache.set('undefined', undefined);
    expect([cache.get('nothing', 1), cache.get('undefined', 1), cache.size]).toEqual([
      null,
      undefined,
      2,
    ]);
  });

  it('takes out what pop names', () => {
    const cache = filled('ab');
    expect([cache.pop('a'), cache.pop('a'), cache.pop('a', 'none')]).toEqual([
      'a',
      undefined,
      'none',
    ]);
    expect([cache.delete('b'), cache.delete('b'), cache.size]).toEqual([true, false, 0]);
  });

  it('counts what it was good for', () => {
    const cache = filled('abcd', { maxEntries: 3 });
    cache.get('a');
    cache.get('d');
    cache.get('e', 'e');
    cache.pop('c');
    cache.has('c');
    expect(cache.statistics()).toEqual({
      hits: 2,
      misses: 2,
      evictions: 2,
      expirations: 0,
      entries: 2,
      bytes: null,
    });
  });
});

describe('a cache shared by name', () => {
  it('is the same one for all who name it', () => {
    const first = freshCache<number>({ maxEntries: 3 });
    const second = dataCache<number>({ name: `test.${made}` });
    first.set('a', 1);
    expect(second.get('a')).toBe(1);
    expect(dataCache({ name: `test.${made}`, maxEntries: 3 })).toBe(second);
  });

  it('is apart from those of other names', () => {
    const [one, other] = [freshCache(), freshCache()];
    one.set('a', 1);
    expect(other.has('a')).toBe(false);
  });

  it.each([
    [{ maxEntries: 7 }, '`maxEntries` must be 5, as cache "test.N" was first made'],
    [{ maxBytes: 100 }, '`maxBytes` must be left out, as cache "test.N" was first made'],
    [{ ttlMs: 9 }, '`ttlMs` must be left out, as cache "test.N" was first made'],
  ])('refuses limits that disagree: %j', (options, text) => {
    freshCache({ maxEntries: 5 });
    const again = () => dataCache({ name: `test.${made}`, ...options });
    expect(again).toThrow(text.replace('N', String(made)));
    expect(again).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  it('is found by another copy of runstate', async () => {
    const mine = filled('a');
    vi.resetModules();
    const copy = await import('../../src/wire/data-cache.ts');
    expect(copy.dataCache).not.toBe(dataCache);
    expect(copy.dataCache({ name: `test.${made}` })).toBe(mine);
  });
});

describe('a cache with maxBytes', () => {
  it('drops the oldest until the rest fits, and keeps nothing that is too large alone', () => {
    const cache = freshCache<Uint8Array>({
      maxBytes: 1_000,
      sizeOf: ({ byteLength }) => byteLength,
    });
    for (const key of ['a', 'b', 'c']) cache.set(key, new Uint8Array(400));
    expect([...cache.keys()]).toEqual(['b', 'c']);
    cache.set('large', new Uint8Array(1_001));
    expect([...cache.keys()]).toEqual(['b', 'c']);
    expect(cache.statistics()).toMatchObject({ entries: 2, bytes: 800, evictions: 1 });
  });

  it('measures by itself without sizeOf', () => {
    const cache = freshCache({ maxBytes: 10_000 });
    cache.set('small', { frame: new Float64Array(1_000) });
    cache.set('large', { frame: new Float64Array(2_000) });
    expect([...cache.keys()]).toEqual(['small']);
  });

  it('refuses a size that is no number, and stays as it was', () => {
    const cache = freshCache({ maxBytes: 10, sizeOf: () => Number.NaN });
    expect(() => cache.set('a', 1)).toThrow('`sizeOf` must be a function that gives a number');
    expect(cache.size).toBe(0);
  });

  it('counts a value of no size as one byte', () => {
    const cache = freshCache({ maxBytes: 2, sizeOf: () => 0 });
    cache.update({ a: 1, b: 2, c: 3 });
    expect([...cache.keys()]).toEqual(['b', 'c']);
  });
});

describe('byteSize', () => {
  it('is exact for buffers, estimates the rest, and ends on a circle', () => {
    const circle: Record<string, unknown> = { name: 'ab' };
    circle['self'] = circle;
    const frame = new Float32Array(256);
    expect(byteSize(frame)).toBe(1_024);
    expect(byteSize([frame, frame])).toBe(1_024 + 16);
    expect(byteSize(new Map([['k', new Set([1, 2])]]))).toBe(16 + 2 + 16 + 16);
    expect(byteSize(circle)).toBe(16 + 2 * ('name'.length + 'ab'.length + 'self'.length));
    expect([byteSize('abc'), byteSize(1), byteSize(null)]).toEqual([6, 8, 8]);
  });
});

describe('a cache with ttlMs', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.advanceTimersByTime(1);
  });
  afterEach(() => vi.useRealTimers());

  it('keeps a value for so long after it was set, however often it is read', () => {
    const cache = filled('a', { ttlMs: 100 });
    vi.advanceTimersByTime(60);
    cache.set('b', 'b');
    expect([cache.get('a'), cache.size]).toEqual(['a', 2]);
    vi.advanceTimersByTime(60);
    expect([cache.has('a'), cache.has('b')]).toEqual([false, true]);
    expect([[...cache.keys()], [...cache.values()], cache.size]).toEqual([['b'], ['b'], 1]);
    expect(cache.get('a', 'new')).toBe('new');
    expect(cache.statistics()).toMatchObject({ hits: 1, misses: 1, expirations: 1, evictions: 0 });
  });

  it('does not give what is too old to pop or delete', () => {
    const cache = filled('ab', { ttlMs: 100 });
    vi.advanceTimersByTime(101);
    expect([cache.pop('a'), cache.delete('b')]).toEqual([undefined, false]);
  });
});

describe('options that no cache can have', () => {
  it.each([
    [{ maxEntries: -1 }, '`maxEntries` must be a whole number from 0 to 1,000,000, got -1'],
    [{ maxEntries: Number.POSITIVE_INFINITY }, '`maxEntries` must be a whole number'],
    [{ maxBytes: 0 }, '`maxBytes` must be a whole number above 0, got 0'],
    [{ ttlMs: 1.5 }, '`ttlMs` must be a whole number of milliseconds above 0, got 1.5'],
    [{ name: '' }, '`name` must be a text that is not empty, got ""'],
    [{ sizeOf: 3 }, '`sizeOf` must be a function, got 3'],
    [{ max: 3 }, '`max` must be left out (it is none of name, maxEntries'],
  ])('are refused by name: %j', (options, text) => {
    expect(() => dataCache(options as DataCacheOptions)).toThrow(text);
  });
});

describe("defects of dahu's cache that this one has not", () => {
  it('holds as many as it says, not one more', () => {
    expect(keysOf(filled('abcdef', { maxEntries: 3 }))).toBe('def');
  });

  it('holds none when it may hold none', () => {
    const cache = filled('abc', { maxEntries: 0 });
    expect([cache.size, cache.get('a'), cache.get('a', 'given'), cache.size]).toEqual([
      0,
      undefined,
      'given',
      0,
    ]);
  });

  it('shows its content however it is looked through', () => {
    const cache = filled('ab');
    expect([...cache]).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
    expect([...cache.entries()]).toEqual([...cache]);
    expect([...cache.values()]).toEqual(['a', 'b']);
  });

  it('stores what update is given, pairs or an object', () => {
    const cache = freshCache<number>({ maxEntries: 3 });
    cache.update({ a: 1, b: 2 });
    cache.update(new Map([['a', 3]]));
    cache.update([['c', 4]]);
    expect([...cache]).toEqual([
      ['b', 2],
      ['a', 3],
      ['c', 4],
    ]);
  });

  it('is empty when it was cleared', () => {
    const cache = filled('ab');
    cache.clear();
    expect([cache.size, [...cache], cache.get('a')]).toEqual([0, [], undefined]);
  });

  it('answers alike for each way to ask for what is not there', () => {
    const cache = freshCache();
    expect([cache.get('a'), cache.pop('a'), cache.has('a'), cache.delete('a')]).toEqual([
      undefined,
      undefined,
      false,
      false,
    ]);
  });

  it('moves a value that is set again to the end, and drops none for it', () => {
    const cache = filled('abc', { maxEntries: 3 });
    cache.set('a', 'a');
    expect(keysOf(cache)).toBe('bca');
  });

  it('takes no longer for a value among many', () => {
    const cache = freshCache<number>({ maxEntries: 200_000 });
    for (let n = 0; n < 200_000; n += 1) cache.set(String(n), n);
    for (let n = 0; n < 200_000; n += 1) cache.get(String(n));
    expect(cache.statistics()).toMatchObject({ hits: 200_000, entries: 200_000, evictions: 0 });
  });
});

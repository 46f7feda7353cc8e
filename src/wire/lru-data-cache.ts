import { LRUCache } from 'lru-cache';
import { RunstateError } from '../kernel/errors.ts';
import type { ResolvedLimits } from './data-cache-options.ts';
import { showValue } from './show-value.ts';

/** What a cache has been good for since it was made. */
export interface DataCacheStatistics {
  /** Calls of `get` and `pop` that found a value, and those that did not. */
  readonly hits: number;
  readonly misses: number;
  /** Values that were dropped to make room. */
  readonly evictions: number;
  /** Values that were dropped because their time was up. */
  readonly expirations: number;
  readonly entries: number;
  /** Bytes of all values; null without `maxBytes`, since nothing is measured then. */
  readonly bytes: number | null;
}

/**
 * Values kept by name; when it is full, the one that was used longest ago makes room. Reading and
 * writing count as use, `has` and looking through do not. It is looked through from the value used
 * longest ago to the one used last.
 */
export interface DataCache<TValue = unknown> extends Iterable<[string, TValue]> {
  /** The value; undefined when there is none, or its time is up. */
  get(key: string): TValue | undefined;
  /** The value; when there is none, `fallback` is stored and given, unless it is undefined. */
  get(key: string, fallback: TValue): TValue;
  set(key: string, value: TValue): void;
  has(key: string): boolean;
  /** Whether there was one to delete. */
  delete(key: string): boolean;
  /** Takes a value out; undefined, as of a `Map`, when there is none. */
  pop(key: string): TValue | undefined;
  /** Takes a value out; `fallback` when there is none. */
  pop(key: string, fallback: TValue): TValue;
  clear(): void;
  /** Sets each entry of an object or a list of pairs, in its order. */
  update(entries: Iterable<readonly [string, TValue]> | Readonly<Record<string, TValue>>): void;
  readonly size: number;
  keys(): IterableIterator<string>;
  values(): IterableIterator<TValue>;
  entries(): IterableIterator<[string, TValue]>;
  statistics(): DataCacheStatistics;
}

/** So that undefined and null can be values too. */
interface Box {
  readonly value: unknown;
}

const isIterable = (value: object): value is Iterable<readonly [string, unknown]> =>
  Symbol.iterator in value;

/** A cache on its own, which nobody shares. */
export class LruDataCache implements DataCache {
  readonly limits: ResolvedLimits;
  readonly #boxes: LRUCache<string, Box>;
  #hits = 0;
  #misses = 0;
  #evictions = 0;
  #expirations = 0;

  constructor(limits: ResolvedLimits, sizeOf: (value: unknown) => number) {
    this.limits = limits;
    const { maxEntries, maxBytes, ttlMs } = limits;
    this.#boxes = new LRUCache<string, Box>({
      max: Math.max(1, maxEntries),
      dispose: (_, __, reason) => {
        if (reason === 'evict') this.#evictions += 1;
        if (reason === 'expire') this.#expirations += 1;
      },
      ...(maxBytes === null
        ? {}
        : { maxSize: maxBytes, sizeCalculation: ({ value }) => sizeInBytes(sizeOf(value)) }),
      ...(ttlMs === null
        ? {}
        : { ttl: ttlMs, ttlResolution: 0, perf: { now: () => performance.now() } }),
    });
  }

  get(key: string, fallback?: unknown): unknown {
    const box = this.#count(this.#boxes.get(key));
    if (box !== undefined) return box.value;
    if (fallback !== undefined) this.set(key, fallback);
    return fallback;
  }

  set(key: string, value: unknown): void {
    if (this.limits.maxEntries > 0) this.#boxes.set(key, { value });
  }

  has(key: string): boolean {
    return this.#boxes.has(key);
  }

  delete(key: string): boolean {
    return this.#boxes.has(key) && this.#boxes.delete(key);
  }

  pop(key: string, fallback?: unknown): unknown {
    const box = this.#count(this.#boxes.get(key));
    this.#boxes.delete(key);
    return box === undefined ? fallback : box.value;
  }

  clear(): void {
    this.#boxes.clear();
  }

  update(entries: Iterable<readonly [string, unknown]> | Readonly<Record<string, unknown>>): void {
    const pairs = isIterable(entries) ? entries : Object.entries(entries);
    for (const [key, value] of pairs) this.set(key, value);
  }

  get size(): number {
    if (this.limits.ttlMs !== null) this.#boxes.purgeStale();
    return this.#boxes.size;
  }

  keys(): IterableIterator<string> {
    return this.#boxes.rkeys();
  }

  *values(): IterableIterator<unknown> {
    for (const [, value] of this.entries()) yield value;
  }

  *entries(): IterableIterator<[string, unknown]> {
    for (const key of this.#boxes.rkeys()) {
      const box = this.#boxes.peek(key);
      if (box !== undefined) yield [key, box.value];
    }
  }

  [Symbol.iterator](): IterableIterator<[string, unknown]> {
    return this.entries();
  }

  statistics(): DataCacheStatistics {
    return {
      entries: this.size,
      hits: this.#hits,
      misses: this.#misses,
      evictions: this.#evictions,
      expirations: this.#expirations,
      bytes: this.limits.maxBytes === null ? null : this.#boxes.calculatedSize,
    };
  }

  #count(box: Box | undefined): Box | undefined {
    if (box === undefined) this.#misses += 1;
    else this.#hits += 1;
    return box;
  }
}

/** A cache cannot count with less than a byte. */
function sizeInBytes(size: number): number {
  if (Number.isFinite(size)) return Math.max(1, Math.ceil(size));
  throw new RunstateError('INVALID_OPTION', [
    'sizeOf',
    'a function that gives a number',
    showValue(size),
  ]);
}

import { byteSize } from './byte-size.ts';
import {
  assertCacheOptions,
  assertSameLimits,
  dataCacheDefaults,
  resolveLimits,
} from './data-cache-options.ts';
import type { DataCacheOptions } from './data-cache-options.ts';
import { LruDataCache } from './lru-data-cache.ts';
import type { DataCache } from './lru-data-cache.ts';

/**
 * The caches of this process or worker thread by name. Kept on `globalThis`, because a plugin file may
 * bring its own copy of runstate.
 */
const cachesKey = Symbol.for('runstate.data-caches');

type Scope = typeof globalThis & { [cachesKey]?: Map<string, LruDataCache> };

const scope: Scope = globalThis;

/**
 * A cache that tasks of one process, or of one worker thread, share by its name: the first call makes
 * it, and the others get the same one. Nothing is kept when the process or the thread ends.
 *
 * The first call's limits hold. A later one that gives others is refused, because whichever came
 * first would win; one that gives none takes what is there.
 *
 * @example
 * ```ts
 * const calibrations = dataCache<Float64Array>({ name: 'calibrations', maxBytes: 500_000_000 });
 * const table = calibrations.get(file) ?? (await readTable(file));
 * calibrations.set(file, table);
 * ```
 * @throws {@link RunstateError} `INVALID_OPTION`, naming the option and the cache it disagrees with
 */
export function dataCache<TValue = unknown>(
  options: DataCacheOptions<TValue> = {},
): DataCache<TValue> {
  assertCacheOptions(options);
  const { name = dataCacheDefaults.name } = options;
  const caches = (scope[cachesKey] ??= new Map<string, LruDataCache>());
  let cache = caches.get(name);
  if (cache === undefined) {
    cache = new LruDataCache(resolveLimits(options), (value) =>
      options.sizeOf === undefined ? byteSize(value) : options.sizeOf(value as TValue),
    );
    caches.set(name, cache);
  } else assertSameLimits(name, options, cache.limits);
  return cache as DataCache<TValue>;
}

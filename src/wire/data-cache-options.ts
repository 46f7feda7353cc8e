import { RunstateError } from '../kernel/errors.ts';
import { showValue } from './show-value.ts';

/** How much a cache holds, and for how long. */
export interface DataCacheLimits {
  /**
   * Entries it holds at most, from 0 (it holds none) to 1,000,000.
   *
   * @defaultValue `10`
   */
  readonly maxEntries?: number;
  /**
   * Bytes its values may take together; a value that takes more alone is not kept.
   *
   * @defaultValue no limit
   */
  readonly maxBytes?: number;
  /**
   * How long a value is kept after it was set, in milliseconds.
   *
   * @defaultValue no limit
   */
  readonly ttlMs?: number;
}

/** What a cache is called, and what it holds. */
export interface DataCacheOptions<TValue = unknown> extends DataCacheLimits {
  /**
   * Tasks of one process, or of one worker thread, that give the same name share one cache; this one
   * is also `context.cache`.
   *
   * @defaultValue `'default'`
   */
  readonly name?: string;
  /**
   * How many bytes a value takes, for `maxBytes`.
   *
   * @defaultValue an estimate: exact for buffers and typed arrays
   */
  sizeOf?(value: TValue): number;
}

/** What a cache was made with; null is no limit. */
export interface ResolvedLimits {
  readonly maxEntries: number;
  readonly maxBytes: number | null;
  readonly ttlMs: number | null;
}

export const dataCacheDefaults = { name: 'default', maxEntries: 10 } as const;

/** The places are reserved when the cache is made. */
const mostEntries = 1_000_000;

type Rule = readonly [isValid: (value: unknown) => boolean, expected: string];

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

const rules: Readonly<Record<keyof DataCacheOptions, Rule>> = {
  name: [(value) => typeof value === 'string' && value !== '', 'a text that is not empty'],
  maxEntries: [
    (value) => isWhole(value, 0, mostEntries),
    `a whole number from 0 to ${mostEntries.toLocaleString('en-US')}`,
  ],
  maxBytes: [(value) => isWhole(value, 1, Number.MAX_SAFE_INTEGER), 'a whole number above 0'],
  ttlMs: [
    (value) => isWhole(value, 1, Number.MAX_SAFE_INTEGER),
    'a whole number of milliseconds above 0',
  ],
  sizeOf: [(value) => typeof value === 'function', 'a function'],
};

const isOption = (key: string): key is keyof DataCacheOptions => Object.hasOwn(rules, key);

const refuse = (option: string, expected: string, value: unknown): never => {
  throw new RunstateError('INVALID_OPTION', [option, expected, showValue(value)]);
};

/** Refuses options that no cache can have. */
export function assertCacheOptions(options: object): void {
  for (const [option, value] of Object.entries(options)) {
    if (!isOption(option))
      refuse(option, `left out (it is none of ${Object.keys(rules).join(', ')})`, value);
    else if (value !== undefined && !rules[option][0](value))
      refuse(option, rules[option][1], value);
  }
}

export const resolveLimits = (given: DataCacheLimits): ResolvedLimits => ({
  maxEntries: given.maxEntries ?? dataCacheDefaults.maxEntries,
  maxBytes: given.maxBytes ?? null,
  ttlMs: given.ttlMs ?? null,
});

/** Refuses limits that differ from those a shared cache has already; what is left out agrees. */
export function assertSameLimits(name: string, given: DataCacheLimits, has: ResolvedLimits): void {
  for (const option of ['maxEntries', 'maxBytes', 'ttlMs'] as const) {
    const value = given[option];
    if (value === undefined || value === has[option]) continue;
    const first = has[option] === null ? 'left out' : String(has[option]);
    const expected = `${first}, as cache "${name}" was first made, or go with another \`name\``;
    refuse(option, expected, value);
  }
}

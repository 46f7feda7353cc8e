import { guardedLogger } from '../actors/guarded-logger.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import type { Retention, TaskStore } from '../kernel/task-store.ts';
import { memoryStore } from '../store/memory.ts';
import { isDefinedPlugin } from '../wire/plugin.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { isPluginClass } from '../wire/plugin-class.ts';
import type { PluginClass } from '../wire/plugin-class.ts';
import { showValue } from '../wire/show-value.ts';
import { defaultLogger } from './default-logger.ts';
import { limitNames } from './limits.ts';
import type { LimitOptions } from './limits.ts';
import { assertLimits } from './submission.ts';

/** How an engine is made. The limits are the defaults of every task. */
export interface EngineOptions extends LimitOptions {
  /**
   * The engine's name, for logs and for ids across engines.
   *
   * @defaultValue `'runstate'`
   */
  readonly name?: string;
  /**
   * Where tasks are kept.
   *
   * @defaultValue `memoryStore()`
   */
  readonly store?: TaskStore;
  /** How many settled tasks are kept, in place of the store's own number. */
  readonly retention?: Retention;
  /** Plugins, and directories of plugin files. */
  readonly plugins?: readonly (string | DefinedPlugin | PluginClass)[];
  /** @defaultValue warnings and errors, as JSON lines on standard error */
  readonly logger?: Logger;
  /**
   * Tasks that run at once.
   *
   * @defaultValue `8`
   */
  readonly concurrency?: number;
  /** Units of named resources; a name that is not here has one. */
  readonly resources?: Readonly<Record<string, number>>;
  /**
   * Waiting for so long, in milliseconds, counts as much as one step of priority; 0 for never.
   *
   * @defaultValue `60_000`
   */
  readonly agingMs?: number;
  /**
   * Pending tasks beyond which `submit` throws `QUEUE_FULL`.
   *
   * @defaultValue `100_000`
   */
  readonly maxQueued?: number;
  /**
   * How long an idempotency key counts, in milliseconds.
   *
   * @defaultValue `86_400_000` (a day)
   */
  readonly idempotencyTtlMs?: number;
  /** Where time comes from. */
  readonly clock?: Clock;
}

/** An engine's options, complete. */
export interface ResolvedEngineOptions {
  readonly name: string;
  readonly store: TaskStore;
  readonly retention: Retention | undefined;
  readonly plugins: readonly (string | DefinedPlugin | PluginClass)[];
  readonly logger: Logger;
  readonly concurrency: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly agingMs: number;
  readonly maxQueued: number;
  readonly idempotencyTtlMs: number;
  readonly clock: Clock;
  readonly limits: LimitOptions;
}

export const engineDefaults = {
  name: 'runstate',
  concurrency: 8,
  agingMs: 60_000,
  maxQueued: 100_000,
  idempotencyTtlMs: 86_400_000,
} as const;

type Rule = readonly [isValid: (value: unknown) => boolean, expected: string];

const isCount =
  (least: number) =>
  (value: unknown): boolean =>
    value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && (value as number) >= least);

const count = (least: number): Rule => [isCount(least), `a whole number, ${least} or more`];

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const has =
  (...methods: readonly string[]) =>
  (value: unknown): boolean =>
    isObject(value) &&
    methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

const rules: Readonly<Record<Exclude<keyof EngineOptions, keyof LimitOptions>, Rule>> = {
  name: [(value) => typeof value === 'string' && value !== '', 'a text that is not empty'],
  store: [has('open', 'commit', 'lookup', 'settled', 'close'), 'a store such as `memoryStore()`'],
  retention: [
    (value) => isObject(value) && 'settled' in value && isCount(0)(value.settled),
    'an object `{ settled }` with a whole number, 0 or more',
  ],
  plugins: [
    (value) =>
      Array.isArray(value) &&
      value.every(
        (item) => typeof item === 'string' || isDefinedPlugin(item) || isPluginClass(item),
      ),
    'a list of plugins and directories',
  ],
  logger: [has('debug', 'info', 'warn', 'error'), 'a logger with debug, info, warn and error'],
  concurrency: count(1),
  resources: [
    (value) => isObject(value) && !Array.isArray(value) && Object.values(value).every(isCount(0)),
    'an object `{ name: units }` with whole units, 0 or more',
  ],
  agingMs: count(0),
  maxQueued: count(0),
  idempotencyTtlMs: count(0),
  clock: [has('now', 'setTimeout', 'clearTimeout'), 'a clock'],
};

const known: readonly string[] = [...Object.keys(rules), ...limitNames];

const refuse = (name: string, expected: string, value: unknown): never => {
  throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
};

/** What is undefined counts as not given. */
function definedOf(options: EngineOptions): EngineOptions {
  if (!isObject(options)) return refuse('options', 'an object', options);
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function assertOptions(options: EngineOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!known.includes(name)) refuse(name, `one of ${known.join(', ')}`, value);
    const rule = Object.hasOwn(rules, name) ? rules[name as keyof typeof rules] : undefined;
    if (rule !== undefined && !rule[0](value)) refuse(name, rule[1], value);
  }
  assertLimits(options);
}

/**
 * Completes and checks an engine's options.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`, naming the option
 */
export function resolveEngineOptions(given: EngineOptions): ResolvedEngineOptions {
  const options = definedOf(given);
  assertOptions(options);
  return {
    ...engineDefaults,
    plugins: [],
    resources: {},
    clock: systemClock,
    ...options,
    store: options.store ?? memoryStore(),
    retention: options.retention,
    logger: guardedLogger(options.logger ?? defaultLogger()),
    limits: options,
  };
}

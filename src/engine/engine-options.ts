import { guardedLogger } from '../actors/guarded-logger.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { isDevice } from '../kernel/device-proxy.ts';
import type { DeviceProxy } from '../kernel/device-proxy.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { isRetention, retentionExpected } from '../kernel/retention.ts';
import type { Retention, TaskStore } from '../kernel/task-store.ts';
import { memoryStore } from '../store/memory.ts';
import { isCondition } from '../wire/condition.ts';
import type { Condition } from '../wire/condition.ts';
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
  /** How long settled tasks are kept, in place of the store's own rule. */
  readonly retention?: Retention;
  /**
   * The least task id, where the store has not gone beyond it already.
   *
   * @defaultValue `1`
   */
  readonly firstId?: number;
  /**
   * The directory in which dahu's `.inp` and `.out` files of each task are written.
   *
   * @defaultValue none are written
   */
  readonly workdir?: string;
  /**
   * Whether a text that a plugin's schema refuses may be the path of a file that holds its input.
   * Refuse it where submissions come from people who may not read this computer's files.
   *
   * @defaultValue `'allow'`
   */
  readonly inputFiles?: 'allow' | 'refuse';
  /**
   * The directory under which the reports of `SummaryPlots` are written.
   *
   * @defaultValue `results` in the current directory
   */
  readonly results?: string;
  /**
   * Whether the environment that attempts run in is kept with them, its secrets left out, for
   * `handle.describe()`.
   *
   * @defaultValue `true`
   */
  readonly recordEnvironment?: boolean;
  /** The key under which `secret` input fields are stored; without one they are lost in a crash. */
  readonly secretKey?: string;
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
  /** Devices by the names that they have here: proxies, or addresses that are opened when needed. */
  readonly devices?: Readonly<Record<string, DeviceProxy | string>>;
  /** TANGO's database as `host:port`, or a list of them, for devices named as `sys/tg_test/1`. */
  readonly tangoHost?: string;
  /** Units of named resources; a name that is not here has one. */
  readonly resources?: Readonly<Record<string, number>>;
  /** Conditions that are known by their names from the start, such as those of tasks in the store. */
  readonly conditions?: readonly Condition[];
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
  readonly firstId: number;
  readonly workdir: string | null;
  readonly inputFiles: 'allow' | 'refuse';
  readonly results: string;
  readonly recordEnvironment: boolean;
  readonly secretKey: string | null;
  readonly plugins: readonly (string | DefinedPlugin | PluginClass)[];
  readonly logger: Logger;
  readonly concurrency: number;
  readonly devices: Readonly<Record<string, DeviceProxy | string>>;
  readonly tangoHost: string | undefined;
  readonly resources: Readonly<Record<string, number>>;
  readonly conditions: readonly Condition[];
  readonly agingMs: number;
  readonly maxQueued: number;
  readonly idempotencyTtlMs: number;
  readonly clock: Clock;
  readonly limits: LimitOptions;
}

export const engineDefaults = {
  name: 'runstate',
  firstId: 1,
  inputFiles: 'allow',
  results: 'results',
  recordEnvironment: true,
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

const path: Rule = [
  (value) => typeof value === 'string' && value !== '',
  'the path of a directory',
];

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const has =
  (...methods: readonly string[]) =>
  (value: unknown): boolean =>
    isObject(value) &&
    methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

const rules: Readonly<Record<Exclude<keyof EngineOptions, keyof LimitOptions>, Rule>> = {
  name: [(value) => typeof value === 'string' && value !== '', 'a text that is not empty'],
  store: [
    has('open', 'unsettled', 'commit', 'lookup', 'list', 'events', 'close'),
    'a store such as `memoryStore()`',
  ],
  retention: [isRetention, retentionExpected],
  firstId: [
    (value) => Number.isInteger(value) && (value as number) > 0 && (value as number) < 2 ** 31,
    'a whole number from 1 to 2147483647',
  ],
  workdir: path,
  inputFiles: [(value) => value === 'allow' || value === 'refuse', "'allow' or 'refuse'"],
  results: path,
  recordEnvironment: [(value) => typeof value === 'boolean', 'true or false'],
  secretKey: [
    (value) => typeof value === 'string' && value.length >= 16,
    'a text of at least 16 characters',
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
  conditions: [
    (value) => Array.isArray(value) && value.every(isCondition),
    'a list of conditions made by `condition(…)`',
  ],
  devices: [
    (value) =>
      isObject(value) &&
      !Array.isArray(value) &&
      Object.values(value).every((item) => typeof item === 'string' || isDevice(item)),
    'an object `{ name: device }` of device proxies and addresses',
  ],
  tangoHost: [
    (value) => typeof value === 'string' && /^[^\s:,]+:\d+(?:,[^\s:,]+:\d+)*$/.test(value),
    'a text such as `host:10000`, or several with commas between them',
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
    if (rule !== undefined && !rule[0](value))
      refuse(name, rule[1], name === 'secretKey' ? '(not shown)' : value);
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
    devices: {},
    resources: {},
    conditions: [],
    clock: systemClock,
    ...options,
    store: options.store ?? memoryStore(),
    retention: options.retention,
    tangoHost: options.tangoHost,
    workdir: options.workdir ?? null,
    secretKey: options.secretKey ?? null,
    logger: guardedLogger(options.logger ?? defaultLogger()),
    limits: options,
  };
}

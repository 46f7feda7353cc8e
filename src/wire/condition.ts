import type { Observable, Subscribable } from 'rxjs';
import type { AttributeValue, ErrorNotification, GapNotification } from '../kernel/device-proxy.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { SuspendPolicy } from '../kernel/plugin-traits.ts';
import { showValue } from './show-value.ts';

/**
 * Marks conditions. A symbol of the global registry, so that a plugin file that brings its own copy of
 * runstate is known all the same.
 */
export const conditionBrand: unique symbol = Symbol.for('runstate.condition') as never;

/** What becomes of a running task when a condition is not met any more. */
export type DuringRun = 'suspend' | 'cancel' | 'ignore';

/** What a function that reads is given. */
export interface ReadContext {
  /** Aborts when nobody waits for the answer any more: it took too long, or the engine closes. */
  readonly signal: AbortSignal;
}

/** Where a condition's values come from. */
export type ConditionSource<T> =
  | Observable<T>
  | ((context: ReadContext) => T | Promise<T> | Observable<T>);

/** What the predicate is given: of an attribute of a device its `value`, anything else as it is. */
export type ConditionValue<T> =
  T extends AttributeValue<infer TValue>
    ? TValue
    : T extends ErrorNotification | GapNotification
      ? never
      : T;

/** How a condition is called and looked after. */
export interface ConditionOptions {
  /** Its name: one for each condition of an engine. */
  readonly name: string;
  /**
   * What becomes of a running task when the condition is not met any more, cannot be read or is
   * stale: it stands still until it is met, or is cancelled; `ignore` looks only before the start.
   * Without it a task stands still where its plugin can be suspended; one that cannot goes on, and an
   * alarm tells of it.
   */
  readonly during?: DuringRun;
  /**
   * How long it must have been met before work starts or goes on, in milliseconds.
   *
   * @defaultValue `0`
   */
  readonly settleMs?: number;
  /**
   * How often a function is called, and how long after its end or error a stream is opened again, in
   * milliseconds.
   *
   * @defaultValue `1_000`
   */
  readonly periodMs?: number;
  /**
   * How old a value may be, in milliseconds from when it came; an answer may take no longer either.
   *
   * @defaultValue three periods for a function; never for an Observable, which tells only of changes
   */
  readonly staleMs?: number;
}

/** A condition that work waits for; made by {@link condition}. */
export interface Condition {
  readonly [conditionBrand]: true;
  readonly name: string;
  /** Null when it was not said. */
  readonly during: DuringRun | null;
  readonly settleMs: number;
  readonly periodMs: number;
  /** Null when it was not said. */
  readonly staleMs: number | null;
  readonly source: ConditionSource<unknown>;
  isMet(value: unknown): unknown;
}

/** A condition, or the name of one that the engine knows. */
export type Requirement = Condition | string;

export const conditionDefaults = { settleMs: 0, periodMs: 1_000 } as const;

type Rule = readonly [isValid: (value: unknown) => boolean, expected: string];

const isMs =
  (least: number) =>
  (value: unknown): boolean =>
    typeof value === 'number' && Number.isFinite(value) && value >= least;

const positiveMs: Rule = [isMs(Number.MIN_VALUE), 'a positive number of milliseconds'];

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '';

const rules: Readonly<Record<keyof ConditionOptions, Rule>> = {
  name: [isName, 'a text that is not empty'],
  during: [
    (value) => value === 'suspend' || value === 'cancel' || value === 'ignore',
    "'suspend', 'cancel' or 'ignore'",
  ],
  settleMs: [isMs(0), 'a number of milliseconds, 0 or more'],
  periodMs: positiveMs,
  staleMs: positiveMs,
};

function refuse(name: string, expected: string, value: unknown): never {
  throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
}

function assertOptions(options: ConditionOptions): void {
  if (typeof options !== 'object' || options === null) {
    return refuse('options', 'an object `{ name, … }`', options);
  }
  for (const [option, value] of Object.entries({ ...options, name: options.name })) {
    if (value === undefined && option !== 'name') continue;
    const [isValid, expected] = Object.hasOwn(rules, option)
      ? rules[option as keyof ConditionOptions]
      : [() => false, `one of ${Object.keys(rules).join(', ')}`];
    if (!isValid(value)) refuse(option, expected, value);
  }
}

/** Whether a value is a stream: an Observable of any copy of RxJS. */
export const isStream = (value: unknown): value is Subscribable<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  'subscribe' in value &&
  typeof value.subscribe === 'function';

/**
 * Makes a condition that work waits for: an interlock, in `requires` of a plugin, a step or a
 * submission. A value that does not suit, cannot be read or is stale keeps work from starting. It is
 * no protection system for people or machines.
 *
 * Make it once and share it: however many tasks wait for it, it is looked at once.
 *
 * @example
 * ```ts
 * const doorClosed = condition(
 *   () => door.read('Position'),
 *   (position) => position === 'CLOSED',
 *   { name: 'door closed', during: 'suspend', settleMs: 500 },
 * );
 * engine.submit(scan, { frames: 128 }, { requires: [doorClosed] });
 * ```
 * @throws {@link RunstateError} `INVALID_OPTION`, naming the option
 */
export function condition<T>(
  read: ConditionSource<T>,
  predicate: (value: ConditionValue<T>) => boolean,
  options: ConditionOptions,
): Condition {
  if (typeof read !== 'function' && !isStream(read)) {
    return refuse('read', 'a function or an Observable', read);
  }
  if (typeof predicate !== 'function') return refuse('predicate', 'a function', predicate);
  assertOptions(options);
  const { name, during = null, staleMs = null } = options;
  return Object.freeze({
    [conditionBrand]: true as const,
    name,
    during,
    settleMs: options.settleMs ?? conditionDefaults.settleMs,
    periodMs: options.periodMs ?? conditionDefaults.periodMs,
    staleMs,
    source: read,
    isMet: (value: unknown) => predicate(value as ConditionValue<T>),
  });
}

/** Whether a value is a condition made by {@link condition}. */
export const isCondition = (value: unknown): value is Condition =>
  typeof value === 'object' && value !== null && conditionBrand in value;

/** What {@link isRequires} takes, for messages. */
export const requiresExpected =
  'a list of conditions made by `condition(…)`, or of names of conditions';

/** Whether a value from outside says what work requires. */
export const isRequires = (value: unknown): value is readonly Requirement[] =>
  Array.isArray(value) && value.every((item) => isCondition(item) || isName(item));

export const nameOfRequirement = (requirement: Requirement): string =>
  typeof requirement === 'string' ? requirement : requirement.name;

/**
 * Why a plugin that refuses to be suspended cannot require one of these: it says `during: 'suspend'`.
 * Null when it can.
 */
export function whyNotRequired(
  suspend: SuspendPolicy,
  requires: readonly Requirement[],
): string | null {
  if (suspend !== 'refuse') return null;
  const found = requires.find((each) => typeof each !== 'string' && each.during === 'suspend');
  if (found === undefined) return null;
  return `condition "${nameOfRequirement(found)}" says \`during: 'suspend'\`, and the plugin refuses to be suspended (the default of an unsafe one, and of one with \`logic\`). Say \`during: 'cancel'\` or \`during: 'ignore'\`, or let the plugin declare \`suspend: 'cooperative'\``;
}

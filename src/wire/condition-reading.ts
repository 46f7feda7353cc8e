import type {
  AttributeNotification,
  AttributeQuality,
  AttributeValue,
} from '../kernel/device-proxy.ts';
import { copyStorable } from '../kernel/json.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { ConditionProblem, ConditionWait } from '../kernel/waiting.ts';
import type { Condition } from './condition.ts';
import { showValue } from './show-value.ts';

/** What a condition came to when it was last looked at. */
export interface ConditionReading {
  /** Null when it is met. */
  readonly problem: ConditionProblem | null;
  /** Says the problem, or that it is met, as a sentence without a full stop. */
  readonly message: string;
  readonly hasValue: boolean;
  readonly value: unknown;
}

const qualities: readonly unknown[] = [
  'valid',
  'invalid',
  'alarm',
  'changing',
  'warning',
] satisfies AttributeQuality[];

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Known by what it has: it may come from another copy of runstate. */
const isAttributeValue = (value: unknown): value is AttributeValue =>
  isObject(value) &&
  'attribute' in value &&
  'value' in value &&
  'quality' in value &&
  qualities.includes(value.quality);

type Untimely = Exclude<AttributeNotification, { readonly type: 'value' }>;

const isUntimely = (value: unknown): value is Untimely =>
  isObject(value) &&
  'type' in value &&
  'attribute' in value &&
  'receivedAt' in value &&
  (value.type === 'error' || value.type === 'gap');

/** A condition that was read without a value. */
export const unreadable = (name: string, why: string): ConditionReading => ({
  problem: 'unreadable',
  message: `condition "${name}" cannot be read: ${why}`,
  hasValue: false,
  value: undefined,
});

/** A condition whose last value may be true no more. */
export const staleReading = (
  name: string,
  { hasValue, value }: Pick<ConditionReading, 'hasValue' | 'value'>,
  why: string,
): ConditionReading => ({
  problem: 'stale',
  message: `condition "${name}" is stale: ${why}`,
  hasValue,
  value,
});

/** Values of a list beyond which it is not written out: an image has millions, many times a second. */
const longestList = 50;

const lengthOf = (value: unknown): number => {
  if (Array.isArray(value)) return value.length;
  return ArrayBuffer.isView(value) && 'length' in value ? Number(value.length) : 0;
};

const isLong = (value: unknown): boolean =>
  lengthOf(value) > longestList ||
  (Array.isArray(value) && value.some((row) => lengthOf(row) > longestList));

/** A value as a message shows it. */
const brief = (value: unknown): string =>
  isLong(value) ? `a list of ${lengthOf(value)} values` : showValue(value);

function judge(condition: Condition, value: unknown): ConditionReading {
  const { name } = condition;
  let verdict: unknown;
  try {
    verdict = condition.isMet(value);
  } catch (error) {
    const why = `its predicate threw: ${messageOf(error)}`;
    return { ...unreadable(name, why), hasValue: true, value };
  }
  if (verdict === true) {
    return { problem: null, message: `condition "${name}" is met`, hasValue: true, value };
  }
  if (verdict === false) {
    const message = `condition "${name}" is not met: ${brief(value)}`;
    return { problem: 'unmet', message, hasValue: true, value };
  }
  const why = `its predicate gave ${showValue(verdict)}, which is neither true nor false`;
  return { ...unreadable(name, why), hasValue: true, value };
}

/**
 * What something that was read, or told of an attribute, says of a condition. Null when it says
 * nothing, as lost events do, whose value is read next.
 */
export function readingOf(condition: Condition, given: unknown): ConditionReading | null {
  if (isUntimely(given)) {
    return given.type === 'gap' ? null : unreadable(condition.name, messageOf(given.error));
  }
  if (!isAttributeValue(given)) return judge(condition, given);
  const { attribute, value } = given;
  if (given.quality === 'invalid') {
    return unreadable(condition.name, `attribute ${attribute} has the quality "invalid"`);
  }
  const isStale = 'isStale' in given && given.isStale === true;
  if (!isStale) return judge(condition, value);
  const why = `attribute ${attribute} was ${brief(value)} before the device, or its events, were lost`;
  return staleReading(condition.name, { hasValue: true, value }, why);
}

/** Characters of a value that are shown, and kept with what a task waits for. */
const longestValue = 200;

/** A value as people and JSON can have it, cut when it is large. */
export function shownValue(value: unknown): unknown {
  if (isLong(value)) return brief(value);
  const stored = copyStorable(value);
  if (stored.problem !== null) return showValue(value);
  const { copy } = stored;
  if (typeof copy === 'string') {
    return copy.length > longestValue ? `${copy.slice(0, longestValue)}…` : copy;
  }
  const text = JSON.stringify(copy) ?? '';
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : copy;
}

/** What a task is told that waits for the condition. */
export function waitOf(
  name: string,
  { problem, message, hasValue, value }: ConditionReading,
): ConditionWait | null {
  if (problem === null) return null;
  return { name, problem, message, ...(hasValue ? { value: shownValue(value) } : {}) };
}

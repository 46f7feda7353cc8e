import { RunstateError } from '../kernel/errors.ts';
import { isResourceRequest, resourcesExpected } from '../kernel/plugin-traits.ts';
import type { ResourceRequest } from '../kernel/plugin-traits.ts';
import { isRetries, retriesExpected } from '../kernel/retry.ts';
import type { Actor } from '../kernel/task-event.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import { isRequires, requiresExpected } from '../wire/condition.ts';
import type { Requirement } from '../wire/condition.ts';
import { showValue } from '../wire/show-value.ts';
import { limitNames } from './limits.ts';
import type { LimitOptions } from './limits.ts';
import { actorExpected, isActor } from './request-check.ts';

/** A task that another one comes after: its id, or a handle, which may outlive the task's record. */
export type Dependency = number | { readonly id: number; readonly status?: TaskStatus };

/** What can be said of one submission. */
export interface SubmitOptions<TOutput = unknown> extends LimitOptions {
  /** A name for people; the plugin's name without it. */
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly note?: string;
  /** Who submits it. */
  readonly by?: Actor;
  /** Why it is submitted, for the audit. */
  readonly reason?: string;
  /**
   * Higher goes first; ties in order of submission.
   *
   * @defaultValue `0`
   */
  readonly priority?: number;
  /** Keeps it pending until `handle.resume()`. */
  readonly hold?: boolean;
  /** Keeps it pending for so long, in milliseconds. */
  readonly delayMs?: number;
  /** Tasks that must complete before it starts; if one ends otherwise, it fails. */
  readonly after?: readonly Dependency[];
  /** What it takes, all or nothing, in place of the plugin's `resources`. */
  readonly resources?: ResourceRequest;
  /**
   * Conditions, beside the plugin's own, that must be met before an attempt starts, and what each says
   * of one that runs: made by `condition`, or names of such that the engine knows.
   */
  readonly requires?: readonly Requirement[];
  /** The task that this one is a person's rerun of. */
  readonly rerunOf?: number;
  /** The same key gives the same task, also a settled one. */
  readonly idempotencyKey?: string;
  /** Cancels the task when it aborts. */
  readonly signal?: AbortSignal;
  /** Called with the result before anyone who waits for it; what it throws is logged. */
  readonly onSettled?: (result: TaskResult<TOutput>) => void;
}

type Rule = readonly [isValid: (value: unknown) => boolean, expected: string];

const isFiniteNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);
const positiveMs: Rule = [
  (value) => isFiniteNumber(value) && value > 0,
  'a positive number of milliseconds',
];
const milliseconds: Rule = [
  (value) => isFiniteNumber(value) && value >= 0,
  'a number of milliseconds, 0 or more',
];
const text: Rule = [(value) => typeof value === 'string', 'a text'];

const isId = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0;
const isDependency = (value: unknown): boolean =>
  typeof value === 'object' && value !== null ? 'id' in value && isId(value.id) : isId(value);

const rules: Readonly<Record<keyof SubmitOptions, Rule>> = {
  name: text,
  note: text,
  reason: text,
  tags: [(v) => Array.isArray(v) && v.every((tag) => typeof tag === 'string'), 'a list of texts'],
  by: [isActor, actorExpected],
  priority: [isFiniteNumber, 'a finite number'],
  hold: [(v) => typeof v === 'boolean', 'true or false'],
  delayMs: milliseconds,
  after: [(v) => Array.isArray(v) && v.every(isDependency), 'a list of task ids or handles'],
  resources: [isResourceRequest, resourcesExpected],
  requires: [isRequires, requiresExpected],
  rerunOf: [isId, 'the id of a task'],
  idempotencyKey: [(v) => typeof v === 'string' && v !== '', 'a text that is not empty'],
  signal: [(v) => v instanceof AbortSignal, 'an AbortSignal'],
  onSettled: [(v) => typeof v === 'function', 'a function'],
  timeoutMs: positiveMs,
  queueTimeoutMs: positiveMs,
  deadlineMs: positiveMs,
  heartbeatTimeoutMs: positiveMs,
  teardownTimeoutMs: positiveMs,
  graceMs: milliseconds,
  retries: [isRetries, retriesExpected],
};

/**
 * Refuses options that are unknown or have no sense, naming the option and the value.
 *
 * @throws {@link RunstateError} `INVALID_OPTION`
 */
export function assertSubmitOptions(options: SubmitOptions): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new RunstateError('INVALID_OPTION', ['options', 'an object', showValue(options)]);
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const [isValid, expected] = Object.hasOwn(rules, name)
      ? rules[name as keyof SubmitOptions]
      : [() => false, `one of ${Object.keys(rules).join(', ')}`];
    if (!isValid(value)) {
      throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
    }
  }
}

/** Refuses limits that have no sense, such as the engine's own defaults. */
export function assertLimits(limits: LimitOptions): void {
  for (const name of limitNames) {
    const value = limits[name];
    const [isValid, expected] = rules[name];
    if (value !== undefined && !isValid(value)) {
      throw new RunstateError('INVALID_OPTION', [name, expected, showValue(value)]);
    }
  }
}

export const idOf = (task: Dependency): number => (typeof task === 'number' ? task : task.id);

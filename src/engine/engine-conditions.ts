import { RunstateError } from '../kernel/errors.ts';
import type { ConditionProblem } from '../kernel/waiting.ts';
import { isCondition } from '../wire/condition.ts';
import type { Condition, DuringRun } from '../wire/condition.ts';
import { shownValue } from '../wire/condition-reading.ts';
import { showValue } from '../wire/show-value.ts';
import type { BypassOptions, ConditionBypass } from './condition-bypasses.ts';
import { assertRequest } from './request-check.ts';
import type { Request, TaskRecord } from './task-record.ts';
import type { TaskRoom } from './task-room.ts';

/** One condition as people see it. */
export interface ConditionState {
  readonly name: string;
  /** Whether it is met by itself, bypass or not; null when nobody needs it, and it is not looked at. */
  readonly isMet: boolean | null;
  /** Null when it is met, or not looked at. */
  readonly problem: ConditionProblem | null;
  /** Says how it stands, as a sentence without a full stop. */
  readonly message: string;
  /** The present value as JSON can say it, cut when it is large; absent when there is none. */
  readonly value?: unknown;
  /** What becomes of a running task; null when the condition does not say, or is not known. */
  readonly during: DuringRun | null;
  /** The tasks that it keeps from their start, or from going on. */
  readonly waiting: readonly number[];
  /** The running tasks that it watches over. */
  readonly running: readonly number[];
  /** Null when it is not bypassed. */
  readonly bypass: ConditionBypass | null;
}

/** The conditions of an engine. */
export interface EngineConditions {
  /**
   * Makes a condition known by its name, for tasks that come from the store and for submissions that
   * name it.
   *
   * @throws {@link RunstateError} `CONDITION_DUPLICATE`, `INVALID_OPTION`
   */
  register(condition: Condition): void;
  /** Every condition: how it stands, who waits for it, and who bypasses it. */
  list(): readonly ConditionState[];
  /**
   * Lets a condition count as met, whatever it is, until the bypass ends by itself or is withdrawn. It
   * is in the audit, raises an alarm, and on a durable store survives a restart. One that is in force
   * already is replaced.
   *
   * @throws {@link RunstateError} `BYPASS_INVALID` without a reason or an end; `CONDITION_UNKNOWN`;
   *   `ENGINE_NOT_RUNNING`; `INVALID_OPTION` for a `by` that names nobody
   */
  bypass(name: string, options: BypassOptions): ConditionBypass;
  /**
   * Ends a bypass at once; false when none is in force.
   *
   * @throws {@link RunstateError} `CONDITION_UNKNOWN`, `ENGINE_NOT_RUNNING`, `INVALID_OPTION`
   */
  withdraw(name: string, request?: Request): boolean;
}

const isStanding = ({ state, suspension }: TaskRecord): boolean =>
  state === 'pending' || suspension?.isInterlock === true;

/** `engine.conditions`. */
export function engineConditions(room: TaskRoom, assertRunning: () => void): EngineConditions {
  const { core, conditions } = room;
  const { bypasses, shelf, watches } = conditions;

  const assertKnown = (name: string): void => {
    if (!shelf.isRequired(name) && !bypasses.has(name)) shelf.assertKnown(name);
  };

  const stateOf = (name: string, tasks: readonly TaskRecord[]): ConditionState => {
    const reading = watches.reading(name);
    const users = tasks.filter(({ requires, guard }) => guard !== null && requires.includes(name));
    const waitsFor = ({ guard }: TaskRecord): boolean =>
      guard?.watched.waits.some((wait) => wait.name === name) === true;
    const waiting = users.filter((task) => isStanding(task) && waitsFor(task));
    const running = users.filter(({ state }) => state !== 'pending');
    return {
      name,
      isMet: reading === null ? null : reading.problem === null,
      problem: reading?.problem ?? null,
      message: reading?.message ?? `condition "${name}" is not looked at: nobody needs it now`,
      ...(reading?.hasValue === true ? { value: shownValue(reading.value) } : {}),
      during: shelf.find(name)?.during ?? null,
      waiting: waiting.map(({ id }) => id),
      running: running.map(({ id }) => id),
      bypass: bypasses.find(name),
    };
  };

  return {
    register(condition) {
      if (!isCondition(condition)) {
        const expected = 'a condition made by `condition(…)`';
        throw new RunstateError('INVALID_OPTION', ['condition', expected, showValue(condition)]);
      }
      shelf.register(condition);
    },
    list() {
      const tasks = [...core.live.values()].filter(({ requires }) => requires.length > 0);
      const names = new Set([...shelf.names, ...bypasses.names]);
      return [...names].toSorted().map((name) => stateOf(name, tasks));
    },
    bypass(name, options) {
      assertRunning();
      assertKnown(name);
      return bypasses.begin(name, options);
    },
    withdraw(name, request = {}) {
      assertRunning();
      assertRequest(request);
      assertKnown(name);
      return bypasses.withdraw(name, request);
    },
  };
}

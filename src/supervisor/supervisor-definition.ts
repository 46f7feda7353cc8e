import type { AnyActorLogic, InputFrom } from 'xstate';
import { restartBudgetDefaults } from './restart-budget.ts';
import type { RestartLimits } from './restart-budget.ts';

/** Marks definitions, also those of another copy of runstate. */
export const supervisorBrand: unique symbol = Symbol.for('runstate.supervisor') as never;

/**
 * Which children are restarted together: only the one that ended; all of them; or the one that ended
 * and those after it in the list.
 */
export type SupervisorStrategy = 'one-for-one' | 'one-for-all' | 'rest-for-one';

/**
 * When an ended child is started again: `permanent` always, `transient` only after an error,
 * `temporary` never.
 */
export type RestartType = 'permanent' | 'transient' | 'temporary';

/** What a child runs: any XState actor logic, or another supervisor. */
export type ChildLogic = AnyActorLogic | SupervisorDefinition;

type InputOf<TLogic> = TLogic extends AnyActorLogic ? InputFrom<TLogic> : undefined;

interface ChildBase<TLogic extends ChildLogic> {
  /** Unique among its siblings, without `/`. */
  readonly name: string;
  /** XState actor logic (a machine, `fromPromise`, `fromCallback`, …) or another supervisor. */
  readonly logic: TLogic;
  /**
   * When the child is started again after it ended.
   *
   * @defaultValue `'permanent'`
   */
  readonly restart?: RestartType;
  /**
   * How long a machine that takes the event `supervisor.stop` may take to end after it, in
   * milliseconds; then it is killed. 0 kills at once. Leave it out for a supervisor, which ends when
   * its children have.
   *
   * @defaultValue `5_000`
   */
  readonly shutdownMs?: number;
}

/**
 * One child of a supervisor. `input` is the actor's input, or a function that makes it anew for each
 * start: give a function when the actor changes what it is given.
 */
export type ChildOptions<TLogic extends ChildLogic = ChildLogic> = ChildBase<TLogic> &
  (undefined extends InputOf<TLogic>
    ? { readonly input?: InputOf<TLogic> | (() => InputOf<TLogic>) }
    : { readonly input: InputOf<TLogic> | (() => InputOf<TLogic>) });

/** What {@link supervisor} takes. */
export interface SupervisorOptions<
  TLogics extends readonly ChildLogic[] = readonly ChildLogic[],
> extends Partial<RestartLimits> {
  /**
   * What people know it by; without `/`.
   *
   * @defaultValue `'supervisor'`
   */
  readonly name?: string;
  /**
   * Which children are restarted together.
   *
   * @defaultValue `'one-for-one'`
   */
  readonly strategy?: SupervisorStrategy;
  /** The children, in the order they are started in; they are stopped in the reverse order. */
  readonly children: { readonly [K in keyof TLogics]: ChildOptions<TLogics[K]> };
}

/** A child as a definition holds it: checked and complete. */
export interface ChildDefinition {
  readonly name: string;
  readonly logic: ChildLogic;
  readonly input: unknown;
  readonly restart: RestartType;
  /** Null for a supervisor: it is never killed by its own deadline. */
  readonly shutdownMs: number | null;
}

/** A supervisor that is ready to be started: frozen, checked, complete. */
export interface SupervisorDefinition extends RestartLimits {
  readonly [supervisorBrand]: true;
  readonly name: string;
  readonly strategy: SupervisorStrategy;
  readonly children: readonly ChildDefinition[];
}

export const supervisorDefaults = {
  name: 'supervisor',
  strategy: 'one-for-one',
  ...restartBudgetDefaults,
} as const satisfies Omit<Required<SupervisorOptions>, 'children'>;

export const childDefaults = {
  restart: 'permanent',
  shutdownMs: 5_000,
} as const satisfies Partial<ChildDefinition>;

/** Whether a value is what {@link supervisor} returns. */
export function isSupervisorDefinition(value: unknown): value is SupervisorDefinition {
  return typeof value === 'object' && value !== null && supervisorBrand in value;
}

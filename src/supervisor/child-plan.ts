/**
 * The decisions of supervision, as functions of what is known: who is restarted with whom, who is
 * started again, and whose budget is spent.
 *
 * Each child has a budget of its own, and a restart spends one of every child that is started again.
 * So no child is ever started again more than `maxRestarts` times within the window, whichever of its
 * siblings caused it; when one more start would break that, the whole group goes down.
 */
import { spendRestart } from './restart-budget.ts';
import type { RestartLimits } from './restart-budget.ts';
import type { RestartType, SupervisorStrategy } from './supervisor-definition.ts';

/** How a child ended: by itself, or by an error. */
export type ChildOutcome = 'done' | 'error';

/** What shall become of a child when it is not alive any more. */
export type ChildIntent = 'restart' | 'stop' | 'down';

/** Why an ended child is not alive: it was stopped or is temporary, its budget is spent, or it is done. */
export type ChildRest = 'stopped' | 'down' | 'completed';

/** What a decision needs to know of a child. */
export interface PlannedChild {
  readonly restartType: RestartType;
  readonly isAlive: boolean;
  /** It ended a moment ago, and what follows from that is not decided. */
  readonly isUnjudged: boolean;
  readonly intent: ChildIntent | null;
  /** What it is while it is not alive and nothing is intended. */
  readonly rest: ChildRest;
  /** Moments of its restarts, newest first. */
  readonly budget: readonly number[];
}

/** What a decision changes of one child. */
export interface ChildChange<TChild> {
  readonly child: TChild;
  readonly intent: ChildIntent;
  readonly budget: readonly number[];
}

const restartTable = {
  permanent: { done: true, error: true },
  transient: { done: false, error: true },
  temporary: { done: false, error: false },
} as const satisfies Record<RestartType, Record<ChildOutcome, boolean>>;

/** Whether a child that ended so is started again. */
export const needsRestart = (type: RestartType, outcome: ChildOutcome): boolean =>
  restartTable[type][outcome];

/** The children that are restarted together with the one at `index`, in start order. */
export function groupOf<TChild>(
  strategy: SupervisorStrategy,
  children: readonly TChild[],
  index: number,
): readonly TChild[] {
  switch (strategy) {
    case 'one-for-one':
      return children.slice(index, index + 1);
    case 'one-for-all':
      return children;
    case 'rest-for-one':
      return children.slice(index);
  }
}

/** Whether a sibling of the one that ended is started again with it. */
function joins({ restartType, isAlive, isUnjudged, intent, rest }: PlannedChild): boolean {
  if (restartType === 'temporary') return false;
  if (intent !== null) return intent === 'restart';
  return isAlive || isUnjudged || rest === 'completed';
}

/** Temporary siblings that are alive end with their group, and stay ended. */
function partings<TChild extends PlannedChild>(
  group: readonly TChild[],
  cause: TChild,
): ChildChange<TChild>[] {
  return group
    .filter((child) => child !== cause && child.restartType === 'temporary' && child.isAlive)
    .map((child) => ({ child, intent: 'stop', budget: child.budget }));
}

/**
 * Plans what follows from the end of `ended`: its group is started again, or goes down when that
 * would be one restart too many for any of them.
 */
export function planRecovery<TChild extends PlannedChild>(
  ended: TChild,
  group: readonly TChild[],
  nowMs: number,
  limits: RestartLimits,
): { readonly isSpent: boolean; readonly changes: readonly ChildChange<TChild>[] } {
  const members = group.filter((child) => child === ended || joins(child));
  const spent = members.map((child) => ({
    child,
    // One that waits for its start already is started once, however many causes there are.
    budget: child.intent === 'restart' ? child.budget : spendRestart(child.budget, nowMs, limits),
  }));
  const isSpent = spent.some(({ budget }) => budget === null);
  const intent = isSpent ? 'down' : 'restart';
  const changes = spent.map(({ child, budget }) => ({
    child,
    intent,
    budget: isSpent || budget === null ? child.budget : budget,
  })) satisfies ChildChange<TChild>[];
  return { isSpent, changes: [...changes, ...partings(group, ended)] };
}

/**
 * Plans a restart that a person asked for: the child, whatever it is, and with it those of its group
 * that are alive, done or down; all with a new budget. What a person stopped stays stopped.
 */
export function planRestart<TChild extends PlannedChild>(
  named: TChild,
  group: readonly TChild[],
): readonly ChildChange<TChild>[] {
  const isDown = ({ intent, rest, isAlive }: TChild): boolean =>
    intent === 'down' || (intent === null && !isAlive && rest === 'down');
  const members = group.filter((child) => child === named || joins(child) || isDown(child));
  return [
    ...members.map((child) => ({ child, intent: 'restart', budget: [] }) as const),
    ...partings(group, named),
  ];
}

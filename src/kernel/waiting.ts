import type { Actor } from './task-event.ts';

/** Why a task does not run at this moment. */
export type WaitingFor =
  | { readonly reason: 'dependency'; readonly tasks: readonly number[] }
  | { readonly reason: 'concurrency'; readonly limit: number }
  | { readonly reason: 'resource'; readonly resources: readonly ResourceWait[] }
  | { readonly reason: 'schedule'; readonly until: number }
  | { readonly reason: 'retry'; readonly until: number; readonly attempt: number }
  | { readonly reason: 'hold'; readonly by?: Actor; readonly note?: string }
  | { readonly reason: 'plugin'; readonly plugin: string }
  | { readonly reason: 'worker'; readonly runner: string }
  | { readonly reason: 'condition'; readonly conditions: readonly ConditionWait[] }
  /** A crash left it in doubt: `engine.tasks.resolve` says what became of it. */
  | { readonly reason: 'operator'; readonly code: string; readonly message: string };

/** One resource a task waits for, and the tasks that have it. */
export interface ResourceWait {
  readonly name: string;
  readonly units: number;
  readonly heldBy: readonly number[];
  /** The task ahead for which the resource is kept free, if that is what keeps it. */
  readonly reservedFor?: number;
}

/**
 * Why a condition keeps work back: its value does not suit, it cannot be read, its value may be true
 * no more, it has not been met for long enough, or nobody knows a condition of that name.
 */
export type ConditionProblem = 'unmet' | 'unreadable' | 'stale' | 'settling' | 'unknown';

/** One condition a task waits for. */
export interface ConditionWait {
  readonly name: string;
  readonly problem: ConditionProblem;
  /** The problem as a sentence without a full stop. */
  readonly message: string;
  /** The present value as JSON can say it, cut when it is large; absent when there is none. */
  readonly value?: unknown;
}

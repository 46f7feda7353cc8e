import type { Effect } from './plugin-traits.ts';
import type { TaskError } from './task-error.ts';

/**
 * Why a live task is being stopped: a person, a clock that allows a retry, one that does not, or the
 * end of an engine whose store keeps the task.
 */
export type StopCause = 'cancel' | 'timeout' | 'deadline' | 'shutdown';

/**
 * How a task ends whose work did not fail but knows better: what it followed elsewhere was cancelled,
 * ran out of time, or is in doubt.
 */
export type Verdict = 'cancelled' | 'timedOut' | 'awaitingOperator';

/** What the task machine is started with. */
export interface TaskMachineInput {
  readonly id: number;
  readonly effect: Effect;
  /** An attempt that the engine's end broke off is gone on with, whatever the effect. */
  readonly continues?: boolean;
  /** Attempts allowed in all, from 1. */
  readonly maxAttempts: number;
  /** Attempts that were made before a restart of the engine. */
  readonly attempt?: number;
}

/** What the task machine remembers; the work's own values are kept outside. */
export interface TaskMachineContext extends TaskMachineInput {
  /** The present or last attempt; 0 before the first. */
  readonly attempt: number;
  readonly isAbandoned: boolean;
  readonly stop: StopCause | null;
  /** The first failure of the present attempt; later ones never overwrite it. */
  readonly failure: TaskError | null;
  /** What the present attempt's failure comes to; null when it is a failure. */
  readonly verdict: Verdict | null;
}

/** What the task machine is told. Events with an `attempt` are dropped when it is not the present one. */
export type TaskMachineEvent =
  | { readonly type: 'task.admit' }
  | { readonly type: 'task.cancel' }
  | { readonly type: 'task.interrupt' }
  | { readonly type: 'task.fail'; readonly error: TaskError }
  | { readonly type: 'task.expire'; readonly cause: StopCause; readonly error: TaskError }
  | { readonly type: 'task.recover' }
  | { readonly type: 'task.resolve'; readonly as: 'rerun' | 'completed' | 'failed' }
  | { readonly type: 'attempt.ready'; readonly attempt: number }
  | { readonly type: 'attempt.withheld'; readonly attempt: number }
  | { readonly type: 'attempt.parked'; readonly attempt: number }
  | { readonly type: 'attempt.resumed'; readonly attempt: number }
  | { readonly type: 'attempt.finished'; readonly attempt: number }
  | { readonly type: 'attempt.interrupted'; readonly attempt: number }
  | {
      readonly type: 'attempt.failed';
      readonly attempt: number;
      readonly error: TaskError;
      readonly verdict?: Verdict;
    }
  | { readonly type: 'attempt.lost'; readonly attempt: number; readonly error: TaskError | null }
  | {
      readonly type: 'attempt.abandoned';
      readonly attempt: number;
      readonly error: TaskError | null;
      readonly verdict?: Verdict;
    }
  | { readonly type: 'attempt.cleaned'; readonly attempt: number }
  | { readonly type: 'abort.failed'; readonly attempt: number; readonly error: TaskError };

/** What the pool is told of a task that it starts. */
export interface PoolSpawn {
  readonly type: 'task.spawn';
  readonly input: TaskMachineInput;
}

/** The pool is told to let go of a task without asking it. */
export interface PoolKill {
  readonly type: 'task.kill';
  readonly id: number;
}

/** What the pool machine is told. */
export type PoolMachineEvent =
  | PoolSpawn
  | PoolKill
  | { readonly type: 'pool.drain' }
  | { readonly type: 'supervisor.stop' }
  | { readonly type: 'xstate.done.actor.task'; readonly output: { readonly id: number } }
  | { readonly type: 'xstate.error.actor.task'; readonly error: unknown };

/** What the pool machine remembers: counts only. */
export interface PoolMachineContext {
  readonly live: number;
  readonly spawned: number;
  readonly crashed: number;
}

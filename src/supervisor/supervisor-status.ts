import type { TaskError } from '../kernel/task-error.ts';
import type { ChildRest } from './child-plan.ts';
import type { SupervisorStrategy } from './supervisor-definition.ts';

/**
 * Where a child stands. `stopped`: by a person, with its supervisor, or temporary and failed;
 * `completed`: it ended by itself and stays so; `down`: its budget is spent, a person is needed.
 */
export type ChildState = 'running' | 'restarting' | 'stopping' | ChildRest;

/** A child, as data. */
export interface ChildStatus {
  readonly name: string;
  readonly state: ChildState;
  /** Starts after the first one. */
  readonly restarts: number;
  /** Restarts that count against the budget at this moment. */
  readonly restartsInWindow: number;
  readonly maxRestarts: number;
  /** What it last failed with; `attempt` is the life it failed in, from 1. */
  readonly lastError: TaskError | null;
  /** The children's children, where the child is a supervisor that was started. */
  readonly supervisor?: SupervisorStatus;
}

/** A supervisor and its children, as data. */
export interface SupervisorStatus {
  readonly name: string;
  readonly strategy: SupervisorStrategy;
  readonly state: 'running' | 'stopping' | 'stopped';
  /** A child is down, here or further below. */
  readonly isDegraded: boolean;
  /** In the order in which they are started. */
  readonly children: readonly ChildStatus[];
}

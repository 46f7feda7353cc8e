import type { LogLevel } from './logger.ts';
import type { TaskError } from './task-error.ts';
import type { TaskState, TaskStatus } from './task-state.ts';

/** Who caused an event, and by which way it came in. */
export interface Actor {
  readonly who: string;
  readonly role?: string;
  /** The door it came through: `library`, `cli`, `http`, `tango`. */
  readonly via?: string;
  /** The address or host it came from. */
  readonly from?: string;
}

interface EventBase {
  /** Rises by one with every event of the engine; unique within it. */
  readonly seq: number;
  /** The task it is about; only an alarm may have none. */
  readonly taskId: number | null;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** The person or client that caused it; absent when the engine did. */
  readonly by?: Actor;
  readonly reason?: string;
}

/** The task went into another state. */
export interface StatusEvent extends EventBase {
  readonly type: 'status';
  readonly taskId: number;
  readonly state: TaskState;
  readonly status: TaskStatus;
  readonly attempt: number;
}

/** How far the running attempt has come. */
export interface ProgressEvent extends EventBase {
  readonly type: 'progress';
  readonly taskId: number;
  /** From 0 to 100. */
  readonly percent: number;
  readonly message?: string;
}

/** A line the plugin, or the engine on its behalf, logged. */
export interface LogEvent extends EventBase {
  readonly type: 'log';
  readonly taskId: number;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** An attempt began, failed or ended. */
export interface AttemptEvent extends EventBase {
  readonly type: 'attempt';
  readonly taskId: number;
  readonly attempt: number;
  readonly outcome: 'started' | 'succeeded' | 'failed' | 'interrupted' | 'abandoned';
  readonly error?: TaskError;
  /** Milliseconds until the next attempt, when one follows. */
  readonly retryInMs?: number;
}

/** The plugin stored a value to go on from. */
export interface CheckpointEvent extends EventBase {
  readonly type: 'checkpoint';
  readonly taskId: number;
  readonly value: unknown;
}

/** Events that this reader cannot be given any more. */
export interface GapEvent extends EventBase {
  readonly type: 'gap';
  readonly missed: number;
}

/** Something that needs a person. */
export interface AlarmEvent extends EventBase {
  readonly type: 'alarm';
  /** What it is about, such as `supervisor:root/poller`. */
  readonly source: string;
  readonly message: string;
  readonly error?: TaskError;
  /** A condition is bypassed until a moment, or, with null, from now on no more. */
  readonly bypass?: { readonly condition: string; readonly until: number | null };
}

/** What happens to tasks, in the order it happened. */
export type TaskEvent =
  | StatusEvent
  | ProgressEvent
  | LogEvent
  | AttemptEvent
  | CheckpointEvent
  | GapEvent
  | AlarmEvent;

import type { LrcTaskStatus, ResultCode } from './task-state.ts';

/** How a long-running command ended. */
export interface LrcResult {
  /** The command's name, as it was given. */
  readonly command: string;
  /** The id the device gave it; null when it was refused at once or never arrived. */
  readonly commandId: string | null;
  readonly resultCode: ResultCode;
  /** What the device gave, its JSON parsed; null without one. */
  readonly result: unknown;
  /** Why it did not run to its own end; null when it did, also to a bad one such as `[3, "…"]`. */
  readonly exception: Error | null;
  /** The statuses the device told, in order, without repeats. */
  readonly taskStatusEvents: readonly LrcTaskStatus[];
}

/** What a long-running command tells while it runs. */
export type LrcEvent =
  | { readonly type: 'accepted'; readonly at: number; readonly commandId: string }
  | { readonly type: 'status'; readonly at: number; readonly status: LrcTaskStatus }
  | { readonly type: 'progress'; readonly at: number; readonly percent: number }
  | { readonly type: 'result'; readonly at: number; readonly result: unknown }
  /** The device cannot be reached; the command may run on. */
  | { readonly type: 'unreachable'; readonly at: number; readonly error: Error }
  | { readonly type: 'reachable'; readonly at: number };

/**
 * What stops a command: another command of the device by its name, or nothing. `Abort` ends every
 * client's commands on the device.
 */
export type LrcStop = string;

/** The commands that pause a command and let it go on. */
export interface LrcSuspend {
  readonly pause: string;
  readonly resume: string;
}

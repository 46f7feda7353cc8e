import type { LrcTaskStatus } from './task-state.ts';

/** A status by its name, as a machine is read by people. */
export type LrcStatusName = keyof typeof LrcTaskStatus;

/** Why a command is followed no further than to its stop. */
export type LrcWish = 'abort' | 'timeout' | 'detach';

/** The ways in which following a command ends: the final states. */
export type LrcEndState =
  | 'completed'
  | 'failed'
  | 'aborted'
  | 'rejected'
  | 'timedOut'
  | 'lost'
  | 'left'
  | 'unknown';

/** What the long-running command machine is started with. */
export interface LongRunningCommandInput {
  /** Something was declared that stops the command. */
  readonly canStop: boolean;
  /** What stops it ends every client's commands, so it is sent only when there are no others. */
  readonly stopsAll: boolean;
}

/** What the long-running command machine remembers; results are kept outside. */
export interface LongRunningCommandContext extends LongRunningCommandInput {
  /** The last status that the device told. */
  readonly status: LrcStatusName | null;
  readonly hasResult: boolean;
  /** No result is waited for any more. */
  readonly isWaitOver: boolean;
  readonly isPaused: boolean;
  readonly wish: LrcWish | null;
  /** Last looks at the device so far, the present one counted. */
  readonly looks: number;
}

/** What the long-running command machine is told. An answer to an earlier look is dropped. */
export type LongRunningCommandEvent =
  | { readonly type: 'command.start' }
  | { readonly type: 'command.attach'; readonly isIdKnown: boolean }
  | { readonly type: 'command.abort'; readonly abortAll: boolean }
  | { readonly type: 'command.detach' }
  | { readonly type: 'command.lost' }
  | { readonly type: 'events.ready' }
  | { readonly type: 'events.refused' }
  | { readonly type: 'intent.stored' }
  | { readonly type: 'intent.failed' }
  | { readonly type: 'reply.accepted' }
  | { readonly type: 'reply.completed' }
  | { readonly type: 'reply.refused' }
  | { readonly type: 'reply.failed' }
  | { readonly type: 'reply.lost' }
  | { readonly type: 'candidates.found' }
  | { readonly type: 'status.told'; readonly status: LrcStatusName }
  | { readonly type: 'result.told' }
  | { readonly type: 'device.unreachable' }
  | { readonly type: 'device.reachable' }
  | { readonly type: 'device.closed' }
  | { readonly type: 'pause.taken' }
  | { readonly type: 'resume.taken' }
  | { readonly type: 'deadline.passed' }
  | { readonly type: 'grace.passed' }
  | { readonly type: 'look.done'; readonly look: number }
  | { readonly type: 'others.absent' }
  | { readonly type: 'others.present' }
  | { readonly type: 'stop.taken' }
  | { readonly type: 'stop.failed' };

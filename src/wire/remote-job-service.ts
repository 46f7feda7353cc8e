import type { RetryOptions } from '../kernel/retry.ts';

/** Where a remote job stands, in the words of its service. */
export const remoteStates = [
  'queued',
  'running',
  'completed',
  'failed',
  'cancelled',
  'vanished',
] as const;

/** `vanished` says that the service does not know the job any more. */
export type RemoteState = (typeof remoteStates)[number];

/** What a poll tells of a remote job; give more, and `monitor` gets it too. */
export interface RemoteStatus {
  readonly state: RemoteState;
  /** How far it has come, from 0 to 100. */
  readonly progress?: number | null | undefined;
  /** One line for people: what it does, or why it failed. */
  readonly message?: string | null | undefined;
  /** When the service wants to be asked again, in milliseconds; goes before `pollSchedule`. */
  readonly nextPollMs?: number | null | undefined;
}

/** What goes with a call to the remote side. */
export interface RemoteCall {
  /** Aborts when the answer is not waited for any longer: hand it on to the request. */
  readonly signal: AbortSignal;
}

/** What goes with the launch of a remote job. */
export interface LaunchCall {
  /**
   * Names this launch and no other. Send it along where the service takes an idempotency key, or
   * knows jobs by a name, so that the job can be found again.
   */
  readonly key: string;
}

/** The remote side as a {@link RemoteJob} describes it. */
export interface RemoteService<TOutput, TRef, TStatus extends RemoteStatus> {
  launch(call: LaunchCall): TRef | Promise<TRef>;
  poll(ref: TRef, call: RemoteCall): TStatus | Promise<TStatus>;
  monitor(status: TStatus, ref: TRef): unknown;
  result(ref: TRef, call: RemoteCall): TOutput | Promise<TOutput>;
  findLaunched?(key: string, call: RemoteCall): TRef | null | Promise<TRef | null>;
  cancelRemote?(ref: TRef, call: RemoteCall): unknown;
  readonly pollSchedule: readonly number[];
  readonly callTimeoutMs: number;
  readonly monitorRetries: number | RetryOptions;
}

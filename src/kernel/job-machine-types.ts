/** How a step, or several together, came to an end. */
export type CompositeOutcome = 'completed' | 'failed' | 'doubted' | 'stopped';

/** What steps one after the other are started with. */
export interface SequenceInput {
  /** How many there are. */
  readonly steps: number;
}

/** What steps side by side are started with. */
export interface ParallelInput {
  /** How many there are. */
  readonly steps: number;
  /** How many run at once. */
  readonly limit: number;
  readonly onFailure: 'cancel' | 'finish';
}

/** What the machines of several steps are told; `step` is which of them, from 0. */
export type CompositeEvent =
  | { readonly type: `step.${CompositeOutcome}`; readonly step: number }
  | { readonly type: 'steps.stop' };

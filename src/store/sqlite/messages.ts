import type { StoreStatistics } from '../../kernel/task-statistics.ts';
import type { Opened, Retention } from '../../kernel/task-store.ts';
import type { Batch } from './batch.ts';
import type { Failure } from './failure.ts';

/** How much of what was committed a loss of power may take. */
export type Durability = 'full' | 'normal';

/** What a worker is started with. */
export interface WorkerOptions {
  /** Absolute, its links followed. */
  readonly path: string;
  readonly durability: Durability;
  readonly retention: Retention;
  readonly firstId: number;
  readonly nowMs: number;
}

/** What the worker is asked, in the order in which it does it. */
export type Request =
  | { readonly kind: 'commit'; readonly batch: Batch; readonly nowMs: number }
  | { readonly kind: 'statistics' }
  | { readonly kind: 'close' };

export interface Asked {
  readonly id: number;
  readonly request: Request;
  /** Failures that had been heard of when this was asked. */
  readonly failures: number;
}

/** What the worker tells unasked: time has passed. */
export interface Sweep {
  readonly id: null;
  readonly nowMs: number;
}

/** What the worker says. */
export type Told =
  | { readonly kind: 'opened'; readonly opened: Opened; readonly nextCheckpoint: number }
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'done'; readonly id: number; readonly statistics?: StoreStatistics }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: Failure }
  /** `briefs` is JSON: a list of stored briefs. */
  | { readonly kind: 'forgotten'; readonly briefs: string }
  | { readonly kind: 'troubled'; readonly message: string };

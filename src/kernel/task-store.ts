import type { Actor, TaskEvent } from './task-event.ts';
import type { TaskResult } from './task-result.ts';

/** A submission as it is kept: the input as given, parsed anew at each attempt. */
export interface StoredTask {
  readonly id: number;
  readonly plugin: string;
  readonly input: unknown;
  readonly submittedAt: number;
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly note?: string;
  readonly by?: Actor;
  readonly idempotencyKey?: string;
}

/** One row to be kept; rows of one commit are kept together or not at all. */
export type StoreRow =
  | { readonly kind: 'task'; readonly task: StoredTask }
  | {
      readonly kind: 'attempt';
      readonly taskId: number;
      readonly attempt: number;
      readonly at: number;
    }
  | { readonly kind: 'event'; readonly event: TaskEvent }
  | { readonly kind: 'checkpoint'; readonly taskId: number; readonly value: unknown }
  | { readonly kind: 'ids'; readonly end: number }
  | {
      readonly kind: 'settle';
      readonly result: TaskResult;
      /** What `process` returned, which need not be the result's payload. */
      readonly output: unknown;
      /** The task's events, for a driver that keeps none as they come; the last one is yet to come. */
      readonly events: EventSource;
    };

/** Where a task's events can be read at any time. */
export interface EventSource {
  replay(): readonly TaskEvent[];
}

/** What the store knows of an id. */
export type TaskLookup =
  | {
      readonly found: 'task';
      readonly task: StoredTask;
      readonly result: TaskResult | null;
      readonly output: unknown;
      readonly events: readonly TaskEvent[];
    }
  | { readonly found: 'forgotten' }
  | { readonly found: 'nothing' };

/** How long settled tasks are kept. */
export interface Retention {
  /** The number of settled tasks that are kept; the oldest are forgotten first. */
  readonly settled: number;
}

/** Where tasks, attempts, checkpoints and results are kept. */
export interface TaskStore {
  /** Whether what is committed survives the process. */
  readonly isDurable: boolean;
  /** Opens the store; ids below `nextId` were given before and are never given again. */
  open(options: { readonly retention?: Retention | undefined }): Opened | Promise<Opened>;
  /** Commits rows as one transaction; a store that is done when it returns gives nothing back. */
  commit(rows: readonly StoreRow[]): void | Promise<void>;
  lookup(id: number): TaskLookup | Promise<TaskLookup>;
  /** Settled tasks, newest first. */
  settled(limit: number): readonly StoredSettled[] | Promise<readonly StoredSettled[]>;
  close(): void | Promise<void>;
}

/** What a store tells when it is opened. */
export interface Opened {
  readonly nextId: number;
}

/** A settled task as it is kept. */
export interface StoredSettled {
  readonly task: StoredTask;
  readonly result: TaskResult;
  readonly output: unknown;
  readonly events: readonly TaskEvent[];
}

import type { StoredStep, TaskParent } from './job-steps.ts';
import type { Effect, ResourceRequest, RunnerName } from './plugin-traits.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { RetryOptions } from './retry.ts';
import type { TaskError } from './task-error.ts';
import type { Actor, AttemptEvent, TaskEvent } from './task-event.ts';
import type { TaskResult } from './task-result.ts';

/** Who asked for something, why and when, as it is kept. */
export interface StoredRequest {
  readonly by?: Actor;
  readonly reason?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What a submission said that is needed to run it again; what is absent was not said. */
export interface StoredOptions {
  readonly priority?: number;
  readonly after?: readonly number[];
  /** What it takes; kept also when only its plugin says so, for after a crash that may be gone. */
  readonly resources?: ResourceRequest;
  /** The names of the conditions it requires: a condition itself is code. */
  readonly requires?: readonly string[];
  readonly timeoutMs?: number;
  readonly queueTimeoutMs?: number;
  readonly deadlineMs?: number;
  readonly heartbeatTimeoutMs?: number;
  readonly teardownTimeoutMs?: number;
  readonly graceMs?: number;
  readonly retries?: number | RetryOptions;
}

/** A submission as it is kept: the input as given, parsed anew at each attempt, its secrets sealed. */
export interface StoredTask {
  readonly id: number;
  /** The plugin's name as it was registered; compared without regard to case. */
  readonly plugin: string;
  readonly input: unknown;
  /** Milliseconds since the epoch. */
  readonly submittedAt: number;
  /** What repeating it means; kept, because after a crash the plugin may be gone. */
  readonly effect: Effect;
  readonly options: StoredOptions;
  readonly name?: string;
  readonly tags?: readonly string[];
  readonly note?: string;
  readonly by?: Actor;
  readonly idempotencyKey?: string;
  /** The task that this one is a person's rerun of. */
  readonly rerunOf?: number;
  /** The job that this task is a step of. */
  readonly parent?: TaskParent;
  /** The task of another engine, as `<engine>/<id>`, that a snapshot brought here as this one. */
  readonly origin?: string;
  /** It survives `reset()`. */
  readonly isEnduring?: boolean;
  /** It is part of a snapshot. */
  readonly isSaved?: boolean;
}

/** The clocks whose end is kept, so that a restart does not lengthen them. */
export type TimerName = 'delay' | 'retry' | 'deadline';

/** One row to be kept; rows of one commit are kept together or not at all, in their order. */
export type StoreRow =
  | { readonly kind: 'task'; readonly task: StoredTask }
  /** Changes what a live task waits for, or that it shall end; what is absent stays as it was. */
  | { readonly kind: 'change'; readonly taskId: number; readonly change: StoredChange }
  /** A timer's moment, in milliseconds since the epoch; null when it has run out or is not needed. */
  | {
      readonly kind: 'timer';
      readonly taskId: number;
      readonly timer: TimerName;
      readonly dueAt: number | null;
    }
  | {
      readonly kind: 'attempt';
      readonly taskId: number;
      /** From 1. */
      readonly attempt: number;
      readonly at: number;
      readonly runner: RunnerName;
      /** Key of an `environment` row. */
      readonly environment?: string;
    }
  /** The attempt runs in a process of its own, which may outlive the engine. */
  | {
      readonly kind: 'place';
      readonly taskId: number;
      readonly attempt: number;
      readonly place: ProcessIdentity;
    }
  | {
      readonly kind: 'attemptEnd';
      readonly taskId: number;
      readonly attempt: number;
      readonly at: number;
      readonly outcome: AttemptOutcome;
      readonly error?: TaskError;
    }
  | { readonly kind: 'event'; readonly event: TaskEvent }
  | {
      readonly kind: 'checkpoint';
      readonly taskId: number;
      readonly attempt: number;
      readonly at: number;
      readonly value: unknown;
    }
  /** A step of a job was started, or has ended; the last row of a step counts. */
  | { readonly kind: 'step'; readonly taskId: number; readonly step: StoredStep }
  /** An unsafe attempt is in doubt: a person says what became of it. Null takes that back. */
  | { readonly kind: 'doubt'; readonly taskId: number; readonly doubt: TaskError | null }
  /** The environment that attempts ran in; kept once for each key. */
  | {
      readonly kind: 'environment';
      readonly key: string;
      readonly variables: Readonly<Record<string, string>>;
    }
  /**
   * Task ids below `end` may have been given. The last such row counts: a close gives back those that
   * were set aside and not given.
   */
  | { readonly kind: 'ids'; readonly end: number }
  /** Sequence numbers of events below `end` may have been given; the last such row counts. */
  | { readonly kind: 'seqs'; readonly end: number }
  /** Settled tasks that are not kept any longer, with all that belongs to them. */
  | { readonly kind: 'forget'; readonly taskIds: readonly number[] }
  | {
      readonly kind: 'settle';
      readonly result: TaskResult;
      /** What `process` returned, which need not be the result's payload. */
      readonly output: unknown;
      /** The task's events, for a driver that keeps none as they come; the last one is yet to come. */
      readonly events: EventSource;
    };

/** How an attempt ended. */
export type AttemptOutcome = Exclude<AttemptEvent['outcome'], 'started'>;

/** What a live task may be told while it waits, or runs. */
export interface StoredChange {
  /** Who holds it back; null when it was released. */
  readonly hold?: StoredRequest | null;
  /** Who cancelled it: after a crash it does not run again. Null takes that back. */
  readonly cancel?: StoredRequest | null;
  readonly priority?: number;
}

/** Where a task's events can be read at any time. */
export interface EventSource {
  replay(): readonly TaskEvent[];
}

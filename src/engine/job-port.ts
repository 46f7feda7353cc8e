import type { Clock } from '../kernel/clock.ts';
import type { StoredStep } from '../kernel/job-steps.ts';
import type { Effect } from '../kernel/plugin-traits.ts';
import type { LogLevel } from '../kernel/logger.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import type { ActionFunction } from '../wire/job.ts';
import type { RegisteredAction } from './actions.ts';
import type { CancelAnswer } from './cancellations.ts';
import type { WatchedConditions } from './condition-watches.ts';
import type { TaskHandle } from './task-handle.ts';

/** What a job that runs needs of the engine. */
export interface JobPort {
  readonly clock: Clock;
  readonly jobId: number;
  readonly attempt: number;
  /** Nothing more is started. */
  readonly isClosing: boolean;
  /** The action that has this name. */
  action(name: string): RegisteredAction | undefined;
  /** The action without a name at a step; undefined after a restart. */
  reference(path: string): ActionFunction | undefined;
  /** Makes the task that does a step's work; throws what a submission throws. */
  submit(plugin: string, input: unknown, options: object, path: string): TaskHandle;
  /** A task that an earlier attempt made, and what repeating it means. */
  find(id: number): Promise<{ readonly handle: TaskHandle; readonly effect: Effect }>;
  /** Lets a task go on that the job itself made stand still. */
  release(handle: TaskHandle): void;
  /** Waits for a task on behalf of the job. */
  waitFor(id: number): Promise<TaskResult>;
  /** Watches the conditions of a step that is no task. */
  watch(requires: readonly string[], changed: () => void): WatchedConditions;
  /** Keeps a step; resolves when it is committed. */
  keep(step: StoredStep): Promise<void>;
  /** Cancels a step's task as the job is cancelled. */
  cancel(handle: TaskHandle, reason: string): Promise<CancelAnswer>;
  /** Listens to how far a task has come. */
  onProgress(handle: TaskHandle, told: (percent: number) => void): () => void;
  progress(percent: number): void;
  log(level: LogLevel, message: string): void;
  /** What goes on though the job was told to end, and nothing stops it. */
  leave(stillRunning: readonly string[]): void;
  /** Nothing of it runs, and the engine closes: it need not be waited for. */
  giveWay(): void;
}

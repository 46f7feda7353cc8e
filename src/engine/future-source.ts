import type { Observable } from 'rxjs';
import type { Clock } from '../kernel/clock.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import type { CancelAnswer, CancelOptions } from './cancellations.ts';
import type { SubmitOptions } from './submission.ts';
import type { Submittable } from './types.ts';

/** One task as a future holds it: a handle of an engine, or of a client of one. */
export interface FutureTask {
  readonly id: number;
  /** The plugin's name. */
  readonly plugin: string;
  readonly input: unknown;
  readonly status: TaskStatus;
  /** Milliseconds since the epoch. */
  readonly submittedAt: number;
  /** Milliseconds since the epoch; null before its end. */
  readonly endedAt: number | null;
  /** Resolves when the store has it; rejects when the store did not take it. */
  readonly accepted: Promise<void>;
  /** The task's events, those before the subscription first. */
  readonly events$: Observable<TaskEvent>;
  /** Calls back once with the result; at once when it has settled. */
  onSettled(listener: (result: TaskResult) => void): unknown;
  /** Rejects when the end of the task cannot be heard of from here any more. */
  result(): Promise<TaskResult>;
  output(): Promise<unknown>;
  cancel(options?: CancelOptions): Promise<CancelAnswer>;
}

/** What a future needs of an engine, or of a client of one. */
export interface FutureSource {
  /** The engine's name: its tasks are `<name>/<id>`. */
  readonly name: string;
  readonly clock: Clock;
  /** Every task's events, from the subscription on. */
  readonly events$: Observable<TaskEvent>;
  /** @throws {@link RunstateError} `TASK_FORGOTTEN`, `TASK_UNKNOWN` */
  find(id: number): Promise<FutureTask>;
}

/** A source that takes submissions at once: an engine in this process. */
export interface FutureSubmitter extends FutureSource {
  /**
   * The name of a plugin, when it can be submitted.
   *
   * @throws {@link RunstateError} `ENGINE_NOT_RUNNING`, `PLUGIN_UNKNOWN`, `PLUGIN_DUPLICATE`,
   *   `PLUGIN_NOT_PORTABLE`
   */
  nameOf(plugin: string | Submittable): string;
  /** An input as people may see it: its secret fields left out. */
  redact(plugin: string | Submittable, input: unknown): unknown;
  /** @throws {@link RunstateError} what `engine.submit` throws */
  submit(plugin: string | Submittable, input: unknown, options?: SubmitOptions): FutureTask;
}

/** Where an engine, or a client of one, keeps what futures need of it. */
export const futureSource: unique symbol = Symbol.for('runstate.futureSource');

/** What a saved future can be opened with: an engine, or a client of one. */
export interface FutureHost {
  readonly [futureSource]: FutureSource;
}

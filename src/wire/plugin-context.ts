import type { LogLevel } from '../kernel/logger.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import type { DataCache } from './lru-data-cache.ts';

/** What an error line of a plugin's log may do besides being logged. */
export interface LogErrorOptions {
  /**
   * Also throw it, which fails the phase.
   *
   * @defaultValue `false`
   */
  readonly raise?: boolean;
}

/** A plugin's log: each line becomes a `log` event of the task. */
export interface PluginLog {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warning(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Logs an error; with `{ raise: true }` it is thrown as well. */
  error(message: string, options: { readonly raise: true }): never;
  error(message: string, options?: LogErrorOptions): void;
}

/** Values that tasks of one process, or of one worker thread, share by name: the 10 last used. */
export type PluginCache = DataCache;

/** What a plugin's code is given of its attempt. */
export interface PluginContext<TInput = unknown, TState = undefined> {
  /** The task's id. */
  readonly id: number;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** The input, parsed, with its defaults filled in. */
  readonly input: TInput;
  /** Aborts when the task is cancelled or times out; its `reason` says why. */
  readonly signal: AbortSignal;
  readonly log: PluginLog;
  /** Reports how far the attempt has come, from 0 to 100. */
  readonly progress: (percent: number, message?: string) => void;
  /** Stores a value to go on from; resolves when it is committed. A pause point. */
  readonly checkpoint: (value: unknown) => Promise<void>;
  /** The last checkpoint of an earlier attempt; undefined without one. */
  readonly resumeFrom: unknown;
  /** What `setup` returned. */
  readonly state: TState;
  /** Stands still here while the task is suspended. */
  readonly pausePoint: () => Promise<void>;
  /** The events sent with `handle.send`, as they come; ends with the attempt. */
  readonly messages: AsyncIterable<unknown>;
  /**
   * Waits for another task and gives its result; the slot of this one is free meanwhile. A pause
   * point.
   *
   * @throws {@link RunstateError} `WAIT_CYCLE` when that task, in the end, waits for this one
   */
  readonly waitFor: (id: number) => Promise<TaskResult>;
  readonly cache: PluginCache;
  /** Sets the result's summary: a text, a dictionary or a list. A later one takes its place. */
  readonly summary: (value: unknown) => void;
  /**
   * Gives the result a payload in place of the output; given more than once, the payload is the list
   * of all of them. A {@link SummaryPlots}, or one in a list, is written as a report, and its path
   * takes its place; the phase ends when that is done. A report that is given again under its name
   * replaces its page and is one payload.
   *
   * @throws {@link RunstateError} `REPORT_NAME_INVALID`, `NOT_STORABLE`
   */
  readonly payload: (value: unknown) => void;
}

/** The words a plugin's log has for the engine's levels. */
export const pluginLogLevels = {
  debug: 'debug',
  info: 'info',
  warning: 'warn',
  error: 'error',
} as const satisfies Record<keyof PluginLog, LogLevel>;

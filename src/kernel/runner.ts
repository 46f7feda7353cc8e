import type { LogLevel } from './logger.ts';
import type { RunnerName } from './plugin-traits.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { Phase } from './task-error.ts';
import type { Verdict } from './task-machine-types.ts';
import type { TaskResult } from './task-result.ts';

/**
 * A runner is a place where plugins' code runs. The task machine decides which phase is next; the
 * runner carries it out and reports. One `Execution` is one attempt of one task.
 *
 * Every report of an execution goes to its `AttemptHost`; after `settled` for a phase nothing more
 * of that phase is reported. A runner never throws: what fails is reported.
 */
export interface Runner {
  readonly name: RunnerName;
  /** Prepares one attempt; nothing of the plugin is called before `run('setup')`. */
  begin(assignment: Assignment, host: AttemptHost): Execution;
  /** Ends what the runner keeps: workers, child processes, timers. */
  close(): Promise<void>;
}

/** A phase that a runner can be asked to run. */
export type RunnablePhase = Exclude<Phase, 'abort'>;

/** All a runner needs to know of an attempt. */
export interface Assignment {
  readonly taskId: number;
  /** From 1. */
  readonly attempt: number;
  readonly plugin: RunnablePlugin;
  /** The parsed input. */
  readonly input: unknown;
  /** The last checkpoint of an earlier attempt; undefined without one. */
  readonly resumeFrom: unknown;
  /** How long the engine lets teardown and `abort()` take, in milliseconds. */
  readonly teardownTimeoutMs: number;
  /** The directory under which reports of `SummaryPlots` are written; an absolute path. */
  readonly resultsDirectory: string;
}

/** A plugin as runners see it: where its code lies, and, in this process, the code itself. */
export interface RunnablePlugin {
  readonly name: string;
  readonly suspend: 'signal' | 'cooperative' | 'refuse';
  /** URL of a module that can be imported as it is (the host's bundle, or a JavaScript file). */
  readonly moduleUrl: string | null;
  /** The plugin's definition; what it holds is the wire room's affair. */
  readonly definition: unknown;
}

/** How a phase ended. */
export type PhaseOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: unknown };

/** How a task ends whose work goes on elsewhere. */
export interface LeftEnding {
  readonly stillRunning: readonly string[];
  /** What was thrown; null where somebody asked for the end. */
  readonly error: unknown;
  readonly verdict?: Verdict;
}

/** What the code of an attempt may tell the engine and ask of it. */
export interface AttemptHost {
  /** A phase, or the plugin's `abort()`, ended. */
  settled(phase: Phase, outcome: PhaseOutcome): void;
  /** The place is gone (a child died, a worker was terminated): no phase will be reported again. */
  lost(error: Error): void;
  progress(percent: number, message?: string): void;
  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Resolves when the value is committed. */
  checkpoint(value: unknown): Promise<void>;
  summary(value: unknown): void;
  payload(value: unknown): void;
  /** Waits for another task; its slot is given back meanwhile. */
  waitFor(taskId: number): Promise<TaskResult>;
  /** The code stands still at a pause point because a suspend was asked for. */
  parked(): void;
  /**
   * The attempt has a process of its own, which may outlive the engine. Nothing of the plugin may be
   * loaded there before this resolves: a process that is not known cannot be ended after a crash.
   */
  placed(place: ProcessIdentity): Promise<void>;
  /** Absent where code cannot have its work elsewhere: in a thread, in a child process. */
  readonly elsewhere?: ElsewhereHost;
}

/** What code may tell whose work is done elsewhere, on a device or in other tasks. */
export interface ElsewhereHost {
  /** The work could not be brought to a standstill, and goes on. */
  notParked(error: unknown): void;
  /** The work was stopped on a device. */
  stoppedOnDevice(): void;
  /** The work goes on, and nothing stops it. */
  left(ending: LeftEnding): void;
}

/** One attempt in its place. */
export interface Execution {
  run(phase: RunnablePhase): void;
  /**
   * Fires the attempt's AbortSignal with `reason` and calls the plugin's `abort()`. It is answered by
   * `settled('abort', …)`, also where the plugin has none: the engine holds teardown back until then.
   */
  abort(reason: Error): void;
  /** Asks the code to stand still; `parked` on the host tells that it does. */
  suspend(): void;
  /** Lets it go on. */
  resume(): void;
  /** As `resume`, of work that is done elsewhere; rejects when it stands still yet. */
  letGoOn?(): Promise<void>;
  /** Delivers an event that a user sent through the handle. */
  send(event: unknown): void;
  /**
   * Ends the code by force and reports `lost` when it is gone; absent where code cannot be ended by
   * force (inline).
   */
  kill?(): void;
  /** Frees the place after the last phase. */
  dispose(): void;
}

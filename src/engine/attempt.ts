import type { LogLevel } from '../kernel/logger.ts';
import type { ProcessIdentity } from '../kernel/process-identity.ts';
import type {
  AttemptHost,
  ElsewhereHost,
  Execution,
  LeftEnding,
  PhaseOutcome,
} from '../kernel/runner.ts';
import type { Phase } from '../kernel/task-error.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import type { Countdown } from './countdown.ts';
import type { TaskRecord } from './task-record.ts';

/** What an attempt hands on to the engine. */
export interface AttemptReports {
  settled(attempt: Attempt, phase: Phase, outcome: PhaseOutcome): void;
  lost(attempt: Attempt, error: Error): void;
  progress(attempt: Attempt, percent: number, message?: string): void;
  log(
    attempt: Attempt,
    level: LogLevel,
    message: string,
    fields?: Readonly<Record<string, unknown>>,
  ): void;
  checkpoint(attempt: Attempt, value: unknown): Promise<void>;
  waitFor(attempt: Attempt, taskId: number): Promise<TaskResult>;
  parked(attempt: Attempt): void;
  placed(attempt: Attempt, place: ProcessIdentity): Promise<void>;
  notParked(attempt: Attempt, error: unknown): void;
  stoppedOnDevice(attempt: Attempt): void;
  left(attempt: Attempt, ending: LeftEnding): void;
}

/** One try of a task: its place, its clocks, and how far it has come. */
export class Attempt implements AttemptHost {
  readonly record: TaskRecord;
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly #reports: AttemptReports;
  #payloads: unknown[] | null = null;
  execution: Execution | null = null;
  phase: Phase | 'over' = 'setup';
  /** Why its signal was fired; null while it was not. */
  stopReason: Error | null = null;
  isKilled = false;
  /** When its signal was fired; null also when there was no code yet to hear it. */
  abortedAt: number | null = null;
  /** `abort()` was called and has not answered yet. */
  isAborting = false;
  abandonedAt: number | null = null;
  /** This attempt itself gave a payload, or a summary: that of an earlier one is not its own. */
  hasPayload = false;
  hasSummary = false;
  timeout: Countdown | null = null;
  heartbeat: Countdown | null = null;
  /** Grace, kill or teardown: at most one of them runs. */
  timer: unknown = null;
  timerDue = 0;

  constructor(record: TaskRecord, number: number, startedAt: number, reports: AttemptReports) {
    this.record = record;
    this.number = number;
    this.startedAt = startedAt;
    this.#reports = reports;
  }

  settled(phase: Phase, outcome: PhaseOutcome): void {
    this.#reports.settled(this, phase, outcome);
  }

  lost(error: Error): void {
    this.#reports.lost(this, error);
  }

  progress(percent: number, message?: string): void {
    this.#reports.progress(this, percent, message);
  }

  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void {
    this.#reports.log(this, level, message, fields);
  }

  checkpoint(value: unknown): Promise<void> {
    return this.#reports.checkpoint(this, value);
  }

  summary(value: unknown): void {
    this.hasSummary = true;
    this.record.summary = value;
  }

  /** The first payload is the payload; with a second one it is the list of them. */
  payload(value: unknown): void {
    if (this.phase === 'over' || this.abandonedAt !== null) return;
    (this.#payloads ??= []).push(value);
    this.record.payload = this.hasPayload ? this.#payloads : value;
    this.hasPayload = true;
    this.record.hasPayload = true;
  }

  waitFor(taskId: number): Promise<TaskResult> {
    return this.#reports.waitFor(this, taskId);
  }

  parked(): void {
    this.#reports.parked(this);
  }

  placed(place: ProcessIdentity): Promise<void> {
    return this.#reports.placed(this, place);
  }

  get elsewhere(): ElsewhereHost {
    return {
      notParked: (error) => this.#reports.notParked(this, error),
      stoppedOnDevice: () => this.#reports.stoppedOnDevice(this),
      left: (ending) => this.#reports.left(this, ending),
    };
  }
}

import type { LogLevel } from '../kernel/logger.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { ProcessIdentity } from '../kernel/process-identity.ts';
import type { LeftEnding, PhaseOutcome } from '../kernel/runner.ts';
import type { AttemptEvent } from '../kernel/task-event.ts';
import { describeError } from '../kernel/task-error.ts';
import type { Phase, TaskError } from '../kernel/task-error.ts';
import type { TaskMachineContext } from '../kernel/task-machine-types.ts';
import type { AttemptOutcome, StoreRow } from '../kernel/store-rows.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { Attempt } from './attempt.ts';
import type { AttemptReports } from './attempt.ts';
import { attemptEndRow, checkpointRow } from './attempt-rows.ts';
import { stopClocks } from './attempt-clocks.ts';
import { AttemptStart } from './attempt-start.ts';
import { freeResources } from './core.ts';
import type { Core } from './core.ts';
import { isInterruption } from './interruption.ts';
import type { StopLadder } from './stop-ladder.ts';
import type { Suspensions } from './suspensions.ts';
import type { TaskRecord } from './task-record.ts';
import { EndedOtherwise } from '../wire/built-in.ts';
import { rememberThrown } from './thrown-values.ts';
import type { Waits } from './waits.ts';

/**
 * Runs attempts: asks the runner for one phase after the other as the task machine decides, and turns
 * what the runner reports into the machine's events.
 */
export class AttemptControl implements AttemptReports {
  readonly #core: Core;
  readonly #ladder: StopLadder;
  readonly #suspensions: Suspensions;
  readonly #waits: Waits;
  readonly #start: AttemptStart;

  constructor(core: Core, ladder: StopLadder, suspensions: Suspensions, waits: Waits) {
    this.#core = core;
    this.#ladder = ladder;
    this.#suspensions = suspensions;
    this.#waits = waits;
    this.#start = new AttemptStart(core, ladder, {
      failed: (attempt, error) => this.settled(attempt, 'setup', { ok: false, error }),
      over: (attempt) => this.#abandonedOver(attempt),
    });
  }

  begin(record: TaskRecord, { attempt: number }: TaskMachineContext): void {
    const attempt = new Attempt(record, number, this.#core.clock.now(), this);
    record.current = attempt;
    record.startedAt ??= attempt.startedAt;
    record.teardown = 'none';
    record.expiry = null;
    this.#core.log.publish(record, { type: 'attempt', attempt: number, outcome: 'started' });
    this.#start.begin(attempt);
  }

  /** Tells the attempt to stop; code that stands still goes on, to hear of it. */
  abort(attempt: Attempt): void {
    this.#suspensions.leaveProcess(attempt.record);
    this.#ladder.abort(attempt);
    this.#core.interlocks.leave(attempt.record);
  }

  runProcess(attempt: Attempt): void {
    attempt.phase = 'process';
    this.#suspensions.enterProcess(attempt);
    attempt.execution?.run('process');
    for (const message of attempt.record.mailbox ?? []) attempt.execution?.send(message);
    attempt.record.mailbox = null;
  }

  runTeardown(attempt: Attempt): void {
    attempt.phase = 'teardown';
    stopClocks(attempt);
    this.#core.interlocks.leave(attempt.record);
    this.#suspensions.leaveProcess(attempt.record);
    this.#waits.forget(attempt.record);
    if (attempt.execution === null) this.#teardownEnded(attempt, { ok: true, value: undefined });
    else this.#tearDown(attempt);
  }

  /**
   * Ends an attempt's bookkeeping, and gives the row that says so; what was abandoned is ended when
   * its code is.
   */
  finish(
    attempt: Attempt,
    outcome: AttemptOutcome,
    more: Pick<AttemptEvent, 'error' | 'retryInMs'> = {},
  ): StoreRow {
    const { record, number } = attempt;
    stopClocks(attempt);
    this.#core.interlocks.leave(record);
    this.#suspensions.leaveProcess(record);
    this.#waits.forget(record);
    record.current = null;
    if (outcome !== 'abandoned') {
      attempt.phase = 'over';
      this.#ladder.cancelTimer(attempt);
      attempt.execution?.dispose();
    }
    const { log, clock } = this.#core;
    log.publish(record, { type: 'attempt', attempt: number, outcome, ...more });
    return attemptEndRow(record.id, number, outcome, clock.now(), more.error);
  }

  settled(attempt: Attempt, phase: Phase, outcome: PhaseOutcome): void {
    if (phase === 'abort') return this.#abortEnded(attempt, outcome);
    if (attempt.phase !== phase) return;
    if (attempt.abandonedAt !== null) return this.#abandonedEnded(attempt, phase);
    switch (phase) {
      case 'setup':
        return this.#setupEnded(attempt, outcome);
      case 'process':
        return this.#processEnded(attempt, outcome);
      case 'teardown':
        return this.#teardownEnded(attempt, outcome);
    }
  }

  lost(attempt: Attempt, error: Error): void {
    if (attempt.phase === 'over') return;
    if (attempt.abandonedAt !== null) return this.#abandonedOver(attempt);
    const { record } = attempt;
    stopClocks(attempt);
    this.#ladder.acknowledge(attempt, attempt.isKilled ? 'runner' : 'plugin');
    const { phase, number } = attempt;
    attempt.phase = 'over';
    record.teardown = 'skipped';
    const failure = attempt.isKilled
      ? this.#ladder.errorOfKill(attempt, phase)
      : this.#describe(attempt, phase, error);
    record.send({ type: 'attempt.lost', attempt: number, error: failure });
  }

  progress(attempt: Attempt, percent: number, message?: string): void {
    if (!this.#isLively(attempt)) return;
    const bounded = Math.min(100, Math.max(0, Number.isFinite(percent) ? percent : 0));
    this.#core.log.publish(attempt.record, {
      type: 'progress',
      percent: bounded,
      ...(message === undefined ? {} : { message }),
    });
  }

  log(
    attempt: Attempt,
    level: LogLevel,
    message: string,
    fields?: Readonly<Record<string, unknown>>,
  ): void {
    if (!this.#isLively(attempt)) return;
    this.#core.log.publish(attempt.record, {
      type: 'log',
      level,
      message,
      ...(fields === undefined ? {} : { fields }),
    });
  }

  checkpoint(attempt: Attempt, value: unknown): Promise<void> {
    if (!this.#isLively(attempt)) return Promise.reject(outOfPhase(attempt, 'checkpoint'));
    const { record } = attempt;
    const { writer, log, clock } = this.#core;
    return writer.commit(checkpointRow(record.id, attempt.number, clock.now(), value), () => {
      record.checkpoint = value;
      log.publish(record, { type: 'checkpoint', value });
    });
  }

  waitFor(attempt: Attempt, taskId: number): Promise<TaskResult> {
    if (!this.#isLively(attempt)) return Promise.reject(outOfPhase(attempt, 'waitFor'));
    return this.#waits.waitFor(attempt.record, taskId);
  }

  parked(attempt: Attempt): void {
    this.#suspensions.parked(attempt);
  }

  /** Resolves when the place is committed: one that is not known could not be ended after a crash. */
  placed(attempt: Attempt, place: ProcessIdentity): Promise<void> {
    const { record, number } = attempt;
    const row = { kind: 'place', taskId: record.id, attempt: number, place } as const;
    return this.#core.writer.commit(row);
  }

  notParked(attempt: Attempt, error: unknown): void {
    this.#suspensions.notParked(attempt, error);
  }

  stoppedOnDevice(attempt: Attempt): void {
    if (attempt.stopReason !== null) this.#ladder.acknowledge(attempt, 'device');
  }

  left(attempt: Attempt, { stillRunning, error, verdict }: LeftEnding): void {
    if (attempt.phase === 'over' || attempt.abandonedAt !== null) return;
    stopClocks(attempt);
    const failure = error === null ? null : this.#describe(attempt, 'process', error);
    this.#ladder.leave(attempt, { stillRunning, failure, verdict });
  }

  /** What `abort()` still does may use what teardown frees, so it ends first. */
  #tearDown(attempt: Attempt): void {
    const { record, isAborting, abandonedAt } = attempt;
    if (abandonedAt === null) {
      if (isAborting) return this.#ladder.boundAbort(attempt);
      this.#ladder.boundTeardown(attempt);
      record.teardown = 'done';
    }
    if (!isAborting) attempt.execution?.run('teardown');
  }

  #setupEnded(attempt: Attempt, outcome: PhaseOutcome): void {
    if (!outcome.ok) return this.#workFailed(attempt, 'setup', outcome.error);
    if (attempt.stopReason !== null) this.#workEnded(attempt);
    attempt.record.send({ type: 'attempt.ready', attempt: attempt.number });
  }

  #processEnded(attempt: Attempt, outcome: PhaseOutcome): void {
    if (!outcome.ok) return this.#workFailed(attempt, 'process', outcome.error);
    const { record } = attempt;
    record.output = outcome.value;
    this.#workEnded(attempt);
    record.send({ type: 'attempt.finished', attempt: attempt.number });
  }

  #teardownEnded(attempt: Attempt, outcome: PhaseOutcome): void {
    const { record, number } = attempt;
    this.#ladder.cancelTimer(attempt);
    if (outcome.ok) return record.send({ type: 'attempt.cleaned', attempt: number });
    record.teardown = 'failed';
    const error = this.#describe(attempt, 'teardown', outcome.error);
    record.send({ type: 'attempt.failed', attempt: number, error });
  }

  #abortEnded(attempt: Attempt, outcome: PhaseOutcome): void {
    attempt.isAborting = false;
    if (!outcome.ok && attempt.abandonedAt === null) {
      const error = this.#describe(attempt, 'abort', outcome.error);
      attempt.record.send({ type: 'abort.failed', attempt: attempt.number, error });
    }
    if (attempt.phase === 'teardown') this.#tearDown(attempt);
  }

  /** Setup or process failed, or ended because it was told to. */
  #workFailed(attempt: Attempt, phase: Phase, thrown: unknown): void {
    const { record, number, stopReason } = attempt;
    this.#workEnded(attempt);
    if (stopReason !== null && isInterruption(thrown, stopReason)) {
      record.send({ type: 'attempt.interrupted', attempt: number });
      return;
    }
    const [failure, ending] =
      record.plugin.builtIn !== undefined && thrown instanceof EndedOtherwise
        ? [thrown.error, { verdict: thrown.verdict }]
        : [thrown, {}];
    const error = this.#describe(attempt, phase, failure);
    record.send({ type: 'attempt.failed', attempt: number, error, ...ending });
  }

  /** The first failure is the task's error; those after it are at least in its log. */
  #describe({ record, number }: Attempt, phase: Phase, thrown: unknown): TaskError {
    const error = describeError(thrown, phase, number);
    rememberThrown(error, thrown);
    this.#core.log.publish(record, { type: 'log', level: 'error', message: error.message });
    return error;
  }

  #workEnded(attempt: Attempt): void {
    stopClocks(attempt);
    if (attempt.stopReason === null) return;
    this.#ladder.acknowledge(attempt, attempt.execution === null ? 'runner' : 'plugin');
  }

  /** Abandoned code came to its end after all: it is torn down, then lets go of its resources. */
  #abandonedEnded(attempt: Attempt, phase: Exclude<Phase, 'abort'>): void {
    if (phase === 'teardown') return this.#abandonedOver(attempt);
    attempt.phase = 'teardown';
    this.#tearDown(attempt);
  }

  #abandonedOver(attempt: Attempt): void {
    attempt.phase = 'over';
    this.#ladder.cancelTimer(attempt);
    this.#core.abandoned.delete(attempt);
    attempt.execution?.dispose();
    freeResources(this.#core, attempt.record);
    this.#core.logger.info({ taskId: attempt.record.id }, 'an abandoned attempt has ended');
  }

  /** Whether it still counts; every word of one that does is a sign of life. */
  #isLively(attempt: Attempt): boolean {
    attempt.heartbeat?.restart();
    return attempt.phase !== 'over' && attempt.abandonedAt === null;
  }
}

const outOfPhase = ({ stopReason }: Attempt, call: string): Error =>
  stopReason ?? new RunstateError('OUT_OF_PHASE', [call]);

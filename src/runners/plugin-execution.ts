import type {
  Assignment,
  AttemptHost,
  Execution,
  PhaseOutcome,
  RunnablePhase,
} from '../kernel/runner.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { Phase } from '../kernel/task-error.ts';
import { standstillOf } from '../wire/built-in.ts';
import type { AnyPluginCode, DefinedPlugin } from '../wire/plugin.ts';
import type { PluginContext } from '../wire/plugin-context.ts';
import { parseInput, parseOutput } from '../wire/validation.ts';
import { AttemptContext } from './attempt-context.ts';
import { holdsReports } from './report/plan-reports.ts';

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' &&
  value !== null &&
  'then' in value &&
  typeof value.then === 'function';

/**
 * One attempt of a plugin's code in this JavaScript realm: the inline runner uses it, and so do the
 * worker's and the child's side of the other runners.
 *
 * The input is parsed, and the output checked, here: what schemas make of it need not survive a
 * channel.
 */
export class PluginExecution implements Execution {
  readonly #plugin: DefinedPlugin;
  readonly #input: unknown;
  readonly #host: AttemptHost;
  readonly #context: AttemptContext;
  #code: AnyPluginCode | null = null;
  #wantsStandstill = false;

  constructor(plugin: DefinedPlugin, assignment: Assignment, host: AttemptHost) {
    this.#plugin = plugin;
    this.#input = assignment.input;
    this.#host = host;
    this.#context = new AttemptContext(assignment, host);
  }

  run(phase: RunnablePhase): void {
    switch (phase) {
      case 'setup':
        return this.#report('setup', () => this.#setUp());
      case 'process':
        return this.#report('process', () => this.#process());
      case 'teardown':
        this.#context.cleanUp();
        return this.#report('teardown', () => this.#code?.teardown?.(this.#context));
    }
  }

  abort(reason: Error): void {
    if (this.#context.abort(reason)) {
      this.#report('abort', () => this.#code?.abort?.(this.#context));
    }
  }

  suspend(): void {
    this.#context.suspend();
    const pausing = standstillOf(this.#code).pause?.(this.#context);
    if (pausing === undefined) return;
    this.#wantsStandstill = true;
    pausing.then(
      () => {
        if (this.#wantsStandstill) this.#host.parked();
        else this.#goOnElsewhere();
      },
      (error: unknown) => {
        this.#wantsStandstill = false;
        this.#context.resume();
        this.#host.elsewhere?.notParked(error);
      },
    );
  }

  /** A standstill is not wanted any more; one that was not reached yet is undone when it is. */
  resume(): void {
    this.#wantsStandstill = false;
    this.#context.resume();
  }

  async letGoOn(): Promise<void> {
    await standstillOf(this.#code).resume?.(this.#context);
    this.#wantsStandstill = false;
    this.#context.resume();
  }

  send(event: unknown): void {
    this.#context.deliver(event);
  }

  dispose(): void {
    this.#context.end();
  }

  /** The work reached the standstill too late. What is being stopped is not set going again. */
  #goOnElsewhere(): void {
    if (this.#context.signal.aborted) return;
    standstillOf(this.#code)
      .resume?.(this.#context)
      .catch((error: unknown) => this.#host.log('error', messageOf(error)));
  }

  #setUp(): unknown {
    this.#context.input = parseInput(this.#plugin, this.#input);
    this.#code = this.#plugin.code?.() ?? null;
    const state = this.#code?.setup?.(this.#context as PluginContext);
    if (!isThenable(state)) {
      this.#context.state = state;
      return undefined;
    }
    return Promise.resolve(state).then((value) => {
      this.#context.state = value;
    });
  }

  #process(): unknown {
    const output = this.#code?.process(this.#context);
    return isThenable(output)
      ? Promise.resolve(output).then((value) => this.#readOutput(value))
      : this.#readOutput(output);
  }

  #readOutput(value: unknown): unknown {
    return holdsReports(value)
      ? this.#context.payloads.readOutput(this.#plugin, value)
      : parseOutput(this.#plugin, value);
  }

  #report(phase: Phase, work: () => unknown): void {
    const settle = (outcome: PhaseOutcome): void => this.#settle(phase, outcome);
    const fail = (error: unknown): void => settle({ ok: false, error });
    let value: unknown;
    try {
      value = work();
    } catch (error) {
      fail(error);
      return;
    }
    if (!isThenable(value)) return settle({ ok: true, value });
    // A thenable of somebody's own making may call back twice, or throw.
    Promise.resolve(value).then((settled) => settle({ ok: true, value: settled }), fail);
  }

  /**
   * A phase ends when its reports are written. What `abort()` gave is waited for by the phases beside
   * and after it: it must answer before they may end.
   */
  #settle(phase: Phase, outcome: PhaseOutcome): void {
    const written = phase === 'abort' ? null : this.#context.reportsWritten;
    if (written === null) return this.#host.settled(phase, outcome);
    written.then(
      () => this.#host.settled(phase, outcome),
      (error: unknown) => this.#reportsFailed(phase, outcome, error),
    );
  }

  /** What failed first is the phase's error. */
  #reportsFailed(phase: Phase, outcome: PhaseOutcome, error: unknown): void {
    if (outcome.ok) return this.#host.settled(phase, { ok: false, error });
    if (outcome.error !== error) this.#host.log('error', messageOf(error));
    this.#host.settled(phase, outcome);
  }
}

import { RunstateError } from '../kernel/errors.ts';
import { deferred } from '../kernel/deferred.ts';
import { guardSignal } from '../kernel/guarded-signal.ts';
import { onAbort } from '../kernel/on-abort.ts';
import type { Deferred } from '../kernel/deferred.ts';
import type { Assignment, AttemptHost } from '../kernel/runner.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { dataCache } from '../wire/data-cache.ts';
import type { BuiltInContext } from '../wire/built-in.ts';
import type { PluginCache, PluginContext, PluginLog } from '../wire/plugin-context.ts';
import { assertStorable } from '../wire/validation.ts';
import { MessageQueue } from './message-queue.ts';
import { createLog } from './plugin-log.ts';
import { AttemptPayloads } from './report/attempt-payloads.ts';

/**
 * What a plugin's code sees of its attempt, wherever it runs.
 *
 * Every part that costs memory is made when it is first touched: a hundred thousand idle tasks hold
 * none of them. Functions are handed out bound, so a plugin may take the context apart.
 */
export class AttemptContext implements BuiltInContext {
  readonly id: number;
  readonly attempt: number;
  readonly resumeFrom: unknown;
  input: unknown = undefined;
  state: unknown = undefined;
  readonly #host: AttemptHost;
  readonly #assignment: Assignment;
  #hasEnded = false;
  #isCleaningUp = false;
  #controller: AbortController | null = null;
  #abortReason: Error | null = null;
  #messages: MessageQueue | null = null;
  #pause: Deferred<void> | null = null;
  #payloads: AttemptPayloads | null = null;

  constructor(assignment: Assignment, host: AttemptHost) {
    this.id = assignment.taskId;
    this.attempt = assignment.attempt;
    const { resumeFrom } = assignment;
    this.resumeFrom =
      resumeFrom === undefined ? undefined : assertStorable(resumeFrom, 'checkpoint');
    this.#host = host;
    this.#assignment = assignment;
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      guardSignal(this.#controller.signal, (error) => {
        this.#host.log('error', `A listener of the signal threw: ${messageOf(error)}`);
      });
      if (this.#abortReason !== null) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get log(): PluginLog {
    return createLog(this.#host, () => this.#hasEnded);
  }

  get cache(): PluginCache {
    return dataCache();
  }

  get messages(): AsyncIterable<unknown> {
    return this.#queue;
  }

  get progress(): PluginContext['progress'] {
    return (percent, message) => {
      if (!this.#hasEnded) this.#host.progress(percent, message);
    };
  }

  get summary(): PluginContext['summary'] {
    return (value) => {
      const kept = assertStorable(value, 'summary');
      if (!this.#hasEnded) this.#host.summary(kept);
    };
  }

  get payload(): PluginContext['payload'] {
    return (value) => {
      if (!this.#hasEnded) this.payloads.give(value);
    };
  }

  get checkpoint(): PluginContext['checkpoint'] {
    return (value) => handled(this.#checkpoint(value));
  }

  get pausePoint(): PluginContext['pausePoint'] {
    return () => handled(this.#pausePoint());
  }

  get waitFor(): PluginContext['waitFor'] {
    return (id) => handled(this.#waitFor(id));
  }

  get acknowledge(): BuiltInContext['acknowledge'] {
    return () => this.#host.elsewhere?.stoppedOnDevice();
  }

  get leave(): BuiltInContext['leave'] {
    return (ending) => this.#host.elsewhere?.left(ending);
  }

  get payloads(): AttemptPayloads {
    this.#payloads ??= new AttemptPayloads(this.#assignment, (value) => this.#host.payload(value));
    return this.#payloads;
  }

  /** Settles when all its reports are written; null when there is nothing to wait for. */
  get reportsWritten(): Promise<void> | null {
    return this.#payloads?.written ?? null;
  }

  /** Fires the signal; false when it had fired before. Nobody waits for messages any more. */
  abort(reason: Error): boolean {
    if (this.#abortReason !== null) return false;
    this.#abortReason = reason;
    this.resume();
    this.#payloads?.giveUp(reason);
    this.#messages?.close();
    this.#controller?.abort(reason);
    return true;
  }

  suspend(): void {
    if (this.#abortReason === null) this.#pause ??= deferred();
  }

  resume(): void {
    this.#pause?.resolve();
    this.#pause = null;
  }

  deliver(event: unknown): void {
    this.#queue.push(event);
  }

  /** The work is over: clean-up is neither suspended nor stopped. */
  cleanUp(): void {
    this.#isCleaningUp = true;
  }

  /** Nothing is reported from here on. */
  end(): void {
    this.#hasEnded = true;
    this.resume();
    this.#payloads?.giveUp(new RunstateError('OUT_OF_PHASE', ['payload']));
    this.#messages?.close();
  }

  get #queue(): MessageQueue {
    if (this.#messages === null) {
      this.#messages = new MessageQueue();
      if (this.#hasEnded || this.#abortReason !== null) this.#messages.close();
    }
    return this.#messages;
  }

  #assertAlive(call: string): void {
    if (this.#hasEnded) throw new RunstateError('OUT_OF_PHASE', [call]);
  }

  async #checkpoint(value: unknown): Promise<void> {
    this.#assertAlive('checkpoint');
    await this.#host.checkpoint(assertStorable(value, 'checkpoint'));
    await this.#pausePoint();
  }

  async #waitFor(id: number): Promise<TaskResult> {
    this.#assertAlive('waitFor');
    await this.#pausePoint();
    const result = await this.#unlessAborted(this.#host.waitFor(id));
    await this.#pausePoint();
    return result;
  }

  /**
   * The event loop gets its turn first: what suspends or stops the attempt may be waiting there, and
   * code that does nothing else between its pause points would keep it waiting for ever.
   */
  async #pausePoint(): Promise<void> {
    if (this.#isCleaningUp) return;
    if (this.#abortReason === null) await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#pause !== null && !this.#hasEnded) {
      this.#host.parked();
      await this.#pause.promise;
    }
    if (this.#abortReason !== null) throw this.#abortReason;
  }

  #unlessAborted<T>(promise: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const stop = onAbort(this.signal, () => reject(this.#abortReason ?? new Error('aborted')));
      promise.then(resolve, reject).finally(stop);
    });
  }
}

/** A plugin need not await what it asks for: a rejection that nobody sees must not end the process. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

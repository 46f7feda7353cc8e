import { createActor, fromCallback } from 'xstate';
import type { ActorRefFrom } from 'xstate';
import { streamingTaskMachine } from '../../machines/streaming-task.machine.ts';
import type { StreamCommand, StreamInput } from '../../machines/streaming-task.machine.ts';
import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { deferred } from '../kernel/deferred.ts';
import type { Deferred } from '../kernel/deferred.ts';
import { RunstateError } from '../kernel/errors.ts';
import { silentLogger } from '../kernel/logger.ts';
import type { Logger } from '../kernel/logger.ts';
import { consume } from '../streams/consume.ts';
import type { StreamWork } from '../streams/consume.ts';
import { abortError, isOfAbort } from './abort-error.ts';
import { awaitEnd, runInScope } from './action-scope.ts';
import { assertBound } from './assert-bound.ts';
import { guardedLogger } from './guarded-logger.ts';

/** What a streaming task reads, what it does with each item, and how. */
export interface StreamingTaskOptions<T> extends StreamWork<T> {
  /**
   * Takes the error of source or handler that ended a run. The task may be started again in it.
   *
   * @defaultValue the error is logged as a warning
   */
  readonly onException?: ((error: unknown) => unknown) | undefined;
  /**
   * Where restarts and errors are logged.
   *
   * @defaultValue nowhere
   */
  readonly logger?: Logger | undefined;
  /**
   * How long a stopped run may take to end, in milliseconds; then it is abandoned: nothing waits for
   * it any more, and what it still yields is dropped.
   *
   * @defaultValue `5_000`
   */
  readonly graceMs?: number | undefined;
  /**
   * Where time comes from.
   *
   * @defaultValue the system's clock
   */
  readonly clock?: Clock | undefined;
}

/** How a run of a stream starts. */
export interface StreamStartOptions {
  /** Stops this run when it fires. */
  readonly signal?: AbortSignal | undefined;
}

const defaultGraceMs = 5_000;

/** One run of the stream. */
interface Run {
  readonly controller: AbortController;
  /** The machine has gone on: the run has ended, or was abandoned. */
  isLeft: boolean;
  readonly ended: () => void;
}

/**
 * A background task that hands the items of a stream to a handler, one after the other. It can be
 * started again after it has ended, as often as needed, and needs no engine.
 *
 * @example
 * ```ts
 * const monitor = new StreamingTask('monitor', {
 *   generate: (signal) => readings(signal),
 *   handle: (reading) => show(reading),
 * });
 * monitor.start();
 * await monitor.stop();
 * ```
 */
export class StreamingTask<T> implements AsyncDisposable {
  /** What logs call the task. */
  readonly name: string;
  readonly #options: StreamingTaskOptions<T>;
  readonly #logger: Logger;
  readonly #actor: ActorRefFrom<typeof streamingTaskMachine>;
  /** The end of the present run, or of the last one. */
  #end: Deferred<void> = deferred();
  /** Takes the listener off the signal that the latest start was given. */
  #unlink = (): void => {};

  /** @throws {@link RunstateError} `INVALID_OPTION` */
  constructor(name: string, options: StreamingTaskOptions<T>) {
    const { graceMs = defaultGraceMs, clock = systemClock, logger = silentLogger } = options;
    if (!(graceMs >= 0 && Number.isFinite(graceMs))) {
      const expected = 'a finite number of milliseconds of at least 0';
      throw new RunstateError('INVALID_OPTION', ['graceMs', expected, String(graceMs)]);
    }
    for (const part of ['generate', 'handle'] as const) {
      if (typeof options[part] === 'function') continue;
      throw new TypeError(`Expected \`${part}\` to be a function, got \`${typeof options[part]}\``);
    }
    this.name = name;
    this.#options = options;
    this.#logger = guardedLogger(logger);
    const stream = fromCallback<StreamCommand, StreamInput>(({ input, sendBack, receive }) => {
      const run: Run = {
        controller: new AbortController(),
        isLeft: false,
        ended: () => sendBack({ type: 'stream.ended', run: input.run }),
      };
      receive(() => run.controller.abort(abortError(name)));
      void this.#consume(run);
      return () => {
        run.isLeft = true;
        run.controller.abort(abortError(name));
      };
    });
    const logic = assertBound(streamingTaskMachine.provide({ actors: { stream } }));
    this.#actor = createActor(logic, { input: { name, graceMs }, clock });
    this.#actor.on('run.ended', () => this.#settle());
    this.#actor.on('run.abandoned', () => {
      const message = `Streaming task "${name}" did not end within ${graceMs} ms and was abandoned.`;
      this.#logger.warn({ task: name, graceMs }, message);
      this.#settle();
    });
    this.#actor.start();
  }

  /** Whether a run is going on, or a restart is under way. */
  isRunning(): boolean {
    const snapshot = this.#actor.getSnapshot();
    return snapshot.matches('active') && !snapshot.matches({ active: { closing: 'stopping' } });
  }

  /**
   * Starts a run. While one is going on, that one is stopped first, and the new one follows when it
   * has ended; from here on no item of the old run reaches the handler.
   */
  start({ signal }: StreamStartOptions = {}): void {
    if (signal?.aborted === true) {
      void this.stop();
      return;
    }
    if (this.isRunning()) {
      const message = `Streaming task "${this.name}" was started while it ran; its run is stopped first.`;
      this.#logger.warn({ task: this.name }, message);
    }
    this.#unlink();
    if (signal !== undefined) this.#link(signal);
    this.#actor.send({ type: 'stream.start' });
  }

  /**
   * Stops the run: fires its signal and resolves when the loop has ended and the source is closed, or
   * after `graceMs` when it does not end. Without a run it changes nothing; inside the task's own
   * source or handler it resolves as soon as it is noted.
   */
  stop(): Promise<void> {
    this.#actor.send({ type: 'stream.stop' });
    return this.#actor.getSnapshot().matches('idle')
      ? Promise.resolve()
      : awaitEnd(this, this.#end.promise);
  }

  /** Stops the task, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #link(signal: AbortSignal): void {
    const onAbort = (): void => void this.stop();
    signal.addEventListener('abort', onAbort, { once: true });
    this.#unlink = () => signal.removeEventListener('abort', onAbort);
  }

  /** Ends the wait for the run that has ended; a restart that follows has an end of its own. */
  #settle(): void {
    const end = this.#end;
    this.#end = deferred();
    end.resolve();
    if (this.#actor.getSnapshot().matches('idle')) this.#unlink();
  }

  async #consume(run: Run): Promise<void> {
    const { signal } = run.controller;
    // Nothing of the user's runs inside a transition, nor when the task is stopped in the same turn.
    await Promise.resolve();
    try {
      await runInScope(this, signal, () => consume(this.#options, signal));
      run.ended();
    } catch (thrown) {
      const isNews = !run.isLeft && !isOfAbort(signal, thrown);
      run.ended();
      if (isNews) this.#report(thrown);
    } finally {
      // What the source has started beside itself learns that the run is over.
      run.controller.abort(abortError(this.name));
    }
  }

  #report(thrown: unknown): void {
    const { onException } = this.#options;
    if (onException === undefined) {
      const message = `Streaming task "${this.name}" failed.`;
      this.#logger.warn({ task: this.name, err: thrown }, message);
      return;
    }
    const report = async (): Promise<void> => void (await onException(thrown));
    report().catch((failure: unknown) => {
      const message = `The exception handler of streaming task "${this.name}" failed.`;
      this.#logger.error({ task: this.name, err: failure, cause: thrown }, message);
    });
  }
}

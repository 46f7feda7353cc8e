import { RunstateError } from '../kernel/errors.ts';
import type {
  Assignment,
  AttemptHost,
  Execution,
  PhaseOutcome,
  RunnablePhase,
} from '../kernel/runner.ts';
import type { RunnerName } from '../kernel/plugin-traits.ts';
import type { ProcessIdentity } from '../kernel/process-identity.ts';
import { messageOf } from '../kernel/task-error.ts';
import { assertStorable } from '../wire/validation.ts';
import type { FromPlace, OutcomeData, ToPlace } from './channel.ts';
import { reviveThrown, toThrownData } from './error-data.ts';

/** What a place tells the attempt that it holds. */
export interface PlaceListener {
  /** The place is a process; nothing is sent to it before this resolves, and a rejection ends it. */
  placed(place: ProcessIdentity): Promise<void>;
  message(message: FromPlace): void;
  /** The place is gone; said once, and last. */
  gone(error: Error): void;
}

/** Where one attempt runs away from the engine: a worker thread, a child process. */
export interface Place {
  /** The runner that made it. */
  readonly runner: RunnerName;
  open(listener: PlaceListener): void;
  /**
   * Sends a message, at once or when the place is ready; nothing once it is gone.
   *
   * @throws DataCloneError for what cannot be copied
   */
  send(message: ToPlace): void;
  /** Stops all code of the place from outside, until `thaw`; absent where that is not possible. */
  freeze?(onFrozen: () => void): void;
  thaw?(): void;
  /** Ends the place by force. */
  kill(): void;
  /** The attempt is over: the place has been told so, and ends or is used again. */
  release(): void;
}

/** One attempt in a place away from the engine, seen from the engine. */
export class RemoteExecution implements Execution {
  readonly #host: AttemptHost;
  readonly #place: Place;
  readonly #freezes: boolean;
  /** Why the attempt was never told to the place; its phases are answered here. */
  #refusal: Error | null = null;
  #isBegun = false;
  /** What ended a place that was never told of its attempt. */
  #goneUntold: Error | null = null;
  #abortReason: Error | null = null;
  #isKilled = false;
  #isOver = false;

  constructor(assignment: Assignment, host: AttemptHost, place: Place) {
    const { name, suspend, moduleUrl } = assignment.plugin;
    this.#host = host;
    this.#place = place;
    this.#freezes = suspend === 'signal' && place.freeze !== undefined;
    place.open({
      placed: (at) => this.#placed(at),
      message: (message) => this.#receive(message),
      gone: (error) => this.#gone(error),
    });
    if (moduleUrl === null) {
      this.#refusal = new RunstateError('PLUGIN_NOT_PORTABLE', [name, place.runner]);
      return;
    }
    try {
      const plugin = { name, suspend, moduleUrl };
      place.send({ type: 'begin', assignment: { ...assignment, plugin } });
    } catch (cause) {
      this.#refusal = whyNotSent(assignment, cause);
    }
  }

  run(phase: RunnablePhase): void {
    this.#isBegun = true;
    if (this.#refusal === null) {
      this.#place.send({ type: 'run', phase });
      return;
    }
    this.#host.settled(
      phase,
      phase === 'setup' ? { ok: false, error: this.#refusal } : { ok: true, value: undefined },
    );
  }

  /** Code that is held by a signal could not hear of it. */
  abort(reason: Error): void {
    if (this.#freezes) this.#place.thaw?.();
    this.#abortReason ??= reason;
    if (this.#refusal !== null) this.#answerAbort();
    else this.#place.send({ type: 'abort', reason: toThrownData(reason) });
  }

  suspend(): void {
    if (!this.#freezes) return this.#place.send({ type: 'suspend' });
    this.#place.freeze?.(() => {
      if (!this.#isOver && !this.#isKilled) this.#host.parked();
    });
  }

  resume(): void {
    if (this.#freezes) this.#place.thaw?.();
    else this.#place.send({ type: 'resume' });
  }

  send(event: unknown): void {
    try {
      this.#place.send({ type: 'send', event });
    } catch (error) {
      const problem = `An event was not delivered, it cannot be sent: ${messageOf(error)}`;
      if (!this.#isOver) this.#host.log('warn', problem);
    }
  }

  kill(): void {
    this.#isKilled = true;
    if (this.#goneUntold === null) this.#place.kill();
    else this.#gone(this.#goneUntold);
  }

  dispose(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#goneUntold !== null) return;
    this.#place.send({ type: 'dispose' });
    this.#place.release();
  }

  async #placed(at: ProcessIdentity): Promise<void> {
    try {
      await this.#host.placed(at);
    } catch (error) {
      this.#refuse(error instanceof Error ? error : new Error(messageOf(error)));
      throw error;
    }
  }

  /** Answers what was asked of a place that will never hear of it. */
  #refuse(refusal: Error): void {
    if (this.#isOver || this.#isKilled || this.#refusal !== null) return;
    this.#refusal = refusal;
    if (this.#abortReason !== null) this.#answerAbort();
    if (this.#isBegun) this.run('setup');
  }

  #answerAbort(): void {
    this.#host.settled('abort', { ok: true, value: undefined });
  }

  #gone(error: Error): void {
    if (this.#isOver) return;
    if (this.#refusal !== null && !this.#isKilled) {
      this.#goneUntold = error;
      return;
    }
    this.#isOver = true;
    this.#host.lost(error);
  }

  #receive(message: FromPlace): void {
    if (this.#isOver) return;
    switch (message.type) {
      case 'settled':
        // What is being killed reports its end, and nothing else that the engine acts on.
        if (!this.#isKilled) this.#host.settled(message.phase, this.#outcome(message.outcome));
        return;
      case 'progress':
        return this.#host.progress(message.percent, message.message);
      case 'log':
        return this.#host.log(message.level, message.message, message.fields);
      case 'summary':
        return this.#host.summary(message.value);
      case 'payload':
        return this.#host.payload(message.value);
      case 'parked':
        return this.#host.parked();
      case 'request':
        return void this.#answer(message);
      case 'crashed':
        return undefined;
    }
  }

  #outcome(data: OutcomeData): PhaseOutcome {
    return data.ok
      ? { ok: true, value: data.value }
      : { ok: false, error: reviveThrown(data.error, this.#abortReason) };
  }

  async #answer({ id, call, value }: Extract<FromPlace, { type: 'request' }>): Promise<void> {
    let outcome: OutcomeData;
    try {
      const answer =
        call === 'checkpoint'
          ? await this.#host.checkpoint(value)
          : await this.#host.waitFor(Number(value));
      outcome = { ok: true, value: answer };
    } catch (error) {
      outcome = { ok: false, error: toThrownData(error, this.#abortReason) };
    }
    if (this.#isOver) return;
    try {
      this.#place.send({ type: 'answer', to: id, outcome });
    } catch (error) {
      this.#place.send({
        type: 'answer',
        to: id,
        outcome: { ok: false, error: toThrownData(error) },
      });
    }
  }
}

/** Names the place in the input that cannot be copied, where it is one that JSON cannot hold. */
function whyNotSent({ plugin, input }: Assignment, cause: unknown): Error {
  try {
    assertStorable(input, 'input');
  } catch (error) {
    return error as Error;
  }
  return new RunstateError('INVALID_INPUT', [plugin.name, messageOf(cause)], { cause });
}

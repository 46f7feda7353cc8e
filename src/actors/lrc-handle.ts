import type { Observable } from 'rxjs';
import { RunstateError } from '../kernel/errors.ts';
import type { LrcEvent, LrcResult } from '../kernel/lrc.ts';
import { ResultCode } from '../kernel/task-state.ts';
import type { LogView } from '../streams/event-log.ts';
import { controlCommand } from './lrc-calls.ts';
import type { LrcAbortOptions } from './lrc-order.ts';
import { LrcRun } from './lrc-run.ts';
import { waitForPromise } from './wait-for-promise.ts';
import type { WaitOptions } from './wait-for-promise.ts';

/** Where a long-running command stands: a state of its machine. */
export type LrcState =
  | 'subscribing'
  | 'intending'
  | 'invoking'
  | 'doubting'
  | 'accepted'
  | 'queued'
  | 'running'
  | 'paused'
  | 'unreachable'
  | 'looking'
  | 'stopping'
  | 'gathering'
  | 'completed'
  | 'failed'
  | 'aborted'
  | 'rejected'
  | 'timedOut'
  | 'lost'
  | 'left'
  | 'unknown';

/** Who stopped a command, and what was not stopped. */
export interface LrcAbortAnswer {
  /** `device` when it has told the end of the command; otherwise nobody has. */
  readonly acknowledgedBy: 'device' | 'nobody';
  /** From the request to the answer, in milliseconds. */
  readonly elapsedMs: number;
  /**
   * Ids that run on: the command's own, and, where its stop would have ended them too, others' on the
   * device.
   */
  readonly stillRunning: readonly string[];
}

/** What a caller holds of a long-running command. It is not a promise: await `result()`. */
export class LrcHandle {
  readonly #run: LrcRun;

  constructor(run: LrcRun) {
    this.#run = run;
  }

  /** The command's name. */
  get command(): string {
    return this.#run.order.command;
  }

  /** The name of the device. */
  get device(): string {
    return this.#run.order.device.name;
  }

  /** The id the device gave it; null before, and when it gave none. */
  get commandId(): string | null {
    return this.#run.follower.commandId;
  }

  /** Where it stands. */
  get state(): LrcState {
    return this.#run.state as LrcState;
  }

  /** What the device told of its progress last, in percent; null before. */
  get percent(): number | null {
    return this.#run.follower.fold.percent;
  }

  /** What has been told until now: a view that does not change. */
  get events(): LogView<LrcEvent> {
    return this.#run.follower.fold.log.view;
  }

  /** Statuses, progress, result and reachability, replayed to whoever comes late; then completes. */
  get events$(): Observable<LrcEvent> {
    return this.#run.follower.fold.log.events$;
  }

  /**
   * Resolves with how the command ended, also when it ended badly.
   *
   * @throws {@link RunstateError} `WAIT_TIMEOUT`, `WAIT_ABORTED`; the command goes on
   */
  result(options: WaitOptions = {}): Promise<LrcResult> {
    const { clock } = this.#run.options;
    return waitForPromise(clock, this.#run.ended, `The end of ${this.#name}`, options);
  }

  /**
   * Sends what `stop` declares, and nothing else, waits for the end, and ends following the command.
   * Once more, or after the end, it is answered too.
   */
  async abort(options: LrcAbortOptions = {}): Promise<LrcAbortAnswer> {
    const { clock } = this.#run.options;
    const startedAt = clock.now();
    this.#run.abort(options);
    await this.#run.ended;
    return {
      acknowledgedBy: this.#run.follower.isEndTold ? 'device' : 'nobody',
      elapsedMs: clock.now() - startedAt,
      stillRunning: this.#run.stillRunning,
    };
  }

  /** Ends following the command and sends nothing: it ends with `LRC_LEFT_RUNNING`. */
  detach(): Promise<LrcResult> {
    this.#run.tell({ type: 'command.detach' });
    return this.#run.ended;
  }

  /**
   * Pauses the command by the command that `suspend` declares; its timeout stands still meanwhile.
   *
   * @throws {@link RunstateError} `SUSPEND_REFUSED`
   */
  async pause(): Promise<void> {
    if (this.state === 'paused') return;
    await this.#control('pause', ['accepted', 'queued', 'running']);
    this.#run.tell({ type: 'pause.taken' });
  }

  /**
   * Lets a paused command go on.
   *
   * @throws {@link RunstateError} `SUSPEND_REFUSED`
   */
  async resume(): Promise<void> {
    if (this.state !== 'paused') {
      throw new RunstateError('SUSPEND_REFUSED', [this.#name, `it is ${this.state}, not paused`]);
    }
    await this.#control('resume', ['paused']);
    this.#run.tell({ type: 'resume.taken' });
  }

  get #name(): string {
    return `command ${this.commandId ?? this.command}`;
  }

  async #control(what: 'pause' | 'resume', states: readonly LrcState[]): Promise<void> {
    const { order, options } = this.#run;
    const { suspend, callTimeoutMs, clock, logger } = options;
    const refuse = (why: string, cause?: unknown): RunstateError =>
      new RunstateError('SUSPEND_REFUSED', [this.#name, why], { cause });
    if (suspend === undefined) throw refuse('it declares no `suspend`.');
    if (!states.includes(this.state)) throw refuse(`it is ${this.state}.`);
    const call = { device: order.device, command: suspend[what], args: undefined };
    const sentAt = clock.now();
    const commandId = await controlCommand(call, this.#name, callTimeoutMs);
    if (commandId === null) return;
    const { signal: _, suspend: __, beforeSend: ___, onAccepted: ____, ...inherited } = options;
    const run = new LrcRun(
      { ...call, sent: { at: sentAt, commandId } },
      { ...inherited, stop: 'none', logger },
    );
    const { resultCode, exception } = await run.ended;
    if (exception !== null) throw refuse(exception.message, exception);
    if (resultCode !== ResultCode.OK) throw refuse(`${call.command} ended with ${resultCode}.`);
  }
}

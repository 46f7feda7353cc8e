import type { LongRunningCommandEvent, LrcEndState } from '../kernel/lrc-machine-types.ts';
import { deferred } from '../kernel/deferred.ts';
import type { LrcResult } from '../kernel/lrc.ts';
import { onAbort } from '../kernel/on-abort.ts';
import { ResultCode } from '../kernel/task-state.ts';
import { endOf } from '../streams/lrc-end.ts';
import { startLongRunningCommand } from './long-running-command-logic.ts';
import type {
  LongRunningCommandEffects,
  LongRunningCommandRef,
} from './long-running-command-logic.ts';
import { invokeCommand, stopCommand } from './lrc-calls.ts';
import type { LrcFailure } from './lrc-calls.ts';
import { LrcDeadline } from './lrc-deadline.ts';
import { LrcDevice } from './lrc-device.ts';
import { LrcFollower } from './lrc-follower.ts';
import { stopsEveryone } from './lrc-options.ts';
import type { ResolvedLrcOptions } from './lrc-options.ts';
import type { LrcAbortOptions, LrcOrder } from './lrc-order.ts';
import { settlesWithin } from './settles-within.ts';

/** A look is several calls. */
const callsOfLook = 4;

/** One long-running command from its start to its end: the effects of its machine. */
export class LrcRun implements LongRunningCommandEffects {
  readonly order: LrcOrder;
  readonly options: ResolvedLrcOptions;
  readonly follower: LrcFollower;
  readonly #router: LrcDevice;
  readonly #actor: LongRunningCommandRef;
  readonly #ended = deferred<LrcResult>();
  readonly #deadline: LrcDeadline;
  readonly #forgetSignal: (() => void) | null;
  #failure: LrcFailure | null = null;
  #cause: unknown;
  #graceMs: number;
  #grace: unknown = null;
  #candidates: readonly string[] = [];
  #others: readonly string[] = [];
  #stillRunning: readonly string[] = [];
  #isSeeking = false;

  constructor(order: LrcOrder, options: ResolvedLrcOptions) {
    const { clock, signal, stop, abortAll, timeoutMs } = options;
    const { device, sent } = order;
    const from = sent?.at ?? clock.now();
    this.order = order;
    this.options = options;
    this.#graceMs = options.graceMs;
    this.#router = LrcDevice.of(device, clock);
    this.follower = new LrcFollower({
      options,
      sentAt: from,
      tell: (event) => this.#tell(event),
      look: () => void this.#router.look(),
    });
    this.#actor = startLongRunningCommand(this, {
      canStop: stop !== 'none',
      stopsAll: stopsEveryone(stop) && !abortAll,
    });
    const isInDoubt = sent !== null && sent.commandId === null;
    this.#deadline = new LrcDeadline({
      clock,
      timeoutMs: isInDoubt ? 'none' : timeoutMs,
      from,
      passed: () => this.#tell({ type: 'deadline.passed' }),
    });
    const abort = (): void => this.abort({ reason: signal?.reason as unknown });
    this.#forgetSignal = signal === undefined ? null : onAbort(signal, abort);
    if (signal?.aborted === true) abort();
    if (sent === null) this.#tell({ type: 'command.start' });
    else this.#tell({ type: 'command.attach', isIdKnown: sent.commandId !== null });
  }

  get ended(): Promise<LrcResult> {
    return this.#ended.promise;
  }

  /** The state of the machine: the inner one of a command that is followed. */
  get state(): string {
    const { value } = this.#actor.getSnapshot();
    if (typeof value === 'string') return value;
    const [[outer, inner] = ['', '']] = Object.entries(value);
    return outer === 'following' ? inner : outer;
  }

  /** Ids that run on, after the end; empty when the device has told the end. */
  get stillRunning(): readonly string[] {
    return this.#stillRunning;
  }

  /** Stops the command as declared, and ends following it. */
  abort({ abortAll = false, graceMs, reason }: LrcAbortOptions): void {
    if (!this.#isActive) return;
    this.#cause ??= reason;
    this.#graceMs = graceMs ?? this.#graceMs;
    this.#tell({ type: 'command.abort', abortAll });
  }

  /** Tells the machine what a caller wants, or has done. */
  tell(event: LongRunningCommandEvent): void {
    this.#tell(event);
  }

  subscribe(): void {
    this.#join(true).then(
      () => this.#tell({ type: 'events.ready' }),
      (error: unknown) => this.#fail({ type: 'events.refused' }, error),
    );
  }

  storeIntent(): void {
    const { beforeSend } = this.options;
    Promise.resolve()
      .then(() => beforeSend?.())
      .then(
        () => this.#tell({ type: 'intent.stored' }),
        (error: unknown) => this.#fail({ type: 'intent.failed' }, error),
      );
  }

  invoke(): void {
    const { callTimeoutMs } = this.options;
    const timeoutMs = Math.max(1, Math.min(callTimeoutMs, this.#deadline.leftMs));
    this.follower.sent();
    this.#router.expect(this.follower);
    void invokeCommand(this.order, timeoutMs).then((answer) => {
      switch (answer.type) {
        case 'accepted':
          this.#accept(answer.commandId);
          return;
        case 'completed':
          this.follower.update({ result: answer.result }, 'event');
          this.#tell({ type: 'reply.completed' });
          return;
        case 'refused':
        case 'failed':
        case 'lost':
          this.#failure = answer.failure;
          this.#tell({ type: `reply.${answer.type}` });
      }
    });
  }

  seekCandidates(): void {
    if (this.order.sent !== null) this.#join(false).catch(() => {});
    this.#startGrace(this.options.recheckMs, { type: 'candidates.found' });
    void this.#seek();
  }

  follow(): void {
    const id = this.order.sent?.commandId ?? '';
    this.follower.accepted(id);
    this.#join(false).catch((error: unknown) => {
      this.#cause ??= error;
      this.#tell({ type: 'events.refused' });
    });
    this.#router.adopt(this.follower, id);
    void this.#router.look();
  }

  look(look: number): void {
    const { clock, callTimeoutMs } = this.options;
    const tell = (): void => this.#tell({ type: 'look.done', look });
    void settlesWithin(this.#router.look(), callsOfLook * callTimeoutMs, clock).then(tell);
  }

  seekOthers(): void {
    this.#router.others(this.follower.commandId).then(
      (others) => {
        this.#others = others;
        this.#tell({ type: others.length === 0 ? 'others.absent' : 'others.present' });
      },
      (error: unknown) => {
        // Nothing is sent that may end what cannot be seen.
        this.#cause ??= error;
        this.#tell({ type: 'others.present' });
      },
    );
  }

  sendStop(): void {
    const { clock, stop, callTimeoutMs, logger } = this.options;
    const sent = stopCommand(this.order.device, stop, callTimeoutMs);
    const longest = typeof stop === 'string' ? callsOfLook * callTimeoutMs : this.#graceMs;
    settlesWithin(sent, longest, clock).then(
      () => this.#tell({ type: 'stop.taken' }),
      (err: unknown) => {
        logger.warn({ command: this.follower.commandId, err }, 'A stop was refused.');
        this.#cause ??= err;
        this.#tell({ type: 'stop.failed' });
      },
    );
  }

  awaitStop(): void {
    this.#startGrace(this.#graceMs, { type: 'grace.passed' });
  }

  awaitResult(): void {
    this.#startGrace(this.options.resultGraceMs, { type: 'grace.passed' });
  }

  dropGrace(): void {
    this.options.clock.clearTimeout(this.#grace);
    this.#grace = null;
  }

  holdDeadline(): void {
    this.#deadline.hold();
  }

  goOnWithDeadline(): void {
    this.#deadline.goOn();
  }

  settle(as: LrcEndState): void {
    const { follower, order, options } = this;
    const { commandId, fold, isEndTold } = follower;
    this.#router.leave(follower, commandId);
    this.dropGrace();
    this.#deadline.hold();
    this.#forgetSignal?.();
    const own = commandId === null ? [] : [commandId];
    const mayRun = (as === 'left' || as === 'timedOut') && !isEndTold;
    this.#stillRunning = mayRun ? [...own, ...this.#others] : this.#candidates;
    const result = endOf({
      state: as,
      command: order.command,
      commandId,
      statuses: fold.statuses,
      result: fold.result,
      isResultMissed: fold.isResultMissed,
      failure: this.#failure,
      cause: this.#cause,
      timeoutMs: options.timeoutMs === 'none' ? Number.POSITIVE_INFINITY : options.timeoutMs,
      candidates: this.#candidates,
      stillRunning: this.#stillRunning,
    });
    follower.close();
    this.#ended.resolve(result);
  }

  get #isActive(): boolean {
    return this.#actor.getSnapshot().status === 'active';
  }

  #join(isStrict: boolean): Promise<void> {
    const { recheckMs, callTimeoutMs } = this.options;
    return this.#router.join(this.follower, { isStrict, recheckMs, callTimeoutMs });
  }

  #accept(commandId: string): void {
    const { logger, onAccepted } = this.options;
    this.follower.accepted(commandId);
    Promise.resolve(commandId)
      .then(onAccepted)
      .catch((err: unknown) => logger.error({ command: commandId, err }, '`onAccepted` failed.'));
    this.#tell({ type: 'reply.accepted' });
    if (!this.#isActive) return;
    this.#router.adopt(this.follower, commandId);
    if (this.follower.isUnreachable) this.#tell({ type: 'device.unreachable' });
  }

  async #seek(): Promise<void> {
    if (this.#isSeeking) return;
    this.#isSeeking = true;
    const { command } = this.order;
    try {
      this.#candidates = await this.#router.candidates(command, this.follower.sentAt);
      this.#tell({ type: 'candidates.found' });
    } catch {
      // Looked for again when the device is back, as long as that is waited for.
      this.#candidates = this.#router.told(command, this.follower.sentAt);
    }
    this.#isSeeking = false;
  }

  #startGrace(ms: number, event: LongRunningCommandEvent): void {
    this.dropGrace();
    this.#grace = this.options.clock.setTimeout(() => this.#tell(event), ms);
  }

  #fail(event: LongRunningCommandEvent, thrown: unknown): void {
    if (!this.#isActive) return;
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    this.#failure = { code: ResultCode.FAILED, error };
    this.#tell(event);
  }

  #tell(event: LongRunningCommandEvent): void {
    if (!this.#isActive) return;
    this.#actor.send(event);
    if (event.type === 'device.reachable' && this.state === 'doubting') void this.#seek();
  }
}

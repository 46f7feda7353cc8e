import type { LongRunningCommandEvent } from '../kernel/lrc-machine-types.ts';
import { LrcTaskStatus } from '../kernel/task-state.ts';
import { LrcFold } from '../streams/lrc-fold.ts';
import type { UpdateSource } from '../streams/lrc-fold.ts';
import type { LrcUpdate } from '../streams/lrc-updates.ts';
import { isLrcEnd, nameOfStatus } from '../streams/lrc-words.ts';
import type { LrcMember } from './lrc-device.ts';
import type { ResolvedLrcOptions } from './lrc-options.ts';

/** An id that no list of the device shows within this time is lost, though nobody ever saw it. */
const lostGraceMs = 5_000;

/** What {@link LrcFollower} works with. */
export interface LrcFollowerOptions {
  readonly options: ResolvedLrcOptions;
  /** When the command was sent, in milliseconds since the epoch. */
  readonly sentAt: number;
  readonly tell: (event: LongRunningCommandEvent) => void;
  /** Asks for a look at the device. */
  readonly look: () => void;
}

/** One command's end of the line to its device: folds what comes, and tells the machine the news. */
export class LrcFollower implements LrcMember {
  readonly fold = new LrcFold();
  readonly #parts: LrcFollowerOptions;
  #commandId: string | null = null;
  #sentAt: number;
  #isSeen = false;
  #isUnreachable = false;
  #isClosed = false;
  #timer: unknown = null;

  constructor(parts: LrcFollowerOptions) {
    this.#parts = parts;
    this.#sentAt = parts.sentAt;
  }

  /** The id the device gave the command; null before. */
  get commandId(): string | null {
    return this.#commandId;
  }

  get sentAt(): number {
    return this.#sentAt;
  }

  get isUnreachable(): boolean {
    return this.#isUnreachable;
  }

  /** Whether the device has told that the command ended. */
  get isEndTold(): boolean {
    return this.fold.status !== null && isLrcEnd(this.fold.status);
  }

  /** The command is about to be sent. */
  sent(): void {
    this.#sentAt = this.#parts.options.clock.now();
  }

  accepted(commandId: string): void {
    this.#commandId = commandId;
    this.fold.log.append({ type: 'accepted', at: this.#parts.options.clock.now(), commandId });
  }

  /** Nothing is told any more. */
  close(): void {
    this.#isClosed = true;
    this.#parts.options.clock.clearTimeout(this.#timer);
    this.fold.log.end();
  }

  update(update: LrcUpdate, via: UpdateSource): void {
    if (this.#isClosed) return;
    const { options, tell } = this.#parts;
    this.#isSeen = true;
    const { status, hasResult } = this.fold.apply(update, options.clock.now(), via);
    if (hasResult) tell({ type: 'result.told' });
    if (status !== null) tell({ type: 'status.told', status: nameOfStatus(status) });
    // The status that goes with a result comes with it or at once, or was missed.
    if (hasResult && !this.isEndTold) this.#lookLater();
  }

  unknown(): void {
    const { status } = this.fold;
    // Devices do not list what is being staged.
    const isListed = this.#isSeen && status !== null && status !== LrcTaskStatus.STAGING;
    const isOld = this.#parts.options.clock.now() - this.#sentAt > lostGraceMs;
    if (isListed || isOld) this.#parts.tell({ type: 'command.lost' });
  }

  misunderstood(attribute: string, told: unknown): void {
    const fields = { command: this.#commandId, attribute, told };
    const message = 'The device told of a command what is not in the protocol.';
    this.#parts.options.logger.debug(fields, message);
  }

  unreachable(error: Error): void {
    if (this.#isUnreachable || this.#isClosed) return;
    this.#isUnreachable = true;
    if (this.#commandId !== null) {
      this.fold.log.append({ type: 'unreachable', at: this.#parts.options.clock.now(), error });
    }
    this.#parts.tell({ type: 'device.unreachable' });
  }

  reachable(): void {
    if (!this.#isUnreachable || this.#isClosed) return;
    this.#isUnreachable = false;
    if (this.#commandId !== null) {
      this.fold.log.append({ type: 'reachable', at: this.#parts.options.clock.now() });
    }
    this.#parts.tell({ type: 'device.reachable' });
  }

  closed(): void {
    this.#parts.tell({ type: 'device.closed' });
  }

  #lookLater(): void {
    const { clock, resultGraceMs } = this.#parts.options;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(this.#parts.look, resultGraceMs);
  }
}

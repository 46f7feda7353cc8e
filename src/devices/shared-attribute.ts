import type { Subscriber } from 'rxjs';
import type {
  AttributeEventKind,
  AttributeNotification,
  AttributeValue,
  CallOptions,
  SubscribeOptions,
  ValueSource,
} from '../kernel/device-proxy.ts';
import { messageOf } from '../kernel/task-error.ts';
import { RunstateError } from '../kernel/errors.ts';
import { AttributeListeners } from './attribute-listeners.ts';
import type { ResolvedConnectionOptions } from './connection-options.ts';
import type { DeviceLink, LinkSubscription } from './driver.ts';

/** Where the link to a device is found. */
export interface LinkKeeper {
  readonly name: string;
  readonly options: ResolvedConnectionOptions;
  link(options: CallOptions): Promise<DeviceLink>;
}

/** Events of these kinds come with no value that could be read. */
const withoutValue = new Set<AttributeEventKind>(['dataReady', 'configuration', 'interface']);

/**
 * One attribute and all who listen to it. The device is asked for events once; where it refuses them
 * the attribute is polled, or asked for again; where it falls silent it is read.
 */
export class SharedAttribute {
  readonly #keeper: LinkKeeper;
  readonly #attribute: string;
  readonly #event: AttributeEventKind;
  readonly #onEmpty: () => void;
  readonly #listeners: AttributeListeners;
  /** Numbers the present try to get events: what belongs to an earlier one is dropped. */
  #turn = 0;
  #subscription: LinkSubscription | null = null;
  #isBeginning = false;
  #heardAt = 0;
  #timer: unknown = null;
  #poll: unknown = null;

  constructor(
    keeper: LinkKeeper,
    attribute: string,
    event: AttributeEventKind,
    onEmpty: () => void,
  ) {
    this.#keeper = keeper;
    this.#attribute = attribute;
    this.#event = event;
    this.#onEmpty = onEmpty;
    this.#listeners = new AttributeListeners(attribute, keeper.options.clock);
  }

  /** Takes a listener in, and tells it what is known; call what is returned to leave. */
  join(subscriber: Subscriber<AttributeNotification>, options: SubscribeOptions): () => void {
    const isFirst = this.#listeners.size === 0;
    const isListening = this.#subscription !== null;
    const leave = this.#listeners.join(subscriber, options, isListening);
    const wantsAnswer = options.strict === true && !isListening && !this.#isBeginning;
    if (isFirst || wantsAnswer) this.#begin();
    else if (!isListening && !this.#isBeginning && this.#poll === null) this.#startPolling();
    return () => {
      if (!leave() || this.#listeners.size > 0) return;
      this.#stop();
      this.#onEmpty();
    };
  }

  /** The connection is there again. */
  restore(): void {
    if (this.#subscription === null && !this.#isBeginning) this.#begin();
  }

  linkLost(error: Error): void {
    // A try under way ends with the same error by itself.
    if (this.#isBeginning) return;
    if (this.#subscription === null && this.#listeners.isTroubled) return;
    this.#stop();
    this.#listeners.tellTrouble(error);
  }

  /** The proxy is closed: everybody's stream ends. */
  close(): void {
    this.#stop();
    this.#listeners.complete();
  }

  /** Lets go of events, polling and timers; what was on its way is dropped. */
  #stop(): void {
    const { clock } = this.#keeper.options;
    this.#turn += 1;
    this.#isBeginning = false;
    this.#subscription?.close();
    this.#subscription = null;
    clock.clearTimeout(this.#timer);
    clock.clearTimeout(this.#poll);
    this.#timer = null;
    this.#poll = null;
  }

  /** Asks the device for events, and reads the value that they begin with. */
  #begin(): void {
    this.#stop();
    this.#isBeginning = true;
    const turn = this.#turn;
    const isPresent = (): boolean => turn === this.#turn;
    const { callTimeoutMs: timeoutMs } = this.#keeper.options;
    void this.#listen(turn, isPresent, { timeoutMs }).catch((error: unknown) => {
      if (!isPresent()) return;
      this.#isBeginning = false;
      this.#refused(error instanceof Error ? error : new Error(messageOf(error)));
    });
  }

  async #listen(turn: number, isPresent: () => boolean, call: CallOptions): Promise<void> {
    const link = await this.#keeper.link(call);
    if (!isPresent()) return;
    let events = 0;
    const subscription = await link.listen(
      this.#attribute,
      this.#event,
      {
        value: (value) => {
          events += 1;
          if (isPresent()) this.#tellValue(value, 'event');
        },
        error: (error) => {
          events += 1;
          if (isPresent()) this.#tellError(error);
        },
        gap: (missed) => {
          if (isPresent()) this.#listeners.tellGap(missed);
        },
        lost: (error) => {
          if (isPresent()) this.#eventsLost(error);
        },
      },
      call,
    );
    if (!isPresent()) return subscription.close();
    this.#isBeginning = false;
    this.#subscription = subscription;
    this.#listeners.established();
    this.#heardAt = this.#keeper.options.clock.now();
    this.#watch(turn);
    if (withoutValue.has(this.#event)) return;
    await this.#readFirst(link, isPresent, () => events, call);
  }

  /** An event that came while the value was read is the newer one. */
  async #readFirst(
    link: DeviceLink,
    isPresent: () => boolean,
    events: () => number,
    call: CallOptions,
  ): Promise<void> {
    try {
      const value = await link.read(this.#attribute, call);
      if (isPresent() && events() === 0) this.#tellValue(value, 'read');
    } catch (error) {
      if (isPresent() && events() === 0) this.#tellError(error as Error);
    }
  }

  #refused(thrown: Error): void {
    const error = this.#asRefusal(thrown);
    this.#listeners.refuseStrict(error);
    if (this.#listeners.size === 0) return this.#onEmpty();
    if (!this.#startPolling()) this.#listeners.tellTrouble(error);
    const { clock, retryMs } = this.#keeper.options;
    this.#timer = clock.setTimeout(() => this.#begin(), retryMs);
  }

  #asRefusal(error: Error): Error {
    if (error instanceof RunstateError && error.code !== 'DEV_FAILED') return error;
    const args = [this.#keeper.name, this.#event, this.#attribute, error.message];
    return new RunstateError('SUBSCRIBE_FAILED', args, { cause: error });
  }

  #eventsLost(error: Error): void {
    this.#stop();
    this.#listeners.tellTrouble(error);
    this.#begin();
  }

  /** Reads at the shortest period that anybody gave; false when nobody did. */
  #startPolling(): boolean {
    const { shortestPeriodMs: periodMs } = this.#listeners;
    if (periodMs === null) return false;
    const { clock } = this.#keeper.options;
    const turn = this.#turn;
    const poll = async (): Promise<void> => {
      await this.#pollOnce(turn, 'poll');
      if (turn !== this.#turn) return;
      this.#poll = clock.setTimeout(() => void poll(), periodMs);
    };
    clock.clearTimeout(this.#poll);
    this.#poll = clock.setTimeout(() => void poll(), 0);
    return true;
  }

  async #pollOnce(turn: number, via: ValueSource): Promise<void> {
    const call = { timeoutMs: this.#keeper.options.callTimeoutMs };
    try {
      const link = await this.#keeper.link(call);
      const value = await link.read(this.#attribute, call);
      if (turn === this.#turn) this.#tellValue(value, via);
    } catch (error) {
      if (turn === this.#turn) this.#tellError(error as Error);
    }
  }

  /** A value that changed in silence shows that its event was lost. */
  #watch(turn: number): void {
    const { clock, silenceMs } = this.#keeper.options;
    if (silenceMs === 0 || this.#event !== 'change') return;
    this.#timer = clock.setTimeout(() => {
      const silentMs = clock.now() - this.#heardAt;
      if (silentMs < silenceMs) return this.#watch(turn);
      void this.#lookInSilence(turn).then(() => {
        if (turn === this.#turn) this.#watch(turn);
      });
    }, silenceMs);
  }

  async #lookInSilence(turn: number): Promise<void> {
    const call = { timeoutMs: this.#keeper.options.callTimeoutMs };
    try {
      const link = await this.#keeper.link(call);
      const value = await link.read(this.#attribute, call);
      if (turn !== this.#turn || !this.#listeners.isNews(value)) return;
      this.#listeners.tellGap(null);
      this.#tellValue(value, 'poll');
      this.#begin();
    } catch {
      // What cannot be read is told by the connection, or by the next event.
    }
  }

  #tellValue(value: AttributeValue, via: ValueSource): void {
    this.#heardAt = this.#keeper.options.clock.now();
    this.#listeners.tellValue(value, via);
  }

  #tellError(error: Error): void {
    this.#heardAt = this.#keeper.options.clock.now();
    this.#listeners.tellError(error);
  }
}

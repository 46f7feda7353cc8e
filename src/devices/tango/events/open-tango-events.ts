import { systemClock } from '../../../kernel/clock.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { AttributeEventKind, CallOptions } from '../../../kernel/device-proxy.ts';
import { RunstateError } from '../../../kernel/errors.ts';
import { messageOf } from '../../../kernel/task-error.ts';
import type { LinkListener, LinkSubscription } from '../../driver.ts';
import { useSocket } from '../zmtp/shared-sockets.ts';
import type { UsedSocket } from '../zmtp/shared-sockets.ts';
import { readEvent } from './event-message.ts';
import type { EventServer, OpenEvents, TangoEvents } from './event-port.ts';
import { atHost, readSubscriptionReply } from './subscription-reply.ts';
import type { SubscriptionReply } from './subscription-reply.ts';

/** What TANGO calls the kinds of event. */
const wireNames = {
  change: 'change',
  periodic: 'periodic',
  archive: 'archive',
  user: 'user_event',
  dataReady: 'data_ready',
  configuration: 'attr_conf',
  interface: 'intr_change',
} as const satisfies Record<AttributeEventKind, string>;

/** The version of TANGO's interface whose events are understood. */
const interfaceVersion = '5';
/** A server sends nothing more to who has not asked again for ten minutes. */
const askAgainMs = 200_000;
/** A server sends a heartbeat every 9 s; after three that did not come it is lost. */
const silenceMs = 30_000;

/** Takes events of TANGO's servers, over ZeroMQ. */
export const openTangoEvents =
  ({ clock = systemClock }: { readonly clock?: Clock } = {}): OpenEvents =>
  (server) =>
    new ServerEvents(server, clock);

/** The events of one device. */
class ServerEvents implements TangoEvents {
  readonly #server: EventServer;
  readonly #clock: Clock;
  readonly #open = new Set<EventSubscription>();

  constructor(server: EventServer, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
  }

  async listen(
    attribute: string,
    event: AttributeEventKind,
    listener: LinkListener,
    options: CallOptions,
  ): Promise<LinkSubscription> {
    const { path } = this.#server;
    const order = [path, attribute.toLowerCase(), 'subscribe', wireNames[event], interfaceVersion];
    const ask = (): Promise<unknown> =>
      this.#server.adminCommand('ZmqEventSubscriptionChange', order, options);
    const reply = readSubscriptionReply(await ask(), this.#server.device);
    const [events, heartbeats] = await this.#connect(reply, options);
    const subscription = new EventSubscription(
      { attribute, event, reply, events, heartbeats, listener, ask },
      this.#clock,
      () => this.#open.delete(subscription),
    );
    this.#open.add(subscription);
    // The subscription travels beside this call: when it is answered the server has heard of both.
    await ask();
    return subscription;
  }

  close(): void {
    for (const subscription of this.#open) subscription.close();
  }

  /** The first pair of endpoints that can be reached; the server's own address is the last resort. */
  async #connect(
    { endpoints }: SubscriptionReply,
    { timeoutMs = 3_000 }: CallOptions,
  ): Promise<readonly [UsedSocket, UsedSocket]> {
    const host = this.#server.host();
    const [main] = endpoints;
    const resort =
      host === undefined || main === undefined
        ? []
        : [{ heartbeat: atHost(main.heartbeat, host), event: atHost(main.event, host) }];
    let last: unknown = null;
    for (const { heartbeat, event } of [...endpoints.filter(isReachable), ...resort]) {
      try {
        const events = await useSocket(event, timeoutMs);
        try {
          return [events, await useSocket(heartbeat, timeoutMs)];
        } catch (error) {
          events.leave();
          throw error;
        }
      } catch (error) {
        last = error;
      }
    }
    throw last ?? new RunstateError('DEVICE_UNREACHABLE', [this.#server.device, 'no endpoint']);
  }
}

/** Whether an endpoint names a host, and not all addresses of one. */
const isReachable = ({ event }: { readonly event: string }): boolean =>
  !/^tcp:\/\/(?:0\.0\.0\.0|\*|\[::\]):/.test(event);

interface SubscriptionParts {
  readonly attribute: string;
  readonly event: AttributeEventKind;
  readonly reply: SubscriptionReply;
  readonly events: UsedSocket;
  readonly heartbeats: UsedSocket;
  readonly listener: LinkListener;
  readonly ask: () => Promise<unknown>;
}

/** The events of one attribute and kind, and what watches that they come. */
class EventSubscription implements LinkSubscription {
  readonly #parts: SubscriptionParts;
  readonly #clock: Clock;
  readonly #onClose: () => void;
  readonly #leave: readonly (() => void)[];
  #counter: number | null = null;
  #heardAt: number;
  #again: unknown;
  #watch: unknown;
  #isOpen = true;

  constructor(parts: SubscriptionParts, clock: Clock, onClose: () => void) {
    this.#parts = parts;
    this.#clock = clock;
    this.#onClose = onClose;
    const { reply, events, heartbeats } = parts;
    this.#heardAt = clock.now();
    this.#leave = [
      events.socket.subscribe(reply.topic, (frames) => this.#take(frames)),
      heartbeats.socket.subscribe(reply.heartbeatTopic, () => {
        this.#heardAt = clock.now();
      }),
    ];
    for (const { socket } of [events, heartbeats]) {
      void socket.closed.then((error) => {
        if (error !== null) this.#lose(error);
      });
    }
    this.#again = clock.setTimeout(() => this.#askAgain(), askAgainMs);
    this.#watch = clock.setTimeout(() => this.#listenForHeart(), silenceMs);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#clock.clearTimeout(this.#again);
    this.#clock.clearTimeout(this.#watch);
    for (const leave of this.#leave) leave();
    this.#parts.events.leave();
    this.#parts.heartbeats.leave();
    this.#onClose();
  }

  #take(frames: readonly Buffer[]): void {
    const { event, attribute, listener } = this.#parts;
    const now = this.#clock.now();
    this.#heardAt = now;
    try {
      const { counter, told } = readEvent(frames, event, attribute, now);
      if (!this.#isNew(counter)) return;
      if (told instanceof Error) listener.error(told);
      else listener.value(told);
    } catch (error) {
      listener.error(
        new RunstateError('DEVICE_PROTOCOL', [attribute, `an event is none: ${messageOf(error)}`]),
      );
    }
  }

  /** A number that came is not news; one that was left out is a gap; a lower one is a new server. */
  #isNew(counter: number): boolean {
    const before = this.#counter;
    this.#counter = counter;
    if (counter === 0 || before === null) return true;
    if (counter === before) return false;
    if (counter < before) this.#parts.listener.gap(null);
    else if (counter > before + 1) this.#parts.listener.gap(counter - before - 1);
    return true;
  }

  #askAgain(): void {
    this.#again = this.#clock.setTimeout(() => this.#askAgain(), askAgainMs);
    this.#parts.ask().catch((error: unknown) => {
      this.#lose(error instanceof Error ? error : new Error(messageOf(error)));
    });
  }

  #listenForHeart(): void {
    const silentMs = this.#clock.now() - this.#heardAt;
    if (silentMs >= silenceMs) {
      const why = `its server has sent no heartbeat for ${Math.round(silentMs / 1000)} s`;
      this.#lose(new RunstateError('DEVICE_UNREACHABLE', [this.#parts.attribute, why]));
      return;
    }
    this.#watch = this.#clock.setTimeout(() => this.#listenForHeart(), silenceMs - silentMs);
  }

  #lose(error: Error): void {
    if (!this.#isOpen) return;
    this.close();
    this.#parts.listener.lost(error);
  }
}

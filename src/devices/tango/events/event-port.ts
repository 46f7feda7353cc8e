import type { AttributeEventKind, CallOptions } from '../../../kernel/device-proxy.ts';
import type { LinkListener, LinkSubscription } from '../../driver.ts';

/** What the events of a device need of the connection to its server. */
export interface EventServer {
  /** The device's canonical name, such as `tango://host:10000/a/b/c`, `#dbase=no` without a database. */
  readonly device: string;
  /** The device's name without the host, in lower case; never an alias. */
  readonly path: string;
  /** The address at which the server is reached now; undefined once it is lost. */
  host(): string | undefined;
  /**
   * Sends a command to the device that administers the server. It is one that may be sent again, so it
   * rejects with `DEVICE_UNREACHABLE` or `DEVICE_TIMEOUT`, or with what the server refused with.
   */
  adminCommand(name: string, args: unknown, options: CallOptions): Promise<unknown>;
}

/** The events of one device, through one connection to its server. */
export interface TangoEvents {
  /** As `listen` of {@link DeviceLink}. */
  listen(
    attribute: string,
    event: AttributeEventKind,
    listener: LinkListener,
    options: CallOptions,
  ): Promise<LinkSubscription>;
  /** Ends all events without a word to the listeners. */
  close(): void;
}

/** Begins to take events from a server. */
export type OpenEvents = (server: EventServer) => TangoEvents;

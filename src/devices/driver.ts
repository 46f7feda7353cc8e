import type {
  AttributeEventKind,
  AttributeValue,
  CallOptions,
  DeviceInfo,
} from '../kernel/device-proxy.ts';

/**
 * What a kind of device is to the connection that keeps it: a way to reach it, once. Reconnecting,
 * sharing subscriptions, polling and staleness are the connection's affair and the same for all.
 */
export interface DeviceDriver {
  /** The device's canonical name: two drivers of the same name reach the same device. */
  readonly name: string;
  /** How long to wait between attempts to connect, in milliseconds. */
  readonly backoff: { readonly baseMs: number; readonly maxMs: number };
  /** Reaches the device; rejects with `DEVICE_UNREACHABLE`, or with what the device refused with. */
  connect(options: CallOptions): Promise<DeviceLink>;
}

/** A device that was reached, until it is lost. */
export interface DeviceLink {
  /** Resolves once, with why, when the device is lost; null when `close` was called. */
  readonly closed: Promise<Error | null>;
  /**
   * Sends a command, at most once. Rejects with `OUTCOME_UNKNOWN` when its bytes may have left and no
   * answer came, with `DEVICE_UNREACHABLE` when they have not.
   */
  command(name: string, args: unknown, options: CallOptions): Promise<unknown>;
  read(attribute: string, options: CallOptions): Promise<AttributeValue>;
  /** As `command`. */
  write(attribute: string, value: unknown, options: CallOptions): Promise<void>;
  /**
   * Asks the device to send events of an attribute. Resolves when it has agreed; rejects with what it
   * refused with. Events may come before that.
   */
  listen(
    attribute: string,
    event: AttributeEventKind,
    listener: LinkListener,
    options: CallOptions,
  ): Promise<LinkSubscription>;
  state(options: CallOptions): Promise<string>;
  status(options: CallOptions): Promise<string>;
  info(options: CallOptions): Promise<DeviceInfo>;
  close(): void;
}

/** Told of the events of one attribute, in the device's order. */
export interface LinkListener {
  value(value: AttributeValue): void;
  /** The device sent an error in place of a value; events go on. */
  error(error: Error): void;
  /** Events were lost, so many when that is known. */
  gap(missed: number | null): void;
  /** No event comes any more, though the device may be there; listening is begun anew. */
  lost(error: Error): void;
}

/** Ends the events of one attribute. */
export interface LinkSubscription {
  close(): void;
}

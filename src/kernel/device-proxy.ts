import type { Observable } from 'rxjs';

/** How far a value can be trusted, in TANGO's words. */
export type AttributeQuality = 'valid' | 'invalid' | 'alarm' | 'changing' | 'warning';

/** A value of an attribute, as a device gave it. */
export interface AttributeValue<T = unknown> {
  /** The attribute's name, as the device spells it. */
  readonly attribute: string;
  /** A scalar, a list, or a list of rows; null when the quality is `invalid`. */
  readonly value: T;
  readonly quality: AttributeQuality;
  /** When the device took it, in milliseconds since the epoch. */
  readonly at: number;
  /** `[]` for a scalar, `[x]` for a spectrum, `[x, y]` for an image of `y` rows. */
  readonly shape: readonly number[];
  /** What was last written, of an attribute that can be written. */
  readonly written?: unknown;
}

/** How a value came: the device told it, it was read when listening began, or it is polled. */
export type ValueSource = 'event' | 'read' | 'poll';

/** A value, as those who listen to an attribute are told of it. */
export interface ValueNotification<T = unknown> extends AttributeValue<T> {
  readonly type: 'value';
  readonly via: ValueSource;
  /** When it came here, in milliseconds since the epoch. */
  readonly receivedAt: number;
  /** It was the last one before the device, or its events, were lost: it may be true no more. */
  readonly isStale: boolean;
}

/** The attribute, its events or the device cannot be had at this moment; the stream goes on. */
export interface ErrorNotification {
  readonly type: 'error';
  readonly attribute: string;
  readonly error: Error;
  /** When it was noticed, in milliseconds since the epoch. */
  readonly receivedAt: number;
}

/** Events that did not come; a read of the attribute follows as a value. */
export interface GapNotification {
  readonly type: 'gap';
  readonly attribute: string;
  /** How many; null when that is not known. */
  readonly missed: number | null;
  readonly receivedAt: number;
}

/** What those who listen to an attribute are told. */
export type AttributeNotification<T = unknown> =
  | ValueNotification<T>
  | ErrorNotification
  | GapNotification;

/** The kinds of event of TANGO; simulated devices have `change`, `periodic`, `archive` and `user`. */
export type AttributeEventKind =
  | 'change'
  | 'periodic'
  | 'archive'
  | 'user'
  | 'dataReady'
  | 'configuration'
  | 'interface';

/** How an attribute is listened to. */
export interface SubscribeOptions {
  /** @defaultValue `'change'` */
  readonly event?: AttributeEventKind;
  /**
   * The stream errors at once when the device is down or refuses to send events. Otherwise it tells
   * of that as an error notification and tries again.
   *
   * @defaultValue `false`
   */
  readonly strict?: boolean;
  /**
   * Reads the attribute so often, in milliseconds, where the device refuses to send events or falls
   * silent; without it a refusal is told again and again until it is withdrawn.
   */
  readonly periodMs?: number;
}

/** How long a call may take. */
export interface CallOptions {
  /**
   * In milliseconds.
   *
   * @defaultValue `3_000`
   */
  readonly timeoutMs?: number;
  /** Gives up waiting; what has been sent cannot be called back. */
  readonly signal?: AbortSignal;
}

/** Where a connection stands. */
export type ConnectionPhase = 'idle' | 'connecting' | 'connected' | 'lost' | 'closed';

/** A device's connection as people see it. */
export interface ConnectionState {
  readonly phase: ConnectionPhase;
  /** Since when, in milliseconds since the epoch. */
  readonly since: number;
  /** Attempts to connect since it was last connected. */
  readonly attempts: number;
  /** When the next attempt is made; null when none is waited for. */
  readonly retryAt: number | null;
  /** Why it is not connected; null when it is, or was never tried. */
  readonly error: Error | null;
}

/** A command of a device. */
export interface CommandInfo {
  readonly name: string;
  readonly inType: string;
  readonly outType: string;
  readonly inDescription?: string;
  readonly outDescription?: string;
}

/** An attribute of a device. */
export interface AttributeInfo {
  readonly name: string;
  readonly type: string;
  readonly format: 'scalar' | 'spectrum' | 'image';
  readonly isWritable: boolean;
  readonly unit?: string;
  readonly description?: string;
  /** The labels of an enumeration, by value. */
  readonly labels?: readonly string[];
  readonly maxDimX?: number;
  readonly maxDimY?: number;
}

/** What a device says of itself. */
export interface DeviceInfo {
  readonly name: string;
  readonly class: string;
  readonly server: string;
  readonly host?: string;
  readonly commands: readonly CommandInfo[];
  readonly attributes: readonly AttributeInfo[];
}

/**
 * A device, as commands are sent through it. One proxy keeps one connection, whoever uses it, and
 * one subscription for each attribute, however many listen.
 *
 * Calls reject with {@link RunstateError}: `DEVICE_UNREACHABLE` when nothing was sent,
 * `OUTCOME_UNKNOWN` when a command or write may have arrived and no answer came, `DEVICE_CLOSED`;
 * and with {@link DevFailed} when the device itself refused. A command and a write are sent at most
 * once, whatever happens; only reads are sent again.
 */
export interface DeviceProxy extends AsyncDisposable {
  /** The device's canonical name, such as `tango://host:10000/sys/tg_test/1`. */
  readonly name: string;
  readonly connection: ConnectionState;
  /** The connection's state now, and every change of it. */
  readonly connection$: Observable<ConnectionState>;
  /** Sends a command, at most once, and gives its answer. */
  command(name: string, args?: unknown, options?: CallOptions): Promise<unknown>;
  /** Reads one attribute. */
  read(attribute: string, options?: CallOptions): Promise<AttributeValue>;
  /** Writes one attribute, at most once. */
  write(attribute: string, value: unknown, options?: CallOptions): Promise<void>;
  /**
   * Listens to an attribute. Whoever comes later is told the last value at once. What is told is in
   * the order of the device; a strict stream tells something as soon as the device has agreed to send
   * events: the value read then, or the error of that read.
   */
  subscribe(attribute: string, options?: SubscribeOptions): Observable<AttributeNotification>;
  /** The device's own state, such as `ON` or `MOVING`. */
  state(options?: CallOptions): Promise<string>;
  /** The device's own words about its state. */
  status(options?: CallOptions): Promise<string>;
  /** What it is, and what can be asked of it. */
  info(options?: CallOptions): Promise<DeviceInfo>;
  /** Ends all subscriptions and the connection. */
  close(): Promise<void>;
}

/** Whether a value from outside is a device proxy. */
export const isDevice = (value: unknown): value is DeviceProxy =>
  typeof value === 'object' &&
  value !== null &&
  ['command', 'read', 'write', 'subscribe', 'close'].every(
    (name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function',
  ) &&
  typeof (value as Readonly<Record<string, unknown>>)['name'] === 'string';

import { BehaviorSubject, Observable } from 'rxjs';
import type { Subscriber } from 'rxjs';
import { DevFailed } from '../../src/kernel/device-errors.ts';
import type {
  AttributeNotification,
  AttributeValue,
  CallOptions,
  ConnectionPhase,
  ConnectionState,
  DeviceInfo,
  DeviceProxy,
  SubscribeOptions,
  ValueSource,
} from '../../src/kernel/device-proxy.ts';
import { RunstateError } from '../../src/kernel/errors.ts';
import type { LrcTaskStatus } from '../../src/kernel/task-state.ts';

/** Answers a command of the device; may throw or never answer. */
export type CommandScript = (args: unknown) => unknown;

/** What a device's event of version 2 tells. */
export interface ToldUpdate {
  readonly status?: LrcTaskStatus | string;
  readonly progress?: number | string;
  readonly result?: unknown;
}

export const devFailed = (reason: string, description = reason): DevFailed =>
  new DevFailed([{ reason, severity: 'ERR', description, origin: 'the device' }]);

/** A device in the same process that does what a test says, call by call and event by event. */
export class ScriptedDevice implements DeviceProxy {
  readonly name: string;
  /** Every command that arrived, with its arguments. */
  readonly commands: (readonly [string, unknown])[] = [];
  /** Every attribute that was read. */
  readonly reads: string[] = [];
  readonly attributes = new Map<string, unknown>();
  readonly scripts = new Map<string, CommandScript>();
  readonly #connection = new BehaviorSubject<ConnectionState>({
    phase: 'connected',
    since: 0,
    attempts: 0,
    retryAt: null,
    error: null,
  });
  readonly #listeners = new Map<string, Set<Subscriber<AttributeNotification>>>();
  readonly #refusals = new Map<string, Error>();

  constructor(protocol: 1 | 2, name = `sim:${protocol}`) {
    this.name = name;
    if (protocol === 2) {
      this.attributes.set('lrcProtocolVersions', [1n, 2n]);
      this.attributes.set('_lrcEvent', []);
      for (const list of ['lrcQueue', 'lrcExecuting', 'lrcFinished']) this.attributes.set(list, []);
    }
    this.attributes.set('longRunningCommandStatus', []);
    this.attributes.set('longRunningCommandProgress', null);
    this.attributes.set('longRunningCommandResult', ['', '']);
    this.scripts.set('CheckLongRunningCommandStatus', () => 'NOT_FOUND');
  }

  get connection(): ConnectionState {
    return this.#connection.value;
  }

  get connection$(): Observable<ConnectionState> {
    return this.#connection.asObservable();
  }

  /** How many listen, to attributes and to the connection. */
  get listeners(): number {
    const attributes = [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
    return attributes + (this.#connection.observed ? 1 : 0);
  }

  /** The attributes that somebody listens to, once for each who does. */
  get heard(): readonly string[] {
    return [...this.#listeners].flatMap(([name, { size }]) =>
      Array.from({ length: size }, () => name),
    );
  }

  get closed(): boolean {
    return this.connection.phase === 'closed';
  }

  /** The device is not reached any more, or again. */
  go(phase: ConnectionPhase, error: Error | null = null): void {
    this.#connection.next({ ...this.connection, phase, error });
  }

  /** The device sends no events of an attribute. */
  refuseEvents(attribute: string, error: Error): void {
    this.#refusals.set(attribute, error);
  }

  /** The stream of an attribute ends with an error, as one that was strict may. */
  breakEvents(attribute: string, error: Error): void {
    const listeners = [...(this.#listeners.get(attribute) ?? [])];
    // Whoever listens anew is not told again.
    listeners.forEach((listener) => listener.error(error));
  }

  /** Sends an event of an attribute. */
  event(attribute: string, value: unknown, via: ValueSource = 'event'): void {
    const told = this.#value(attribute, value);
    this.notify(attribute, { ...told, type: 'value', via, receivedAt: 0, isStale: false });
  }

  notify(attribute: string, notification: AttributeNotification): void {
    this.#listeners.get(attribute)?.forEach((listener) => listener.next(notification));
  }

  gap(attribute: string): void {
    this.notify(attribute, { type: 'gap', attribute, missed: null, receivedAt: 0 });
  }

  fault(attribute: string, error: Error): void {
    this.notify(attribute, { type: 'error', attribute, error, receivedAt: 0 });
  }

  /** Tells of a command in version 2. */
  tell(id: string, update: ToldUpdate): void {
    this.event('_lrcEvent', [id, JSON.stringify(update)]);
  }

  async command(name: string, args?: unknown, _options?: CallOptions): Promise<unknown> {
    this.commands.push([name, args]);
    const script = this.scripts.get(name);
    if (script === undefined) throw devFailed('API_CommandNotFound', `no command ${name}`);
    return script(args);
  }

  async read(attribute: string, _options?: CallOptions): Promise<AttributeValue> {
    this.reads.push(attribute);
    if (this.connection.phase !== 'connected') {
      throw new RunstateError('DEVICE_UNREACHABLE', [this.name, 'it is away']);
    }
    const value = this.attributes.get(attribute);
    if (value instanceof Error) throw value;
    if (value === undefined) throw devFailed('API_AttrNotFound', `no attribute ${attribute}`);
    return this.#value(attribute, value);
  }

  async write(attribute: string, value: unknown): Promise<void> {
    this.attributes.set(attribute, value);
  }

  subscribe(
    attribute: string,
    { strict = false }: SubscribeOptions = {},
  ): Observable<AttributeNotification> {
    return new Observable((subscriber) => {
      const away =
        this.connection.phase === 'connected'
          ? null
          : new RunstateError('DEVICE_UNREACHABLE', [this.name, 'it is away']);
      const refusal = this.#refusals.get(attribute) ?? away;
      if (refusal !== null && strict) {
        subscriber.error(refusal);
        return;
      }
      const listeners = this.#listeners.get(attribute) ?? new Set();
      this.#listeners.set(attribute, listeners);
      listeners.add(subscriber);
      subscriber.add(() => listeners.delete(subscriber));
      const value = this.attributes.get(attribute);
      if (refusal !== null) {
        subscriber.next({ type: 'error', attribute, error: refusal, receivedAt: 0 });
      } else {
        const told = this.#value(attribute, value ?? null);
        subscriber.next({ ...told, type: 'value', via: 'read', receivedAt: 0, isStale: false });
      }
    });
  }

  async state(): Promise<string> {
    return 'ON';
  }

  async status(): Promise<string> {
    return 'The device is on.';
  }

  async info(): Promise<DeviceInfo> {
    return { name: this.name, class: 'Scripted', server: 'test', commands: [], attributes: [] };
  }

  async close(): Promise<void> {
    this.go('closed');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #value(attribute: string, value: unknown): AttributeValue {
    return { attribute, value, quality: 'valid', at: 0, shape: [] };
  }
}

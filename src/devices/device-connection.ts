import { BehaviorSubject, Observable } from 'rxjs';
import type {
  AttributeNotification,
  AttributeValue,
  CallOptions,
  ConnectionState,
  DeviceInfo,
  DeviceProxy,
  SubscribeOptions,
} from '../kernel/device-proxy.ts';
import type {
  ConnectionMachineContext,
  ConnectionMachineEvent,
} from '../kernel/connection-machine-types.ts';
import { isRunstateError, RunstateError } from '../kernel/errors.ts';
import { onAbort } from '../kernel/on-abort.ts';
import { messageOf } from '../kernel/task-error.ts';
import { connectionActor } from './connection-logic.ts';
import type { ConnectionRef } from './connection-logic.ts';
import { resolveConnectionOptions } from './connection-options.ts';
import type { ConnectionOptions, ResolvedConnectionOptions } from './connection-options.ts';
import type { DeviceDriver, DeviceLink } from './driver.ts';
import { SharedAttribute } from './shared-attribute.ts';
import type { LinkKeeper } from './shared-attribute.ts';

interface Waiter {
  resolve(link: DeviceLink): void;
  reject(error: Error): void;
}

/**
 * Keeps a device: one connection, whoever calls, which is made when it is first wanted and made again
 * whenever it is lost; and one subscription for each attribute, however many listen.
 */
export class DeviceConnection implements DeviceProxy, LinkKeeper {
  readonly name: string;
  readonly options: ResolvedConnectionOptions;
  readonly #driver: DeviceDriver;
  readonly #actor: ConnectionRef;
  readonly #state: BehaviorSubject<ConnectionState>;
  readonly #shared = new Map<string, SharedAttribute>();
  readonly #waiters = new Set<Waiter>();
  #link: DeviceLink | null = null;
  #retry: unknown = null;
  #retryAt: number | null = null;

  constructor(driver: DeviceDriver, options: ConnectionOptions = {}) {
    this.name = driver.name;
    this.options = resolveConnectionOptions(options);
    this.#driver = driver;
    const since = this.options.clock.now();
    this.#state = new BehaviorSubject<ConnectionState>({
      phase: 'idle',
      since,
      attempts: 0,
      retryAt: null,
      error: null,
    });
    this.#actor = connectionActor(driver.name, {
      connect: (context) => void this.#connect(context),
      restore: () => this.#restore(),
      tellLost: ({ error }) => this.#lose(error),
      scheduleRetry: (context) => this.#scheduleRetry(context),
      dropRetry: () => this.#dropRetry(),
      end: () => this.#end(),
    });
    this.#actor.subscribe(() => this.#tellState());
    this.#actor.start();
  }

  get connection(): ConnectionState {
    return this.#state.value;
  }

  get connection$(): Observable<ConnectionState> {
    return this.#state.asObservable();
  }

  async command(name: string, args?: unknown, options: CallOptions = {}): Promise<unknown> {
    const call = this.#call(options);
    const link = await this.link(call);
    return link.command(name, args, call);
  }

  read(attribute: string, options: CallOptions = {}): Promise<AttributeValue> {
    return this.#again((link, call) => link.read(attribute, call), options);
  }

  async write(attribute: string, value: unknown, options: CallOptions = {}): Promise<void> {
    const call = this.#call(options);
    const link = await this.link(call);
    await link.write(attribute, value, call);
  }

  subscribe(attribute: string, options: SubscribeOptions = {}): Observable<AttributeNotification> {
    const { event = 'change' } = options;
    return new Observable((subscriber) => {
      if (this.#isClosed) return subscriber.error(this.#closedError());
      const key = `${event} ${attribute.toLowerCase()}`;
      let shared = this.#shared.get(key);
      if (shared === undefined) {
        shared = new SharedAttribute(this, attribute, event, () => this.#shared.delete(key));
        this.#shared.set(key, shared);
      }
      const leave = shared.join(subscriber, options);
      return leave;
    });
  }

  state(options: CallOptions = {}): Promise<string> {
    return this.#again((link, call) => link.state(call), options);
  }

  status(options: CallOptions = {}): Promise<string> {
    return this.#again((link, call) => link.status(call), options);
  }

  info(options: CallOptions = {}): Promise<DeviceInfo> {
    return this.#again((link, call) => link.info(call), options);
  }

  close(): Promise<void> {
    this.#send({ type: 'proxy.close' });
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The link, made first where there is none; rejects with `DEVICE_UNREACHABLE`. */
  link({ timeoutMs = this.options.callTimeoutMs, signal }: CallOptions): Promise<DeviceLink> {
    if (this.#isClosed) return Promise.reject(this.#closedError());
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    if (this.#link !== null) return Promise.resolve(this.#link);
    const { clock } = this.options;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clock.clearTimeout(timer);
        forget?.();
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: (link) => {
          leave();
          resolve(link);
        },
        reject: (error) => {
          leave();
          reject(error);
        },
      };
      const timer = clock.setTimeout(
        () => waiter.reject(this.#unreachable(`it did not answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      const forget =
        signal === undefined ? null : onAbort(signal, () => waiter.reject(signal.reason as Error));
      this.#waiters.add(waiter);
      this.#send({ type: 'device.wanted' });
    });
  }

  get #isClosed(): boolean {
    return this.#actor.getSnapshot().status !== 'active';
  }

  /** What comes after the end, such as the news that its link is gone, is no news. */
  #send(event: ConnectionMachineEvent): void {
    if (!this.#isClosed) this.#actor.send(event);
  }

  #call(options: CallOptions): CallOptions {
    return { timeoutMs: this.options.callTimeoutMs, ...options };
  }

  /** What changes nothing may be asked for once more when the connection was lost under it. */
  async #again<T>(
    ask: (link: DeviceLink, call: CallOptions) => Promise<T>,
    options: CallOptions,
  ): Promise<T> {
    const call = this.#call(options);
    const link = await this.link(call);
    try {
      return await ask(link, call);
    } catch (error) {
      if (!isRunstateError(error, 'DEVICE_UNREACHABLE') || this.#isClosed) throw error;
      if (this.#link === link) throw error;
      return ask(await this.link(call), call);
    }
  }

  async #connect({ attempt }: ConnectionMachineContext): Promise<void> {
    try {
      const link = await this.#driver.connect({ timeoutMs: this.options.callTimeoutMs });
      if (this.#isStale(attempt)) return link.close();
      this.#link = link;
      void link.closed.then((error) => {
        const lost = error ?? this.#unreachable('the connection was closed');
        this.#send({ type: 'link.lost', attempt, error: lost });
      });
      this.#send({ type: 'link.made', attempt });
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : this.#unreachable(messageOf(thrown));
      this.#send({ type: 'link.refused', attempt, error });
    }
  }

  #isStale(attempt: number): boolean {
    const snapshot = this.#actor.getSnapshot();
    return snapshot.value !== 'connecting' || snapshot.context.attempt !== attempt;
  }

  #restore(): void {
    const link = this.#link as DeviceLink;
    for (const waiter of this.#waiters) waiter.resolve(link);
    for (const shared of this.#shared.values()) shared.restore();
  }

  #lose(thrown: Error | null): void {
    this.#link = null;
    const error = isRunstateError(thrown)
      ? thrown
      : this.#unreachable(thrown === null ? 'it is away' : thrown.message, thrown);
    for (const waiter of this.#waiters) waiter.reject(error);
    for (const shared of this.#shared.values()) shared.linkLost(error);
  }

  /** Nobody waits for a device that nobody listens to: the next call tries it again. */
  #scheduleRetry({ attempt, failures }: ConnectionMachineContext): void {
    if (this.#shared.size === 0) return;
    const { clock } = this.options;
    const { baseMs, maxMs } = this.#driver.backoff;
    const delayMs = Math.min(maxMs, baseMs * 2 ** Math.min(30, Math.max(0, failures - 1)));
    this.#retryAt = clock.now() + delayMs;
    this.#retry = clock.setTimeout(() => this.#send({ type: 'retry.due', attempt }), delayMs);
  }

  #dropRetry(): void {
    this.options.clock.clearTimeout(this.#retry);
    this.#retry = null;
    this.#retryAt = null;
  }

  #end(): void {
    const error = this.#closedError();
    this.#link?.close();
    this.#link = null;
    for (const waiter of this.#waiters) waiter.reject(error);
    for (const shared of this.#shared.values()) shared.close();
    this.#shared.clear();
  }

  #tellState(): void {
    const { value, context } = this.#actor.getSnapshot();
    const { phase } = this.#state.value;
    const isSame = phase === value;
    this.#state.next({
      phase: value,
      since: isSame ? this.#state.value.since : this.options.clock.now(),
      attempts: context.failures,
      retryAt: this.#retryAt,
      error: context.error,
    });
    if (value === 'closed') this.#state.complete();
  }

  #unreachable(why: string, cause?: unknown): RunstateError {
    return new RunstateError('DEVICE_UNREACHABLE', [this.name, why], { cause });
  }

  #closedError(): RunstateError {
    return new RunstateError('DEVICE_CLOSED', [this.name]);
  }
}

/** Keeps a device that a driver reaches. */
export const connectDevice = (driver: DeviceDriver, options?: ConnectionOptions): DeviceProxy =>
  new DeviceConnection(driver, options);

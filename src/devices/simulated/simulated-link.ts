import type { Clock } from '../../kernel/clock.ts';
import type {
  AttributeEventKind,
  AttributeValue,
  CallOptions,
  DeviceInfo,
} from '../../kernel/device-proxy.ts';
import { RunstateError } from '../../kernel/errors.ts';
import { onAbort } from '../../kernel/on-abort.ts';
import type { DeviceLink, LinkListener, LinkSubscription } from '../driver.ts';
import type { SimCall, SimEvent } from './sim-call.ts';

/** What carries calls to a simulated device, and its events back. */
export interface SimChannel {
  readonly closed: Promise<Error | null>;
  /** Rejects with `ChannelBroken` when the channel ends first, and else as the device refuses. */
  request(call: SimCall): Promise<unknown>;
  onEvent(handle: (event: SimEvent) => void): void;
  close(): void;
}

/** The channel ended before the answer came. */
export class ChannelBroken extends Error {
  override readonly name = 'ChannelBroken';
  /** Whether the call may have arrived. */
  readonly wasSent: boolean;

  constructor(message: string, wasSent: boolean) {
    super(message);
    this.wasSent = wasSent;
  }
}

const defaultTimeoutMs = 3_000;

/** Calls whose answer is lost may have been carried out. */
const isRisky = ({ call }: SimCall): boolean => call === 'command' || call === 'write';

const whatOf = (call: SimCall): string =>
  'name' in call ? `${call.call} ${call.name}` : call.call;

/** A simulated device that was reached. */
export class SimulatedLink implements DeviceLink {
  readonly closed: Promise<Error | null>;
  readonly #name: string;
  readonly #channel: SimChannel;
  readonly #clock: Clock;
  readonly #listeners = new Map<number, LinkListener>();
  #subscriptions = 0;

  constructor(name: string, channel: SimChannel, clock: Clock) {
    this.#name = name;
    this.#channel = channel;
    this.#clock = clock;
    this.closed = channel.closed;
    channel.onEvent(({ subscription, value, error }) => {
      const listener = this.#listeners.get(subscription);
      if (value !== undefined) listener?.value(value);
      else listener?.error(error instanceof Error ? error : new Error(String(error)));
    });
  }

  command(name: string, args: unknown, options: CallOptions): Promise<unknown> {
    return this.#ask({ call: 'command', name, args: args ?? null }, options);
  }

  read(name: string, options: CallOptions): Promise<AttributeValue> {
    return this.#ask({ call: 'read', name }, options) as Promise<AttributeValue>;
  }

  async write(name: string, value: unknown, options: CallOptions): Promise<void> {
    await this.#ask({ call: 'write', name, value }, options);
  }

  async listen(
    name: string,
    event: AttributeEventKind,
    listener: LinkListener,
    options: CallOptions,
  ): Promise<LinkSubscription> {
    if (!['change', 'periodic', 'archive', 'user'].includes(event)) {
      const why = 'a simulated device has no such events.';
      throw new RunstateError('SUBSCRIBE_FAILED', [this.#name, event, name, why]);
    }
    this.#subscriptions += 1;
    const subscription = this.#subscriptions;
    this.#listeners.set(subscription, listener);
    try {
      await this.#ask({ call: 'listen', name, subscription }, options);
    } catch (error) {
      this.#listeners.delete(subscription);
      throw error;
    }
    return {
      close: () => {
        this.#listeners.delete(subscription);
        this.#channel.request({ call: 'unlisten', subscription }).catch(() => {});
      },
    };
  }

  async state(options: CallOptions): Promise<string> {
    return String((await this.read('State', options)).value);
  }

  async status(options: CallOptions): Promise<string> {
    return String((await this.read('Status', options)).value);
  }

  async info(options: CallOptions): Promise<DeviceInfo> {
    const info = (await this.#ask({ call: 'info' }, options)) as DeviceInfo;
    return { ...info, name: this.#name };
  }

  close(): void {
    this.#channel.close();
  }

  #ask(call: SimCall, { timeoutMs = defaultTimeoutMs, signal }: CallOptions): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      const answer = this.#channel.request(call);
      const timer = this.#clock.setTimeout(
        () => end(() => reject(this.#late(call, timeoutMs))),
        timeoutMs,
      );
      const forget =
        signal === undefined
          ? null
          : onAbort(signal, () => end(() => reject(this.#givenUp(call, signal))));
      const end = (settle: () => void): void => {
        this.#clock.clearTimeout(timer);
        forget?.();
        settle();
      };
      answer.then(
        (value) => end(() => resolve(value)),
        (error: unknown) => end(() => reject(this.#broken(call, error))),
      );
    });
  }

  #late(call: SimCall, timeoutMs: number): RunstateError {
    const why = `it did not answer within ${timeoutMs} ms`;
    return isRisky(call)
      ? this.#unknown(call, why)
      : new RunstateError('DEVICE_TIMEOUT', [this.#name, whatOf(call), timeoutMs]);
  }

  #givenUp(call: SimCall, signal: AbortSignal): Error {
    return isRisky(call) ? this.#unknown(call, 'the wait was given up') : (signal.reason as Error);
  }

  #broken(call: SimCall, error: unknown): unknown {
    if (!(error instanceof ChannelBroken)) return error;
    return error.wasSent && isRisky(call)
      ? this.#unknown(call, error.message)
      : new RunstateError('DEVICE_UNREACHABLE', [this.#name, error.message], { cause: error });
  }

  #unknown(call: SimCall, why: string): RunstateError {
    return new RunstateError('OUTCOME_UNKNOWN', [`${whatOf(call)} of ${this.#name}`, why]);
  }
}

import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { Clock } from '../../kernel/clock.ts';
import { deferred } from '../../kernel/deferred.ts';
import type { CallOptions } from '../../kernel/device-proxy.ts';
import { RunstateError } from '../../kernel/errors.ts';
import type { DeviceDriver, DeviceLink } from '../driver.ts';
import { messageOf } from '../../kernel/task-error.ts';
import { readJsonLines, writeJsonLine } from './json-lines.ts';
import type { SimCall, SimEvent } from './sim-call.ts';
import { fromWireError, isObject } from './sim-wire.ts';
import type { WireError } from './sim-wire.ts';
import { ChannelBroken, SimulatedLink } from './simulated-link.ts';
import type { SimChannel } from './simulated-link.ts';

/** Where a served device is: `sim://host:port/name`. */
export interface SimAddress {
  readonly host: string;
  readonly port: number;
  readonly device: string;
}

/** Reads an address; null when the text is none. */
export function parseSimAddress(text: string): SimAddress | null {
  const found = /^sim:\/\/([^/:\s]+|\[[^\]\s]+\]):(\d{1,5})\/([^/?#\s]+)$/.exec(text);
  if (found === null) return null;
  const [, host = '', port = '', device = ''] = found;
  if (Number(port) < 1 || Number(port) > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port), device };
}

/** Reaches a simulated device that a process of its own serves. */
export class SocketDriver implements DeviceDriver {
  readonly name: string;
  readonly backoff = { baseMs: 100, maxMs: 120_000 };
  readonly #address: SimAddress;
  readonly #clock: Clock;

  constructor(name: string, address: SimAddress, clock: Clock) {
    this.name = name;
    this.#address = address;
    this.#clock = clock;
  }

  async connect({ timeoutMs = 3_000 }: CallOptions): Promise<DeviceLink> {
    const { host, port, device } = this.#address;
    const socket = connect({ host, port, noDelay: true });
    // A connection that nobody uses lets the process end.
    socket.unref();
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string, cause?: unknown): void => {
        socket.destroy();
        reject(new RunstateError('DEVICE_UNREACHABLE', [this.name, why], { cause }));
      };
      socket.setTimeout(timeoutMs, () => fail(`it did not answer within ${timeoutMs} ms`));
      socket.once('error', (error) => fail(error.message, error));
      socket.once('connect', () => {
        socket.setTimeout(0);
        socket.removeAllListeners('error');
        resolve();
      });
    });
    const channel = new SocketChannel(socket, this.name, device);
    const link = new SimulatedLink(this.name, channel, this.#clock);
    try {
      // Who listens there may serve other devices, and not this one.
      await link.state({ timeoutMs });
      return link;
    } catch (error) {
      link.close();
      const args = [this.name, messageOf(error)];
      throw new RunstateError('DEVICE_UNREACHABLE', args, { cause: error });
    }
  }
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

class SocketChannel implements SimChannel {
  readonly #socket: Socket;
  readonly #name: string;
  readonly #device: string;
  readonly #closed = deferred<Error | null>();
  readonly #pending = new Map<number, Pending>();
  #handle: (event: SimEvent) => void = () => {};
  #requests = 0;
  #failure: Error | null = null;
  #subscriptions = 0;

  constructor(socket: Socket, name: string, device: string) {
    this.#socket = socket;
    this.#name = name;
    this.#device = device;
    socket.on('error', (error) => {
      this.#failure ??= error;
    });
    socket.on('close', () => this.#end());
    readJsonLines(
      socket,
      (line) => this.#read(line),
      (why) => {
        this.#failure = new RunstateError('DEVICE_PROTOCOL', [name, why]);
        socket.destroy();
      },
    );
  }

  get closed(): Promise<Error | null> {
    return this.#closed.promise;
  }

  onEvent(handle: (event: SimEvent) => void): void {
    this.#handle = handle;
  }

  request(call: SimCall): Promise<unknown> {
    if (this.#socket.destroyed || !this.#socket.writable) {
      return Promise.reject(new ChannelBroken('the connection is gone', false));
    }
    if (call.call === 'listen') this.#subscriptions += 1;
    if (call.call === 'unlisten') this.#subscriptions -= 1;
    this.#requests += 1;
    const id = this.#requests;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#hold();
      writeJsonLine(this.#socket, { id, device: this.#device, ...call });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(line: unknown): void {
    if (!isObject(line)) return;
    if (typeof line['subscription'] === 'number') {
      const { error } = line;
      const told = error === undefined ? line : { ...line, error: this.#errorOf(error) };
      this.#handle(told as unknown as SimEvent);
      return;
    }
    const pending = this.#pending.get(Number(line['id']));
    this.#pending.delete(Number(line['id']));
    this.#hold();
    if (line['error'] === undefined) pending?.resolve(line['value'] ?? null);
    else pending?.reject(this.#errorOf(line['error']));
  }

  #errorOf(error: unknown): Error {
    return fromWireError(error as WireError, this.#name);
  }

  /** The process stays while an answer or an event is waited for. */
  #hold(): void {
    if (this.#pending.size > 0 || this.#subscriptions > 0) this.#socket.ref();
    else this.#socket.unref();
  }

  #end(): void {
    const why = this.#failure?.message ?? 'the connection was closed by its peer';
    for (const pending of this.#pending.values()) pending.reject(new ChannelBroken(why, true));
    this.#pending.clear();
    this.#closed.resolve(this.#failure ?? new Error(why));
  }
}

import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { deferred } from '../../../kernel/deferred.ts';
import { RunstateError } from '../../../kernel/errors.ts';
import { messageOf } from '../../../kernel/task-error.ts';
import { FrameReader } from './frames.ts';
import {
  greeting,
  greetingLength,
  greetingProblem,
  pong,
  readCommand,
  ready,
  subscription,
} from './handshake.ts';

/** The longest frame that is taken, in bytes: an image of a camera fits. */
const longestFrame = 256 * 1024 * 1024;
/** The most frames of one message; TANGO's have four. */
const mostFrames = 16;

/** Told of each message of a topic: its frames, the topic first. */
export type MessageHandler = (frames: readonly Buffer[]) => void;

const endpointPattern = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d{1,5})$/;

/** The host and port of an endpoint such as `tcp://10.0.0.1:41001`. */
export function parseEndpoint(endpoint: string): { readonly host: string; readonly port: number } {
  const [, host = '', port = ''] = endpointPattern.exec(endpoint) ?? [];
  if (host === '') throw new RunstateError('DEVICE_PROTOCOL', [endpoint, 'it is no TCP endpoint']);
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/**
 * A subscriber's socket of ZeroMQ, in ZMTP 3.0 over TCP. It does not connect again: who listens through
 * it is told that it is closed, and listens anew.
 */
export class SubSocket {
  readonly #endpoint: string;
  readonly #socket: Socket;
  readonly #closed = deferred<Error | null>();
  readonly #ready = deferred<void>();
  readonly #handlers = new Map<string, Set<MessageHandler>>();
  readonly #reader = new FrameReader(longestFrame);
  #greeting: Buffer | null = Buffer.alloc(0);
  #isReady = false;
  #message: Buffer[] = [];
  #messageLength = 0;
  #failure: Error | null = null;

  private constructor(endpoint: string, socket: Socket) {
    this.#endpoint = endpoint;
    this.#socket = socket;
    this.#ready.promise.catch(() => {});
    socket.on('connect', () => socket.write(greeting()));
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => {
      this.#failure ??= error;
    });
    socket.on('close', () => this.#end());
  }

  /** Connects to a publisher; rejects with `DEVICE_UNREACHABLE` or `DEVICE_PROTOCOL`. */
  static async open(endpoint: string, timeoutMs: number): Promise<SubSocket> {
    const { host, port } = parseEndpoint(endpoint);
    const socket = connect({ host, port, noDelay: true });
    const opened = new SubSocket(endpoint, socket);
    const late = (): void => {
      opened.#fail(
        new RunstateError('DEVICE_UNREACHABLE', [endpoint, `no answer came in ${timeoutMs} ms`]),
      );
    };
    socket.setTimeout(timeoutMs, late);
    await opened.#ready.promise;
    socket.setTimeout(0);
    return opened;
  }

  /** Resolves once, with why it was closed; null when nobody listened any more. */
  get closed(): Promise<Error | null> {
    return this.#closed.promise;
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  /** Asks for the messages of a topic; call what is returned to have no more of them. */
  subscribe(topic: string, handler: MessageHandler): () => void {
    const handlers = this.#handlers.get(topic) ?? new Set();
    if (handlers.size === 0) {
      this.#handlers.set(topic, handlers);
      this.#socket.write(subscription(topic, true));
    }
    handlers.add(handler);
    return () => {
      if (!handlers.delete(handler) || handlers.size > 0) return;
      this.#handlers.delete(topic);
      if (this.isOpen) this.#socket.write(subscription(topic, false));
    };
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    try {
      const bytes = this.#greeting === null ? chunk : this.#greet(chunk);
      if (bytes.length === 0) return;
      for (const { body, hasMore, isCommand } of this.#reader.read(bytes)) {
        if (isCommand) this.#obey(body);
        else this.#collect(body, hasMore);
      }
    } catch (error) {
      this.#fail(new RunstateError('DEVICE_PROTOCOL', [this.#endpoint, messageOf(error)]));
    }
  }

  /** What follows the peer's greeting; nothing while it is not whole. */
  #greet(chunk: Buffer): Buffer {
    const bytes = Buffer.concat([this.#greeting ?? Buffer.alloc(0), chunk]);
    if (bytes.length > 0 && bytes[0] !== 0xff) throw new Error('it does not begin as ZMTP does');
    if (bytes.length < greetingLength) {
      this.#greeting = bytes;
      return Buffer.alloc(0);
    }
    const problem = greetingProblem(bytes);
    if (problem !== null) throw new Error(problem);
    this.#greeting = null;
    this.#socket.write(ready());
    return bytes.subarray(greetingLength);
  }

  #obey(body: Buffer): void {
    const { name, rest } = readCommand(body);
    switch (name) {
      case 'READY':
        this.#isReady = true;
        return this.#ready.resolve();
      case 'PING':
        this.#socket.write(pong(rest));
        return;
      case 'ERROR':
        throw new Error(`it refused the connection: ${rest.toString('latin1', 1)}`);
      default:
        return;
    }
  }

  #collect(body: Buffer, hasMore: boolean): void {
    if (!this.#isReady) throw new Error('a message came before the connection was ready');
    this.#message.push(body);
    this.#messageLength += body.length;
    if (this.#message.length > mostFrames || this.#messageLength > longestFrame) {
      throw new Error('a message has more frames than it may');
    }
    if (hasMore) return;
    const frames = this.#message;
    this.#message = [];
    this.#messageLength = 0;
    const topic = frames[0]?.toString('latin1') ?? '';
    for (const handle of this.#handlers.get(topic) ?? []) handle(frames);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#socket.destroy();
  }

  #end(): void {
    const why = this.#failure?.message ?? 'the connection was closed by its peer';
    const error =
      this.#failure instanceof RunstateError
        ? this.#failure
        : new RunstateError('DEVICE_UNREACHABLE', [this.#endpoint, why], { cause: this.#failure });
    this.#ready.reject(error);
    this.#closed.resolve(this.#handlers.size === 0 && this.#failure === null ? null : error);
  }
}

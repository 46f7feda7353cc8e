import { connect } from 'node:net';
import type { Socket } from 'node:net';

import type { Clock } from '../../../kernel/clock.ts';
import { CdrError } from '../cdr/cdr-error.ts';
import { CdrWriter } from '../cdr/cdr-writer.ts';
import { CallFailure } from './call-failure.ts';
import { GiopFramer } from './giop-framer.ts';
import { encodeRequest, messageTypes, readReply } from './giop-message.ts';
import type { GiopHeader, GiopReply } from './giop-message.ts';

/** Where an object is. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** How a connection behaves. */
export interface GiopConnectionOptions {
  readonly clock: Clock;
  /** The largest message that is accepted, fragments counted in. */
  readonly maxMessageBytes: number;
  /** The byte order of what is sent. */
  readonly isLittleEndian?: boolean;
}

/** How long a call may take. */
export interface GiopCallOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

interface Pending {
  readonly resolve: (reply: GiopReply) => void;
  readonly reject: (error: CallFailure) => void;
  readonly timer: unknown;
  readonly release: (() => void) | undefined;
}

const maxId = 0xffff_ffff;

/** Opens a TCP connection; rejects with a {@link CallFailure} `notSent`, `timeout` or `aborted`. */
export const openGiopConnection = async (
  endpoint: Endpoint,
  options: GiopConnectionOptions,
  { timeoutMs, signal }: GiopCallOptions,
): Promise<GiopConnection> => {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const opening = connect({ host: endpoint.host, port: endpoint.port, noDelay: true });
    const settle = (failure?: CallFailure): void => {
      options.clock.clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      opening.removeAllListeners();
      if (!failure) return resolve(opening);
      opening.on('error', () => {});
      opening.destroy();
      reject(failure);
    };
    const onAbort = (): void =>
      settle(new CallFailure('aborted', 'the wait was given up', { cause: signal?.reason }));
    const timer = options.clock.setTimeout(
      () => settle(new CallFailure('timeout', `no connection within ${timeoutMs} ms`)),
      timeoutMs,
    );
    opening.once('connect', () => settle());
    opening.once('error', (error) =>
      settle(new CallFailure('notSent', error.message, { cause: error })),
    );
    opening.once('close', () => settle(new CallFailure('notSent', 'the connection was closed')));
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort);
  });
  return new GiopConnection(socket, options);
};

/**
 * One connection of GIOP 1.2. Any number of requests are under way at a time; replies find theirs by
 * its id, in whatever order they come.
 */
export class GiopConnection {
  /** Resolves once the connection has ended, with why; null when it was closed here. */
  readonly closed: Promise<CallFailure | null>;
  /** How many messages came; that it grows shows that the peer lives. */
  received = 0;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #writer: CdrWriter;
  readonly #framer: GiopFramer;
  readonly #pending = new Map<number, Pending>();
  #tellClosed!: (failure: CallFailure | null) => void;
  #nextId = 1;
  #hasWrapped = false;
  #isCorked = false;
  #ended: CallFailure | undefined;

  constructor(socket: Socket, options: GiopConnectionOptions) {
    this.#socket = socket;
    this.#clock = options.clock;
    this.#writer = new CdrWriter(options.isLittleEndian ?? true);
    this.#framer = new GiopFramer(options.maxMessageBytes, (header, body) =>
      this.#receive(header, body),
    );
    this.closed = new Promise((resolve) => (this.#tellClosed = resolve));
    socket.setKeepAlive(true, 10_000);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) =>
      this.#end(new CallFailure('lost', error.message, { cause: error })),
    );
    socket.on('close', () => this.#end(new CallFailure('lost', 'the device ended the connection')));
  }

  get isOpen(): boolean {
    return this.#ended === undefined;
  }

  get pendingCalls(): number {
    return this.#pending.size;
  }

  /** The peer's address. */
  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  /** Sends a request, once, and waits for its reply, whatever that says. */
  call(
    objectKey: Uint8Array,
    operation: string,
    write: ((writer: CdrWriter) => void) | undefined,
    { timeoutMs, signal }: GiopCallOptions,
  ): Promise<GiopReply> {
    return new Promise((resolve, reject) => {
      if (this.#ended) {
        return reject(new CallFailure('notSent', this.#ended.message, { cause: this.#ended }));
      }
      if (signal?.aborted) {
        return reject(
          new CallFailure('notSent', 'the wait was given up', { cause: signal.reason }),
        );
      }
      const id = this.#nextId;
      const bytes = encodeRequest(this.#writer, { id, objectKey, operation, write });
      this.#nextId = id === maxId ? 1 : id + 1;
      this.#hasWrapped ||= id === maxId;
      const fail = (failure: CallFailure): void => this.#settle(id)?.reject(failure);
      const timer = this.#clock.setTimeout(
        () => fail(new CallFailure('timeout', `no answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      let release: (() => void) | undefined;
      if (signal) {
        const onAbort = (): void =>
          fail(new CallFailure('aborted', 'the wait was given up', { cause: signal.reason }));
        signal.addEventListener('abort', onAbort, { once: true });
        release = () => signal.removeEventListener('abort', onAbort);
      }
      this.#pending.set(id, { resolve, reject, timer, release });
      this.#send(bytes);
    });
  }

  /** What is sent in one turn of the event loop leaves in one write. */
  #send(bytes: Buffer): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(bytes);
  }

  /** Ends the connection; what is under way fails as `lost`. */
  close(): void {
    if (this.#ended) return;
    this.#tellClosed(null);
    this.#end(new CallFailure('lost', 'the connection was closed here'));
  }

  /** Ends the connection because of something seen from outside. */
  fail(reason: string): void {
    this.#end(new CallFailure('lost', reason));
  }

  #take(chunk: Buffer): void {
    if (this.#ended) return;
    try {
      this.#framer.push(chunk);
    } catch (error) {
      if (!(error instanceof CdrError)) throw error;
      this.#end(new CallFailure('protocol', error.message, { cause: error }));
    }
  }

  #receive(header: GiopHeader, body: Buffer): void {
    if (this.#ended) return;
    this.received += 1;
    if (header.type === messageTypes.reply) return this.#answer(readReply(header, body));
    if (header.type === messageTypes.closeConnection) {
      // The peer says with it that it has begun none of the requests it did not answer.
      return this.#end(new CallFailure('notSent', 'the device closed the connection'));
    }
    throw new CdrError(
      header.type === messageTypes.messageError
        ? 'the peer did not understand a message'
        : `a message of type ${header.type} came, which only clients send`,
    );
  }

  #answer(reply: GiopReply): void {
    if (!this.#hasWrapped && (reply.id === 0 || reply.id >= this.#nextId)) {
      throw new CdrError(`a reply to request ${reply.id} came, which was never made`);
    }
    // A reply that nobody waits for any more comes after its call's timeout.
    this.#settle(reply.id)?.resolve(reply);
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (!pending) return undefined;
    this.#pending.delete(id);
    this.#clock.clearTimeout(pending.timer);
    pending.release?.();
    return pending;
  }

  #end(failure: CallFailure): void {
    if (this.#ended) return;
    this.#ended = failure;
    this.#socket.destroy();
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(failure);
    this.#tellClosed(failure);
  }
}

import type { CallOptions } from '../../../kernel/device-proxy.ts';
import { CdrError } from '../cdr/cdr-error.ts';
import type { CdrReader } from '../cdr/cdr-reader.ts';
import type { CdrWriter } from '../cdr/cdr-writer.ts';
import { readIor } from '../database/ior.ts';
import type { ObjectAddress } from '../database/ior.ts';
import { CallFailure } from '../giop/call-failure.ts';
import { openGiopConnection } from '../giop/giop-connection.ts';
import type {
  Endpoint,
  GiopCallOptions,
  GiopConnection,
  GiopConnectionOptions,
} from '../giop/giop-connection.ts';
import { replyStatus } from '../giop/giop-message.ts';
import type { GiopReply } from '../giop/giop-message.ts';
import { readSystemException } from '../giop/system-exception.ts';
import { devErrorList, namedDevErrorList } from '../idl/basics.ts';
import { toDevFailed, toDevFailedOfSeveral } from '../values/to-dev-failed.ts';
import { callError } from './call-error.ts';

/** How long a call may take unless its caller says otherwise: cppTango's own default. */
export const defaultTimeoutMs = 3_000;

const maxForwards = 8;

/** One operation of an object. */
export interface RemoteCall<T> {
  readonly operation: string;
  /** What is asked of the device, for errors, such as `command Init`. */
  readonly what: string;
  readonly isRepeatable: boolean;
  readonly write?: (writer: CdrWriter) => void;
  readonly answer: Answer<T>;
}

/** What reads the answer of a call, such as a codec. */
export interface Answer<T> {
  read(reader: CdrReader): T;
}

const userException = (reader: CdrReader): Error => {
  const id = reader.string();
  if (id === 'IDL:Tango/DevFailed:1.0') return toDevFailed(devErrorList.read(reader));
  if (id === 'IDL:Tango/MultiDevFailed:1.0') {
    return toDevFailedOfSeveral(namedDevErrorList.read(reader));
  }
  return new CdrError(`an exception ${id} came, which TANGO does not have`);
};

/** Opens a connection to the first of an object's addresses that answers. */
export const openAny = async (
  endpoints: readonly Endpoint[],
  options: GiopConnectionOptions,
  call: GiopCallOptions,
): Promise<readonly [GiopConnection, Endpoint]> => {
  let failure: unknown = new CallFailure('notSent', 'it has no address');
  for (const endpoint of endpoints) {
    try {
      return [await openGiopConnection(endpoint, options, call), endpoint];
    } catch (error) {
      failure = error;
      if (call.signal?.aborted) break;
    }
  }
  throw failure;
};

/**
 * An object of CORBA behind a connection: sends its calls and reads what comes back, also when the
 * object says that it is elsewhere.
 */
export class RemoteObject {
  /** What the device is called in errors. */
  readonly name: string;
  /** Resolves once the connection in use has ended, with why; null when it was closed here. */
  readonly closed: Promise<CallFailure | null>;
  readonly #options: GiopConnectionOptions;
  #tellClosed!: (failure: CallFailure | null) => void;
  #connection: GiopConnection;
  #objectKey: Uint8Array;

  constructor(
    name: string,
    connection: GiopConnection,
    objectKey: Uint8Array,
    options: GiopConnectionOptions,
  ) {
    this.name = name;
    this.#connection = connection;
    this.#objectKey = objectKey;
    this.#options = options;
    this.closed = new Promise((resolve) => (this.#tellClosed = resolve));
    this.#watch(connection);
  }

  get connection(): GiopConnection {
    return this.#connection;
  }

  /** Another object of the same server, such as its administrator. */
  sibling(name: string, objectKey: Uint8Array): RemoteObject {
    return new RemoteObject(name, this.#connection, objectKey, this.#options);
  }

  /** Calls the object, once, and gives its answer; rejects as {@link callError} says. */
  async call<T>(
    call: RemoteCall<T>,
    { timeoutMs = defaultTimeoutMs, signal }: CallOptions,
  ): Promise<T> {
    signal?.throwIfAborted();
    try {
      let reply = await this.#send(call, { timeoutMs, signal });
      for (let forwards = 0; isForward(reply); forwards += 1) {
        if (forwards === maxForwards) throw new CdrError('the object is always elsewhere');
        await this.#move(readIor(reply.body), { timeoutMs, signal });
        reply = await this.#send(call, { timeoutMs, signal });
      }
      return this.#answer(call, reply);
    } catch (error) {
      const { what, isRepeatable } = call;
      const cause =
        error instanceof CdrError
          ? new CallFailure('protocol', error.message, { cause: error })
          : error;
      throw callError({ device: this.name, what, isRepeatable, timeoutMs }, cause);
    }
  }

  #watch(connection: GiopConnection): void {
    void connection.closed.then((failure) => {
      if (connection === this.#connection) this.#tellClosed(failure);
    });
  }

  #send(call: RemoteCall<unknown>, options: GiopCallOptions): Promise<GiopReply> {
    return this.#connection.call(this.#objectKey, call.operation, call.write, options);
  }

  #answer<T>(call: RemoteCall<T>, { status, body }: GiopReply): T {
    switch (status) {
      case replyStatus.noException:
        return call.answer.read(body);
      case replyStatus.userException:
        throw userException(body);
      case replyStatus.systemException: {
        const exception = readSystemException(body);
        // A server that was started anew knows its devices by other keys: reach it from the beginning.
        if (exception.kind === 'OBJECT_NOT_EXIST') this.#connection.fail(exception.message);
        throw exception;
      }
      default:
        throw new CdrError(`a reply of status ${status} came`);
    }
  }

  /** The request was not carried out where it went, so it may be sent to the other place. */
  async #move({ endpoints, objectKey }: ObjectAddress, options: GiopCallOptions): Promise<void> {
    let opened: GiopConnection;
    try {
      [opened] = await openAny(endpoints, this.#options, options);
    } catch (error) {
      throw new CallFailure('notSent', `it is elsewhere, where there is no answer`, {
        cause: error,
      });
    }
    const left = this.#connection;
    this.#connection = opened;
    this.#objectKey = objectKey;
    this.#watch(opened);
    if (left.pendingCalls === 0) left.close();
  }
}

const isForward = ({ status }: GiopReply): boolean =>
  status === replyStatus.locationForward || status === replyStatus.locationForwardPerm;

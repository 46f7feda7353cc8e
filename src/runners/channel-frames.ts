import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

/*
 * How messages lie on the pipe to a child process: a header of twelve bytes (a mark, the body's
 * length, the body's checksum), then the body in V8's own format, which keeps what a worker's
 * channel keeps too.
 *
 * Node's built-in channel to a child is not used: a stray write to it makes the *parent* throw where
 * nobody can catch it. Here whatever else lands on the pipe is known at the next header.
 */

const mark = 0x52_53_54_31;
const headerLength = 12;

/** A longer body is taken for garbage: nothing that a task reports comes near it. */
const longestBody = 2 ** 28;

/**
 * A message as bytes.
 *
 * @throws DataCloneError for what cannot be copied, such as a function
 */
export function encodeFrame(message: unknown): Buffer {
  const body = serialize(message);
  if (body.length > longestBody) {
    throw new RangeError(`a message of ${body.length} bytes is longer than ${longestBody} bytes`);
  }
  const frame = Buffer.allocUnsafe(headerLength + body.length);
  frame.writeUInt32BE(mark, 0);
  frame.writeUInt32BE(body.length, 4);
  frame.writeUInt32BE(crc32(body), 8);
  body.copy(frame, headerLength);
  return frame;
}

/** What a chunk of bytes held. */
export interface FramesRead {
  /** The messages that it completed. */
  readonly messages: readonly unknown[];
  /** The first bytes that are no part of a message, as people can read them; null when all were. */
  readonly garbage: string | null;
}

/** Puts messages together again from the chunks in which they arrive. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #length = 0;
  #wanted = headerLength;

  /** Whether the bytes so far end in the middle of a message. */
  get isMidMessage(): boolean {
    return this.#length > 0;
  }

  push(chunk: Buffer): FramesRead {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const messages: unknown[] = [];
    while (this.#length >= this.#wanted) {
      const bytes = this.#joined();
      const bodyLength = bytes.readUInt32BE(4);
      if (bytes.readUInt32BE(0) !== mark || bodyLength > longestBody) {
        return { messages, garbage: legible(bytes) };
      }
      this.#wanted = headerLength + bodyLength;
      if (bytes.length < this.#wanted) break;
      const body = bytes.subarray(headerLength, this.#wanted);
      if (crc32(body) !== bytes.readUInt32BE(8)) return { messages, garbage: legible(body) };
      try {
        messages.push(deserialize(body));
      } catch {
        return { messages, garbage: legible(body) };
      }
      this.#keep(bytes.subarray(this.#wanted));
    }
    return { messages, garbage: null };
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    const bytes =
      this.#chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.#chunks);
    this.#chunks = [bytes];
    return bytes;
  }

  #keep(rest: Buffer): void {
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    this.#wanted = headerLength;
  }
}

const longestShown = 40;

const legible = (bytes: Buffer): string =>
  JSON.stringify(bytes.subarray(0, longestShown).toString('latin1'));

import { CdrError } from '../cdr/cdr-error.ts';
import { headerSize, messageTypes, readHeader } from './giop-message.ts';
import type { GiopHeader } from './giop-message.ts';

/** Told of each complete message. */
export type OnGiopMessage = (header: GiopHeader, body: Buffer) => void;

interface Unfinished {
  readonly header: GiopHeader;
  readonly parts: Buffer[];
}

/** What keeping one fragment costs beside its bytes. */
const costOfPart = 256;
/** A fragment of GIOP 1.2 begins with the id of its request. */
const fragmentIdSize = 4;

/**
 * Cuts a stream of bytes into GIOP messages and joins their fragments.
 *
 * Nothing is allocated for what a header announces: bytes are kept as they come, and all that is kept
 * counts against one limit, so that neither an endless message nor endless fragments fill the memory.
 */
export class GiopFramer {
  readonly #maxBytes: number;
  readonly #onMessage: OnGiopMessage;
  readonly #unfinished = new Map<number, Unfinished>();
  #chunks: Buffer[] = [];
  #chunkBytes = 0;
  /** How many bytes are needed before anything can be read. */
  #needed = headerSize;
  #keptBytes = 0;

  constructor(maxBytes: number, onMessage: OnGiopMessage) {
    this.#maxBytes = maxBytes;
    this.#onMessage = onMessage;
  }

  /**
   * Takes what came next.
   *
   * @throws {@link CdrError} when it is not GIOP or too large; the stream cannot be read any further
   */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#chunkBytes += chunk.length;
    if (this.#chunkBytes < this.#needed) return;
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#chunkBytes);
    this.#needed = headerSize;
    while (bytes.length >= headerSize) {
      const header = readHeader(bytes);
      const end = headerSize + header.size;
      if (end + this.#keptBytes > this.#maxBytes) {
        throw new CdrError(
          `a message of ${end + this.#keptBytes} bytes came, more than maxMessageBytes (${this.#maxBytes})`,
        );
      }
      if (bytes.length < end) {
        this.#needed = end;
        break;
      }
      this.#frame(header, bytes.subarray(headerSize, end));
      bytes = bytes.subarray(end);
    }
    this.#chunks = bytes.length === 0 ? [] : [bytes];
    this.#chunkBytes = bytes.length;
  }

  #frame(header: GiopHeader, body: Buffer): void {
    if (header.type === messageTypes.fragment) this.#join(header, body);
    else if (header.hasMoreFragments) this.#begin(header, body);
    else this.#onMessage(header, body);
  }

  #begin(header: GiopHeader, body: Buffer): void {
    const id = this.#idOf(header, body);
    if (this.#unfinished.has(id)) throw new CdrError(`message ${id} began twice`);
    this.#unfinished.set(id, { header, parts: [] });
    this.#keep(id, body);
  }

  #join(header: GiopHeader, body: Buffer): void {
    const id = this.#idOf(header, body);
    const unfinished = this.#unfinished.get(id);
    if (!unfinished) throw new CdrError(`a fragment of message ${id} came, which has not begun`);
    this.#keep(id, header.minor < 2 ? body : body.subarray(fragmentIdSize));
    if (header.hasMoreFragments) return;
    this.#unfinished.delete(id);
    const whole = Buffer.concat(unfinished.parts);
    this.#keptBytes -= whole.length + unfinished.parts.length * costOfPart;
    this.#onMessage(unfinished.header, whole);
  }

  #keep(id: number, part: Buffer): void {
    this.#keptBytes += part.length + costOfPart;
    if (this.#keptBytes > this.#maxBytes) {
      throw new CdrError(`the fragments of message ${id} have no end`);
    }
    this.#unfinished.get(id)?.parts.push(part);
  }

  /** Fragments of GIOP 1.1 name no request: they follow one another. */
  #idOf(header: GiopHeader, body: Buffer): number {
    if (header.minor < 2) return -1;
    if (body.length < fragmentIdSize) throw new CdrError('a fragment names no request');
    return header.isLittleEndian ? body.readUInt32LE(0) : body.readUInt32BE(0);
  }
}

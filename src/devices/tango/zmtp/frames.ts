/**
 * Frames of ZMTP 3 (rfc.zeromq.org/spec/23): a byte of flags, a length of one or eight bytes, and the
 * body. A message is frames up to the first without the flag `more`.
 */
const more = 0x01;
const long = 0x02;
const command = 0x04;
const longestShort = 255;

/** One frame as it came. */
export interface Frame {
  readonly body: Buffer;
  readonly hasMore: boolean;
  readonly isCommand: boolean;
}

/** One frame as bytes. */
export function frameOf(body: Uint8Array, isCommand = false): Buffer {
  const flags = isCommand ? command : 0;
  if (body.length <= longestShort) return Buffer.concat([Buffer.from([flags, body.length]), body]);
  const head = Buffer.alloc(9);
  head[0] = flags | long;
  head.writeBigUInt64BE(BigInt(body.length), 1);
  return Buffer.concat([head, body]);
}

/** Frames out of bytes as they come; what is not whole yet is kept. */
export class FrameReader {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #length = 0;

  /** @param limit the longest frame that is taken, in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes bytes in, and gives the frames that are whole.
   *
   * @throws {@link Error} when the bytes are no frames, or announce one that is too long
   */
  read(chunk: Buffer): readonly Frame[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const frames: Frame[] = [];
    for (let frame = this.#next(); frame !== null; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): Frame | null {
    const [head] = this.#peek(9);
    if (head === undefined || head.length < 2) return null;
    const flags = head[0] as number;
    if ((flags & ~(more | long | command)) !== 0) {
      throw new Error(`a frame begins with the flags ${flags}, which do not exist`);
    }
    const isLong = (flags & long) !== 0;
    if (isLong && head.length < 9) return null;
    const size = isLong ? head.readBigUInt64BE(1) : BigInt(head[1] as number);
    if (size > BigInt(this.#limit)) {
      throw new Error(`a frame of ${size} bytes is announced, and ${this.#limit} are the limit`);
    }
    const start = isLong ? 9 : 2;
    const end = start + Number(size);
    if (this.#length < end) return null;
    const body = this.#take(end).subarray(start);
    return { body, hasMore: (flags & more) !== 0, isCommand: (flags & command) !== 0 };
  }

  /** The first bytes, joined only where they are not in one piece already. */
  #peek(count: number): readonly [Buffer?] {
    const [first] = this.#chunks;
    if (first === undefined) return [];
    if (first.length >= Math.min(count, this.#length)) return [first];
    return [this.#join()];
  }

  #take(count: number): Buffer {
    const all = this.#join();
    const rest = all.subarray(count);
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    return all.subarray(0, count);
  }

  #join(): Buffer {
    const all =
      this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}

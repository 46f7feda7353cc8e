import { CdrError } from './cdr-error.ts';

/**
 * More elements than any message may claim for one list: beyond it V8 would keep a list as a hash
 * table, many times its size.
 */
const maxElements = 2 ** 25;

/** A 64-bit integer: a number where that is exact, else a bigint. */
export type Long64 = number | bigint;

const exact = (value: bigint): Long64 => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

/**
 * Reads CDR, the encoding of CORBA: numbers in the sender's byte order, each aligned to its own size
 * counted from an origin. Every length is compared with what is left before anything is made of it,
 * so bytes from a stranger cannot claim memory that they do not bring.
 *
 * @throws {@link CdrError} from every method, when the bytes do not hold what is asked for
 */
export class CdrReader {
  readonly bytes: Buffer;
  readonly isLittleEndian: boolean;
  /** Where the next read begins, before it is aligned. */
  position: number;
  readonly #origin: number;
  readonly #view: DataView;

  /** `origin` is the position that counts as 0 for alignment; it may lie before the bytes. */
  constructor(bytes: Uint8Array, isLittleEndian: boolean, position = 0, origin = 0) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.isLittleEndian = isLittleEndian;
    this.position = position;
    this.#origin = origin;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.length - this.position;
  }

  /** Steps over padding, to a multiple of `size` (a power of two). */
  align(size: number): void {
    this.position += -(this.position - this.#origin) & (size - 1);
  }

  /** Takes `length` bytes that begin at a multiple of `size`; gives where they begin. */
  #take(size: number, length: number): number {
    const start = this.position + (-(this.position - this.#origin) & (size - 1));
    const end = start + length;
    if (end > this.bytes.length) {
      throw new CdrError(
        `${length} bytes are to follow byte ${start}, and ${Math.max(0, this.bytes.length - start)} do`,
      );
    }
    this.position = end;
    return start;
  }

  octet(): number {
    return this.#view.getUint8(this.#take(1, 1));
  }

  boolean(): boolean {
    return this.octet() !== 0;
  }

  short(): number {
    return this.#view.getInt16(this.#take(2, 2), this.isLittleEndian);
  }

  ushort(): number {
    return this.#view.getUint16(this.#take(2, 2), this.isLittleEndian);
  }

  long(): number {
    return this.#view.getInt32(this.#take(4, 4), this.isLittleEndian);
  }

  ulong(): number {
    return this.#view.getUint32(this.#take(4, 4), this.isLittleEndian);
  }

  longLong(): Long64 {
    return exact(this.#view.getBigInt64(this.#take(8, 8), this.isLittleEndian));
  }

  ulongLong(): Long64 {
    return exact(this.#view.getBigUint64(this.#take(8, 8), this.isLittleEndian));
  }

  float(): number {
    return this.#view.getFloat32(this.#take(4, 4), this.isLittleEndian);
  }

  double(): number {
    return this.#view.getFloat64(this.#take(8, 8), this.isLittleEndian);
  }

  /** A string of Latin-1 bytes. A length of 0, which some ORBs send, is an empty one. */
  string(): string {
    const length = this.ulong();
    if (length === 0) return '';
    const start = this.#take(1, length);
    const end = start + length - 1;
    if (this.bytes[end] !== 0) throw new CdrError(`the string at byte ${start} has no end`);
    return this.bytes.toString('latin1', start, end);
  }

  /** A sequence of octets, as a view of the bytes that were received. */
  octets(): Buffer {
    const length = this.ulong();
    const start = this.#take(1, length);
    return this.bytes.subarray(start, start + length);
  }

  /** The length of a sequence whose elements take `minSize` bytes or more each. */
  sequenceLength(minSize: number): number {
    const length = this.ulong();
    if (length > maxElements || length * minSize > this.remaining) {
      throw new CdrError(
        `${length} elements are to follow byte ${this.position}, and ${this.remaining} bytes do`,
      );
    }
    return length;
  }

  /** A sequence of numbers of `size` bytes each, read without a call per alignment. */
  numbers<T>(size: number, get: (view: DataView, at: number, isLittleEndian: boolean) => T): T[] {
    const length = this.sequenceLength(size);
    if (length === 0) return [];
    const start = this.#take(size, length * size);
    const list: T[] = [];
    for (let index = 0; index < length; index += 1) {
      list.push(get(this.#view, start + index * size, this.isLittleEndian));
    }
    return list;
  }

  longLongs(): Long64[] {
    return this.numbers(8, (view, at, little) => exact(view.getBigInt64(at, little)));
  }

  ulongLongs(): Long64[] {
    return this.numbers(8, (view, at, little) => exact(view.getBigUint64(at, little)));
  }

  /**
   * An encapsulation: a sequence of octets that begins with its own byte order and is aligned by
   * itself.
   */
  encapsulation(): CdrReader {
    const octets = this.octets();
    if (octets.length === 0) throw new CdrError('an encapsulation is empty');
    return new CdrReader(octets, octets[0] !== 0, 1);
  }
}

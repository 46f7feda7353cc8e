const chunkSize = 64 * 1024;
// Without a NUL, which ends a string of C.
// eslint-disable-next-line no-control-regex
const latin1 = /^[\u0001-\u00ff]*$/;

/**
 * Writes CDR into a buffer that grows. Messages are written one after another into the same chunk of
 * memory and given away as views of it, so that nothing is copied or allocated for a small one.
 */
export class CdrWriter {
  readonly isLittleEndian: boolean;
  #bytes: Buffer;
  #view: DataView;
  #start = 0;
  #position = 0;

  constructor(isLittleEndian = true, size = chunkSize) {
    this.isLittleEndian = isLittleEndian;
    this.#bytes = Buffer.allocUnsafeSlow(size);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** How many bytes the message has so far; alignment counts from its beginning. */
  get length(): number {
    return this.#position - this.#start;
  }

  /** Gives the message away and begins the next one. */
  take(): Buffer {
    const message = this.#bytes.subarray(this.#start, this.#position);
    this.#start = this.#position;
    return message;
  }

  /** Drops the message begun. */
  discard(): void {
    this.#position = this.#start;
  }

  align(size: number): void {
    const padding = -this.length & (size - 1);
    if (padding === 0) return;
    const at = this.#reserve(1, padding);
    this.#bytes.fill(0, at, at + padding);
  }

  #reserve(size: number, length: number): number {
    const padding = -this.length & (size - 1);
    const end = this.#position + padding + length;
    if (end > this.#bytes.length) this.#grow(padding + length);
    for (let count = 0; count < padding; count += 1) this.#bytes[this.#position++] = 0;
    const at = this.#position;
    this.#position += length;
    return at;
  }

  #grow(more: number): void {
    const written = this.length;
    const size = Math.max(chunkSize, written * 2, written + more);
    const bytes = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(bytes, 0, this.#start, this.#position);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#start = 0;
    this.#position = written;
  }

  octet(value: number): void {
    const at = this.#reserve(1, 1);
    this.#bytes[at] = value;
  }

  boolean(value: boolean): void {
    this.octet(value ? 1 : 0);
  }

  short(value: number): void {
    const at = this.#reserve(2, 2);
    this.#view.setInt16(at, value, this.isLittleEndian);
  }

  ushort(value: number): void {
    const at = this.#reserve(2, 2);
    this.#view.setUint16(at, value, this.isLittleEndian);
  }

  long(value: number): void {
    const at = this.#reserve(4, 4);
    this.#view.setInt32(at, value, this.isLittleEndian);
  }

  ulong(value: number): void {
    const at = this.#reserve(4, 4);
    this.#view.setUint32(at, value, this.isLittleEndian);
  }

  longLong(value: number | bigint): void {
    const at = this.#reserve(8, 8);
    this.#view.setBigInt64(at, BigInt(value), this.isLittleEndian);
  }

  ulongLong(value: number | bigint): void {
    const at = this.#reserve(8, 8);
    this.#view.setBigUint64(at, BigInt(value), this.isLittleEndian);
  }

  float(value: number): void {
    const at = this.#reserve(4, 4);
    this.#view.setFloat32(at, value, this.isLittleEndian);
  }

  double(value: number): void {
    const at = this.#reserve(8, 8);
    this.#view.setFloat64(at, value, this.isLittleEndian);
  }

  /**
   * A string as Latin-1 bytes and a NUL.
   *
   * @throws TypeError when it holds a character that has no such byte
   */
  string(value: string): void {
    if (!latin1.test(value)) {
      throw new TypeError('Expected a text of Latin-1 characters without NUL, got another.');
    }
    this.ulong(value.length + 1);
    const at = this.#reserve(1, value.length + 1);
    this.#bytes.write(value, at, 'latin1');
    this.#bytes[at + value.length] = 0;
  }

  octets(value: Uint8Array): void {
    this.ulong(value.length);
    this.raw(value);
  }

  /** Bytes as they are, without a length. */
  raw(value: Uint8Array): void {
    const at = this.#reserve(1, value.length);
    this.#bytes.set(value, at);
  }

  /** Sets a number that was written before its value was known. */
  patchUlong(offset: number, value: number): void {
    this.#view.setUint32(this.#start + offset, value, this.isLittleEndian);
  }
}

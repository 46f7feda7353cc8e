import { CdrError } from '../cdr/cdr-error.ts';
import { CdrReader } from '../cdr/cdr-reader.ts';
import type { CdrWriter } from '../cdr/cdr-writer.ts';

/** The length of the header of every GIOP message. */
export const headerSize = 12;

/** The types of GIOP messages, by value. */
export const messageTypes = {
  request: 0,
  reply: 1,
  cancelRequest: 2,
  locateRequest: 3,
  locateReply: 4,
  closeConnection: 5,
  messageError: 6,
  fragment: 7,
} as const;

/** What the header of a GIOP message says. */
export interface GiopHeader {
  readonly minor: number;
  readonly isLittleEndian: boolean;
  readonly hasMoreFragments: boolean;
  readonly type: number;
  /** How many bytes follow the header. */
  readonly size: number;
}

const magic = 0x47494f50;

/**
 * Reads the header at the beginning of `bytes`.
 *
 * @throws {@link CdrError} when it is not that of GIOP 1.0 to 1.2
 */
export const readHeader = (bytes: Buffer): GiopHeader => {
  if (bytes.readUInt32BE(0) !== magic) {
    throw new CdrError(`a message begins with 0x${bytes.toString('hex', 0, 4)} in place of GIOP`);
  }
  const [major, minor, flags, type] = [bytes[4] ?? 0, bytes[5] ?? 0, bytes[6] ?? 0, bytes[7] ?? 0];
  if (major !== 1 || minor > 2) throw new CdrError(`a message of GIOP ${major}.${minor} came`);
  if (type > messageTypes.fragment) throw new CdrError(`a message of unknown type ${type} came`);
  const isLittleEndian = (flags & 1) === 1;
  return {
    minor,
    isLittleEndian,
    hasMoreFragments: (flags & 2) === 2 && minor > 0,
    type,
    size: isLittleEndian ? bytes.readUInt32LE(8) : bytes.readUInt32BE(8),
  };
};

/** Writes a header; the size is filled in by {@link finishMessage}. */
export const beginMessage = (writer: CdrWriter, type: number): void => {
  writer.octet(0x47);
  writer.octet(0x49);
  writer.octet(0x4f);
  writer.octet(0x50);
  writer.octet(1);
  writer.octet(2);
  writer.octet(writer.isLittleEndian ? 1 : 0);
  writer.octet(type);
  writer.ulong(0);
};

export const finishMessage = (writer: CdrWriter): Buffer => {
  writer.patchUlong(8, writer.length - headerSize);
  return writer.take();
};

/** What a request is made of. */
export interface GiopRequest {
  readonly id: number;
  readonly objectKey: Uint8Array;
  readonly operation: string;
  /** Writes the arguments; none without it. */
  readonly write?: ((writer: CdrWriter) => void) | undefined;
}

const responseExpected = 3;
const byObjectKey = 0;

/** One request of GIOP 1.2, complete. */
export const encodeRequest = (writer: CdrWriter, request: GiopRequest): Buffer => {
  try {
    beginMessage(writer, messageTypes.request);
    writer.ulong(request.id);
    writer.octet(responseExpected);
    writer.octet(0);
    writer.octet(0);
    writer.octet(0);
    writer.ushort(byObjectKey);
    writer.octets(request.objectKey);
    writer.string(request.operation);
    writer.ulong(0);
    if (request.write) {
      writer.align(8);
      request.write(writer);
    }
  } catch (error) {
    writer.discard();
    throw error;
  }
  return finishMessage(writer);
};

/** What a reply says before its body. */
export interface GiopReply {
  readonly id: number;
  readonly status: number;
  /** Stands at the body. */
  readonly body: CdrReader;
}

/** The kinds of replies, by value. */
export const replyStatus = {
  noException: 0,
  userException: 1,
  systemException: 2,
  locationForward: 3,
  locationForwardPerm: 4,
  needsAddressingMode: 5,
} as const;

const skipServiceContexts = (reader: CdrReader): void => {
  const count = reader.sequenceLength(8);
  for (let index = 0; index < count; index += 1) {
    reader.ulong();
    reader.octets();
  }
};

/** Reads a reply whose bytes, without the header, are `bytes`. */
export const readReply = (header: GiopHeader, bytes: Buffer): GiopReply => {
  const body = new CdrReader(bytes, header.isLittleEndian, 0, -headerSize);
  if (header.minor < 2) skipServiceContexts(body);
  const id = body.ulong();
  const status = body.ulong();
  if (header.minor < 2) return { id, status, body };
  skipServiceContexts(body);
  if (body.remaining > 0) body.align(8);
  return { id, status, body };
};

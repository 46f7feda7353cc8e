import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { CdrReader } from '../../../../src/devices/tango/cdr/cdr-reader.ts';
import { CdrWriter } from '../../../../src/devices/tango/cdr/cdr-writer.ts';
import { GiopFramer } from '../../../../src/devices/tango/giop/giop-framer.ts';
import {
  beginMessage,
  finishMessage,
  headerSize,
  messageTypes,
} from '../../../../src/devices/tango/giop/giop-message.ts';

/** A request as a peer reads it. */
export interface ReceivedRequest {
  readonly id: number;
  readonly objectKey: string;
  readonly operation: string;
  /** Stands at the arguments. */
  readonly body: CdrReader;
  readonly socket: Socket;
}

/** A peer that a test speaks for. */
export interface FakePeer extends AsyncDisposable {
  readonly port: number;
  readonly requests: ReceivedRequest[];
}

const readRequest = (bytes: Buffer, isLittleEndian: boolean, socket: Socket): ReceivedRequest => {
  const body = new CdrReader(bytes, isLittleEndian, 0, -headerSize);
  const id = body.ulong();
  body.octet();
  body.position += 3;
  body.ushort();
  const objectKey = Buffer.from(body.octets()).toString('latin1');
  const operation = body.string();
  const contexts = body.ulong();
  for (let index = 0; index < contexts; index += 1) {
    body.ulong();
    body.octets();
  }
  if (body.remaining > 0) body.align(8);
  return { id, objectKey, operation, body, socket };
};

/** Listens on a port of the loopback and hands each request to `answer`. */
export const fakePeer = async (
  answer: (request: ReceivedRequest) => void = () => {},
  onConnect: (socket: Socket) => void = () => {},
): Promise<FakePeer> => {
  const sockets = new Set<Socket>();
  const requests: ReceivedRequest[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    const framer = new GiopFramer(1e9, (header, body) => {
      if (header.type !== messageTypes.request) return;
      const request = readRequest(body, header.isLittleEndian, socket);
      requests.push(request);
      answer(request);
    });
    socket.on('data', (chunk: Buffer) => framer.push(chunk));
    onConnect(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

/** One reply of GIOP 1.2. */
export const encodeReply = (
  id: number,
  status: number,
  write?: (writer: CdrWriter) => void,
  isLittleEndian = true,
): Buffer => {
  const writer = new CdrWriter(isLittleEndian);
  beginMessage(writer, messageTypes.reply);
  writer.ulong(id);
  writer.ulong(status);
  writer.ulong(0);
  if (write) {
    writer.align(8);
    write(writer);
  }
  return finishMessage(writer);
};

/** Cuts a message into fragments of GIOP 1.2, whose sizes are multiples of 8 as they have to be. */
export const fragmented = (message: Buffer, size: number): Buffer[] => {
  const id = message.subarray(headerSize, headerSize + 4);
  const withHeader = (type: number, hasMore: boolean, body: Buffer): Buffer => {
    const header = Buffer.from(message.subarray(0, headerSize));
    header[6] = (header[6] ?? 0) | (hasMore ? 2 : 0);
    header[7] = type;
    const isLittleEndian = ((header[6] ?? 0) & 1) === 1;
    if (isLittleEndian) header.writeUInt32LE(body.length, 8);
    else header.writeUInt32BE(body.length, 8);
    return Buffer.concat([header, body]);
  };
  const first = message.subarray(headerSize, headerSize + size + 4);
  const parts = [withHeader(message[7] ?? 0, true, first)];
  for (let at = headerSize + first.length; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    const hasMore = at + size < message.length;
    parts.push(withHeader(messageTypes.fragment, hasMore, Buffer.concat([id, part])));
  }
  return parts;
};

/** The beginning of a message that announces `size` bytes. */
export const headerOf = (type: number, size: number, flags = 1): Buffer => {
  const header = Buffer.from([0x47, 0x49, 0x4f, 0x50, 1, 2, flags, type, 0, 0, 0, 0]);
  header.writeUInt32LE(size, 8);
  return header;
};

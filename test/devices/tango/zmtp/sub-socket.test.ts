import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { frameOf } from '../../../../src/devices/tango/zmtp/frames.ts';
import { greeting, readCommand, ready } from '../../../../src/devices/tango/zmtp/handshake.ts';
import { useSocket } from '../../../../src/devices/tango/zmtp/shared-sockets.ts';
import { parseEndpoint, SubSocket } from '../../../../src/devices/tango/zmtp/sub-socket.ts';

const servers: Server[] = [];
const connections = new Set<Socket>();

/** A peer that does with each connection what a test says. */
async function peer(serve: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('error', () => {});
    serve(socket);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A publisher that greets as ZeroMQ does, and what it was sent after that. */
async function publisher(then: (socket: Socket) => void = () => {}): Promise<{
  readonly endpoint: string;
  readonly sockets: Socket[];
  received(): string;
}> {
  const sockets: Socket[] = [];
  let text = '';
  const endpoint = await peer((socket) => {
    sockets.push(socket);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    socket.write(Buffer.concat([greeting(), ready()]));
    then(socket);
  });
  return { endpoint, sockets, received: () => text };
}

const message = (...parts: readonly string[]): Buffer =>
  Buffer.concat(
    parts.map((part, index) => {
      const frame = frameOf(Buffer.from(part, 'latin1'));
      if (index < parts.length - 1) frame[0] = (frame[0] as number) | 1;
      return frame;
    }),
  );

describe('SubSocket', () => {
  afterEach(async () => {
    for (const socket of connections) socket.destroy();
    connections.clear();
    for (const server of servers.splice(0)) {
      server.close();
      await once(server, 'close');
    }
  });

  it('asks for topics, hands their messages on, and asks for no more', async () => {
    const { endpoint, sockets, received } = await publisher();
    const socket = await SubSocket.open(endpoint, 2_000);
    const heard: string[][] = [];
    const leave = socket.subscribe('a/topic', (frames) => heard.push(frames.map(String)));
    await expect.poll(received).toContain('\u0001a/topic');
    sockets[0]?.write(message('a/topic', 'one', 'two'));
    sockets[0]?.write(message('another', 'three'));
    sockets[0]?.write(message('a/topic', 'four'));
    await expect
      .poll(() => heard)
      .toEqual([
        ['a/topic', 'one', 'two'],
        ['a/topic', 'four'],
      ]);
    leave();
    await expect.poll(received).toContain('\u0000a/topic');
    socket.close();
    expect(await socket.closed).toBeNull();
  });

  it('answers a PING', async () => {
    const ping = frameOf(Buffer.from('\u0004PING\u0000\u0064ctx', 'latin1'), true);
    const { endpoint, received } = await publisher((socket) => socket.write(ping));
    const socket = await SubSocket.open(endpoint, 2_000);
    await expect.poll(received).toContain('PONGctx');
    socket.close();
  });

  it('says when its peer has gone', async () => {
    const { endpoint, sockets } = await publisher();
    const socket = await SubSocket.open(endpoint, 2_000);
    socket.subscribe('t', () => {});
    sockets[0]?.destroy();
    expect(await socket.closed).toMatchObject({ code: 'DEVICE_UNREACHABLE' });
  });

  const strangers: readonly (readonly [string, Buffer])[] = [
    ['speaks HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    [
      'speaks an older ZMTP',
      Buffer.concat([
        Buffer.from([0xff]),
        Buffer.alloc(8),
        Buffer.from([0x7f, 1]),
        Buffer.alloc(53),
      ]),
    ],
    [
      'demands another mechanism',
      (() => {
        const bytes = greeting();
        bytes.write('CURVE', 12);
        return bytes;
      })(),
    ],
    [
      'announces an endless frame',
      Buffer.concat([greeting(), Buffer.from([2, 0x7f, 255, 255, 255, 255, 255, 255, 255])]),
    ],
    ['sends a message before it is ready', Buffer.concat([greeting(), message('t')])],
    [
      'refuses',
      Buffer.concat([greeting(), frameOf(Buffer.from('\u0005ERROR\u0002no', 'latin1'), true)]),
    ],
  ];

  it.each(strangers)('gives a peer up that %s', async (_, bytes) => {
    const endpoint = await peer((socket) => socket.write(bytes));
    await expect(SubSocket.open(endpoint, 2_000)).rejects.toMatchObject({
      code: 'DEVICE_PROTOCOL',
    });
  });

  it('gives a peer up that says nothing, or is not there', async () => {
    const silent = await peer(() => {});
    await expect(SubSocket.open(silent, 20)).rejects.toMatchObject({ code: 'DEVICE_UNREACHABLE' });
    const gone = silent.replace(/\d+$/, '1');
    await expect(SubSocket.open(gone, 2_000)).rejects.toMatchObject({ code: 'DEVICE_UNREACHABLE' });
    expect(() => parseEndpoint('ipc:///tmp/x')).toThrow('no TCP endpoint');
  });

  it('is one for each endpoint, and closed when the last user leaves', async () => {
    const { endpoint, sockets } = await publisher();
    const [first, second] = await Promise.all([
      useSocket(endpoint, 2_000),
      useSocket(endpoint, 2_000),
    ]);
    expect([first.socket === second.socket, sockets.length]).toEqual([true, 1]);
    first.leave();
    first.leave();
    expect(first.socket.isOpen).toBe(true);
    second.leave();
    expect(first.socket.isOpen).toBe(false);
    const third = await useSocket(endpoint, 2_000);
    expect(third.socket).not.toBe(first.socket);
    third.leave();
  });
});

describe('readCommand', () => {
  it('refuses a name that is longer than the command', () => {
    expect(() => readCommand(Buffer.from([9, 65]))).toThrow('no name');
    expect(readCommand(Buffer.from('\u0004PINGab', 'latin1'))).toMatchObject({ name: 'PING' });
  });
});

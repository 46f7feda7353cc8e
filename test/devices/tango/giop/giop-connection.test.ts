import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';

import { CdrError } from '../../../../src/devices/tango/cdr/cdr-error.ts';
import { CallFailure } from '../../../../src/devices/tango/giop/call-failure.ts';
import { openGiopConnection } from '../../../../src/devices/tango/giop/giop-connection.ts';
import type { GiopConnection } from '../../../../src/devices/tango/giop/giop-connection.ts';
import { GiopFramer } from '../../../../src/devices/tango/giop/giop-framer.ts';
import { messageTypes, readReply } from '../../../../src/devices/tango/giop/giop-message.ts';
import { simulatedClock } from '../../../../src/kernel/simulated-clock.ts';
import { systemClock } from '../../../../src/kernel/clock.ts';
import { encodeReply, fakePeer, fragmented, headerOf } from './fake-peer.ts';
import type { FakePeer, ReceivedRequest } from './fake-peer.ts';

const key = Buffer.from('a/b/c');
const inTime = { timeoutMs: 10_000 };

const open = (peer: FakePeer, maxMessageBytes = 1_000_000): Promise<GiopConnection> =>
  openGiopConnection(
    { host: '127.0.0.1', port: peer.port },
    { clock: systemClock, maxMessageBytes },
    inTime,
  );

const failureOf = async (call: Promise<unknown>): Promise<CallFailure> => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CallFailure);
  return error as CallFailure;
};

describe('GiopConnection', () => {
  it('gives replies to their requests in whatever order they come, in either byte order', async () => {
    const held: ReceivedRequest[] = [];
    await using peer = await fakePeer((request) => {
      held.push(request);
      if (held.length < 3) return;
      for (const [index, { id, operation, socket }] of held.toReversed().entries()) {
        socket.write(encodeReply(id, 0, (writer) => writer.string(operation), index % 2 === 0));
      }
    });
    const connection = await open(peer);
    const calls = ['first', 'second', 'third'].map((name) =>
      connection.call(key, name, undefined, inTime),
    );
    const names = (await Promise.all(calls)).map(({ body }) => body.string());
    expect(names).toEqual(['first', 'second', 'third']);
    expect(peer.requests.map(({ objectKey }) => objectKey)).toEqual(['a/b/c', 'a/b/c', 'a/b/c']);
    connection.close();
  });

  it('sends arguments from a multiple of 8, in the byte order it was told', async () => {
    const seen: unknown[] = [];
    await using peer = await fakePeer(({ id, body, socket }) => {
      seen.push(body.isLittleEndian, body.double());
      socket.write(encodeReply(id, 0));
    });
    for (const isLittleEndian of [true, false]) {
      const connection = await openGiopConnection(
        { host: '127.0.0.1', port: peer.port },
        { clock: systemClock, maxMessageBytes: 1_000, isLittleEndian },
        inTime,
      );
      await connection.call(key, 'odd', (writer) => writer.double(1.5), inTime);
      connection.close();
    }
    expect(seen).toEqual([true, 1.5, false, 1.5]);
  });

  it('joins fragments, also when those of several replies are mixed', async () => {
    const held: ReceivedRequest[] = [];
    await using peer = await fakePeer((request) => {
      held.push(request);
      if (held.length < 2) return;
      const [one = [], two = []] = held.map(({ id }) =>
        fragmented(
          encodeReply(id, 0, (writer) => {
            writer.string('x'.repeat(1_000 * id));
            writer.double(id);
          }),
          64,
        ),
      );
      const mixed = Array.from({ length: Math.max(one.length, two.length) }, (_, index) => [
        one[index] ?? Buffer.alloc(0),
        two[index] ?? Buffer.alloc(0),
      ]);
      request.socket.write(Buffer.concat(mixed.flat()));
    });
    const connection = await open(peer);
    const replies = await Promise.all(
      ['one', 'two'].map((name) => connection.call(key, name, undefined, inTime)),
    );
    expect(replies.map(({ body }) => [body.string().length, body.double()])).toEqual([
      [1_000, 1],
      [2_000, 2],
    ]);
    connection.close();
  });

  it('ends a call that is not answered in time, and passes over its late reply', async () => {
    const clock = simulatedClock();
    await using peer = await fakePeer();
    const connection = await openGiopConnection(
      { host: '127.0.0.1', port: peer.port },
      { clock, maxMessageBytes: 1_000 },
      inTime,
    );
    const slow = failureOf(connection.call(key, 'slow', undefined, { timeoutMs: 100 }));
    await clock.advance(100);
    expect((await slow).kind).toBe('timeout');
    await expect.poll(() => peer.requests.length).toBe(1);
    const next = connection.call(key, 'next', undefined, inTime);
    await expect.poll(() => peer.requests.length).toBe(2);
    for (const { id, socket } of peer.requests) socket.write(encodeReply(id, 0));
    expect((await next).id).toBe(2);
    connection.close();
  });

  it('ends a call whose caller waits no longer', async () => {
    await using peer = await fakePeer();
    const connection = await open(peer);
    const controller = new AbortController();
    const call = failureOf(
      connection.call(key, 'slow', undefined, { ...inTime, signal: controller.signal }),
    );
    controller.abort(new Error('enough'));
    expect(await call).toMatchObject({ kind: 'aborted', cause: { message: 'enough' } });
    connection.close();
  });

  it('says that nothing was sent once the connection has ended', async () => {
    await using peer = await fakePeer(({ socket }) => socket.destroy());
    const connection = await open(peer);
    expect((await failureOf(connection.call(key, 'cut', undefined, inTime))).kind).toBe('lost');
    expect((await failureOf(connection.call(key, 'after', undefined, inTime))).kind).toBe(
      'notSent',
    );
    expect((await connection.closed)?.kind).toBe('lost');
  });

  it('takes CloseConnection to mean that no request was begun', async () => {
    await using peer = await fakePeer(({ socket }) =>
      socket.write(headerOf(messageTypes.closeConnection, 0)),
    );
    const connection = await open(peer);
    expect((await failureOf(connection.call(key, 'one', undefined, inTime))).kind).toBe('notSent');
  });

  it('says so when nobody listens', async () => {
    const peer = await fakePeer();
    await peer[Symbol.asyncDispose]();
    expect((await failureOf(open(peer))).kind).toBe('notSent');
  });
});

describe('GiopConnection with a hostile peer', () => {
  const reply = messageTypes.reply;
  const endless = (socket: Socket): void => {
    const part = Buffer.concat([headerOf(messageTypes.fragment, 4, 3), Buffer.from([9, 0, 0, 0])]);
    socket.write(Buffer.concat([headerOf(reply, 4, 3), Buffer.from([9, 0, 0, 0])]));
    const many = Buffer.concat(Array.from({ length: 1_000 }, () => part));
    const more = (): void => {
      while (!socket.destroyed && socket.write(many));
    };
    socket.on('drain', more);
    more();
  };

  it.each<[string, (request: ReceivedRequest) => void, RegExp]>([
    ['foreign bytes', ({ socket }) => socket.write('HTTP/1.1 400 Bad Request\r\n'), /in place of/],
    [
      'another version',
      ({ socket }) => {
        const header = headerOf(reply, 0);
        header[5] = 9;
        socket.write(header);
      },
      /GIOP 1\.9/,
    ],
    ['an unknown type', ({ socket }) => socket.write(headerOf(77, 0)), /unknown type/],
    ['a request', ({ socket }) => socket.write(headerOf(messageTypes.request, 0)), /only clients/],
    [
      'a word that it understood nothing',
      ({ socket }) => socket.write(headerOf(messageTypes.messageError, 0)),
      /did not understand/,
    ],
    ['an oversized message', ({ socket }) => socket.write(headerOf(reply, 2e9)), /maxMessageBytes/],
    ['an empty reply', ({ socket }) => socket.write(headerOf(reply, 0)), /are to follow/],
    [
      'a reply to a request never made',
      ({ socket }) => socket.write(encodeReply(999, 0)),
      /never made/,
    ],
    [
      'a fragment of nothing',
      ({ socket }) =>
        socket.write(
          Buffer.concat([headerOf(messageTypes.fragment, 4), Buffer.from([1, 0, 0, 0])]),
        ),
      /has not begun/,
    ],
    [
      'a message that begins twice',
      ({ socket }) => {
        const begin = Buffer.concat([headerOf(reply, 4, 3), Buffer.from([1, 0, 0, 0])]);
        socket.write(Buffer.concat([begin, begin]));
      },
      /began twice/,
    ],
    [
      'a fragment without a request',
      ({ socket }) => socket.write(headerOf(messageTypes.fragment, 0)),
      /names no request/,
    ],
    ['fragments without an end', ({ socket }) => endless(socket), /no end|maxMessageBytes/],
    [
      'more service contexts than bytes',
      ({ socket }) => {
        const body = Buffer.alloc(12);
        body.writeUInt32LE(1, 0);
        body.writeUInt32LE(0xffffffff, 8);
        socket.write(Buffer.concat([headerOf(reply, 12), body]));
      },
      /are to follow/,
    ],
  ])('ends it at %s', async (_, answer, message) => {
    await using peer = await fakePeer(answer);
    const connection = await open(peer);
    const failure = await failureOf(connection.call(key, 'one', undefined, inTime));
    expect(failure).toMatchObject({ kind: 'protocol', message: expect.stringMatching(message) });
    expect((await connection.closed)?.kind).toBe('protocol');
  });

  it('keeps nothing for what is announced and does not come', async () => {
    await using peer = await fakePeer(({ socket }) => socket.write(headerOf(reply, 200_000_000)));
    const connection = await open(peer, 256_000_000);
    const before = process.memoryUsage().arrayBuffers;
    const call = failureOf(connection.call(key, 'one', undefined, inTime));
    await expect.poll(() => peer.requests.length).toBe(1);
    connection.close();
    expect((await call).kind).toBe('lost');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
  });
});

describe('GiopFramer', () => {
  it('gives the same messages however the bytes are cut', () => {
    const messages = [
      encodeReply(1, 0, (writer) => writer.string('one')),
      ...fragmented(
        encodeReply(2, 0, (writer) => writer.string('y'.repeat(500))),
        32,
      ),
      encodeReply(3, 0),
    ];
    const stream = Buffer.concat(messages);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (sizes) => {
        const ids: number[] = [];
        const framer = new GiopFramer(10_000, (header, body) =>
          ids.push(readReply(header, body).id),
        );
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const end = at + (sizes[turn % sizes.length] ?? 1);
          framer.push(stream.subarray(at, end));
          at = end;
        }
        expect(ids).toEqual([1, 2, 3]);
      }),
    );
  });

  it('gives messages or a CdrError for any bytes after a true beginning', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(7), fc.nat(3), (rest, type, flags) => {
        const framer = new GiopFramer(1_000, (header, body) => {
          if (header.type === messageTypes.reply) readReply(header, body);
        });
        try {
          framer.push(Buffer.concat([headerOf(type, rest.length % 32, flags), rest]));
        } catch (error) {
          expect(error).toBeInstanceOf(CdrError);
        }
      }),
    );
  });
});

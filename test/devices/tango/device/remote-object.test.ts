import { describe, expect, it } from 'vitest';

import { CdrWriter } from '../../../../src/devices/tango/cdr/cdr-writer.ts';
import type { TangoLink } from '../../../../src/devices/tango/device/tango-link.ts';
import { devErrorList, namedDevErrorList } from '../../../../src/devices/tango/idl/basics.ts';
import { devCmdInfoList2 } from '../../../../src/devices/tango/idl/device-info.ts';
import { tangoDriver } from '../../../../src/devices/tango/tango-driver.ts';
import { encodeReply, fakePeer, headerOf } from '../giop/fake-peer.ts';
import type { FakePeer, ReceivedRequest } from '../giop/fake-peer.ts';

const options = { timeoutMs: 10_000 };
const [noException, userException, systemException, locationForward] = [0, 1, 2, 3] as const;

const commands = [
  {
    cmd_name: 'Go',
    level: 'OPERATOR',
    cmd_tag: 0,
    in_type: 0,
    out_type: 0,
    in_type_desc: '',
    out_type_desc: '',
  },
] as const;

/** A device that is there; what it does with commands and reads is the test's. */
const device =
  (answer: (request: ReceivedRequest) => void) =>
  (request: ReceivedRequest): void => {
    const { id, operation, socket } = request;
    if (operation === 'ping') socket.write(encodeReply(id, noException));
    else if (operation === 'command_list_query_2') {
      socket.write(encodeReply(id, noException, (w) => devCmdInfoList2.write(w, commands)));
    } else answer(request);
  };

const reach = ({ port }: FakePeer, timeoutMs = 10_000): Promise<TangoLink> =>
  tangoDriver(`tango://127.0.0.1:${port}/a/b/c#dbase=no`).connect({ timeoutMs });

const exception = ({ id, socket }: ReceivedRequest, name: string, completed: number): void => {
  socket.write(
    encodeReply(id, systemException, (writer) => {
      writer.string(`IDL:omg.org/CORBA/${name}:1.0`);
      writer.ulong(7);
      writer.ulong(completed);
    }),
  );
};

const sent = (peer: FakePeer): readonly string[] =>
  peer.requests.map(({ operation }) => operation).filter((name) => /inout|read_/.test(name));

const [yes, no, maybe] = [0, 1, 2] as const;

describe('RemoteObject', () => {
  it.each<[what: string, (request: ReceivedRequest) => void, command: string, read: string]>([
    ['is cut off', ({ socket }) => socket.destroy(), 'OUTCOME_UNKNOWN', 'DEVICE_UNREACHABLE'],
    [
      'says that it had not begun',
      ({ socket }) => socket.write(headerOf(5, 0)),
      'DEVICE_UNREACHABLE',
      'DEVICE_UNREACHABLE',
    ],
    [
      'answers with foreign bytes',
      ({ socket }) => socket.write('SSH-2.0-OpenSSH'),
      'OUTCOME_UNKNOWN',
      'DEVICE_PROTOCOL',
    ],
    [
      'answers with a reply cut short',
      ({ id, socket }) => socket.write(encodeReply(id, noException)),
      'OUTCOME_UNKNOWN',
      'DEVICE_PROTOCOL',
    ],
    [
      'answers with an exception of its own',
      ({ id, socket }) =>
        socket.write(encodeReply(id, userException, (w) => w.string('IDL:Other/Error:1.0'))),
      'OUTCOME_UNKNOWN',
      'DEVICE_PROTOCOL',
    ],
    [
      'was not there (TRANSIENT)',
      (request) => exception(request, 'TRANSIENT', no),
      'DEVICE_UNREACHABLE',
      'DEVICE_UNREACHABLE',
    ],
    [
      'is gone (OBJECT_NOT_EXIST)',
      (request) => exception(request, 'OBJECT_NOT_EXIST', no),
      'DEVICE_UNREACHABLE',
      'DEVICE_UNREACHABLE',
    ],
    [
      'lost somebody on the way (COMM_FAILURE)',
      (request) => exception(request, 'COMM_FAILURE', maybe),
      'OUTCOME_UNKNOWN',
      'DEVICE_UNREACHABLE',
    ],
    [
      'failed afterwards (UNKNOWN)',
      (request) => exception(request, 'UNKNOWN', yes),
      'OUTCOME_UNKNOWN',
      'DEV_FAILED',
    ],
    [
      'refused beforehand (MARSHAL)',
      (request) => exception(request, 'MARSHAL', no),
      'DEV_FAILED',
      'DEV_FAILED',
    ],
  ])('sends once to a device that %s', async (_, answer, ofCommand, ofRead) => {
    for (const [code, call] of [
      [ofCommand, (link: TangoLink) => link.command('Go', undefined, options)],
      [ofRead, (link: TangoLink) => link.read('a', options)],
    ] as const) {
      await using peer = await fakePeer(device(answer));
      const link = await reach(peer);
      await expect(call(link)).rejects.toMatchObject({ code });
      expect(sent(peer)).toHaveLength(1);
      link.close();
    }
  });

  it('does not know what became of a command that was not answered in time', async () => {
    await using peer = await fakePeer(device(() => {}));
    const link = await reach(peer);
    const soon = { timeoutMs: 20 };
    await link.command('Go', undefined, { timeoutMs: 20 }).catch(() => {});
    await expect(link.command('Go', undefined, soon)).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      cause: { code: 'DEVICE_TIMEOUT' },
    });
    await expect(link.read('a', soon)).rejects.toMatchObject({ code: 'DEVICE_TIMEOUT' });
    link.close();
  });

  it('sends nothing for a caller that waits no longer, and gives its reason to a read', async () => {
    await using peer = await fakePeer(device(() => {}));
    const link = await reach(peer);
    const reason = new Error('enough');
    const ended = { ...options, signal: AbortSignal.abort(reason) };
    await expect(link.read('a', ended)).rejects.toBe(reason);
    expect(sent(peer)).toEqual([]);
    const controller = new AbortController();
    const read = link.read('a', { ...options, signal: controller.signal });
    await expect.poll(() => sent(peer)).toHaveLength(1);
    controller.abort(reason);
    await expect(read).rejects.toBe(reason);
    link.close();
  });

  it('follows an object to where it says it is, and stays there', async () => {
    const state = (writer: CdrWriter): void => {
      writer.ulong(18);
      writer.ulong(0);
      writer.string('here');
    };
    await using there = await fakePeer(
      device(({ id, socket }) => socket.write(encodeReply(id, noException, state))),
    );
    await using here = await fakePeer(
      device(({ id, socket }) =>
        socket.write(
          encodeReply(id, locationForward, (writer) => {
            const profile = new CdrWriter();
            for (const octet of [1, 1, 2]) profile.octet(octet);
            profile.string('127.0.0.1');
            profile.ushort(there.port);
            profile.octets(Buffer.from('moved'));
            profile.ulong(0);
            writer.string('IDL:Tango/Device_5:1.0');
            writer.ulong(1);
            writer.ulong(0);
            writer.octets(profile.take());
          }),
        ),
      ),
    );
    const link = await reach(here);
    expect(await link.command('Go', undefined, options)).toBe('here');
    expect(await link.command('Go', undefined, options)).toBe('here');
    expect(sent(here)).toHaveLength(1);
    expect(there.requests.map(({ objectKey }) => objectKey)).toEqual(['moved', 'moved']);
    await there[Symbol.asyncDispose]();
    expect(await link.closed).toMatchObject({ code: 'DEVICE_UNREACHABLE' });
  });

  it('gives the exceptions of several attributes in one', async () => {
    const error = (reason: string) =>
      ({ reason, severity: 'ERR', desc: 'why', origin: 'there' }) as const;
    await using peer = await fakePeer(
      device(({ id, socket }) =>
        socket.write(
          encodeReply(id, userException, (writer) => {
            writer.string('IDL:Tango/MultiDevFailed:1.0');
            namedDevErrorList.write(writer, [
              { name: 'one', index_in_call: 0, err_list: [error('A')] },
              { name: 'two', index_in_call: 1, err_list: [error('B'), error('C')] },
            ]);
          }),
        ),
      ),
    );
    const link = await reach(peer);
    await expect(link.command('Go', undefined, options)).rejects.toMatchObject({
      reason: 'A',
      errors: [{ description: 'one: why' }, { description: 'two: why' }, { reason: 'C' }],
    });
    link.close();
  });

  it('asks an older device by the operations it knows, and goes on so', async () => {
    await using peer = await fakePeer(
      device((request) => {
        const { id, operation, socket } = request;
        if (operation.endsWith('_5')) return exception(request, 'BAD_OPERATION', no);
        socket.write(
          encodeReply(id, userException, (writer) => {
            writer.string('IDL:Tango/DevFailed:1.0');
            devErrorList.write(writer, [
              { reason: 'Asked', severity: 'WARN', desc: operation, origin: '' },
            ]);
          }),
        );
      }),
    );
    const link = await reach(peer);
    await expect(link.read('a', options)).rejects.toMatchObject({ reason: 'Asked' });
    await expect(link.read('a', options)).rejects.toMatchObject({ reason: 'Asked' });
    expect(sent(peer)).toEqual(['read_attributes_5', 'read_attributes_4', 'read_attributes_4']);
    link.close();
  });
});

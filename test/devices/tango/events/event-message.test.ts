import { array, assert, constantFrom, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CdrError } from '../../../../src/devices/tango/cdr/cdr-error.ts';
import { CdrWriter } from '../../../../src/devices/tango/cdr/cdr-writer.ts';
import { readEvent } from '../../../../src/devices/tango/events/event-message.ts';
import {
  readSubscriptionReply,
  atHost,
} from '../../../../src/devices/tango/events/subscription-reply.ts';
import { attDataReady, zmqCallInfo } from '../../../../src/devices/tango/idl/events.ts';
import type { AttributeEventKind } from '../../../../src/kernel/device-proxy.ts';

const kinds: readonly AttributeEventKind[] = ['change', 'dataReady', 'configuration', 'interface'];

describe('readEvent', () => {
  it.each([true, false])('reads a data-ready event (little endian: %s)', (isLittle) => {
    const call = new CdrWriter(isLittle);
    zmqCallInfo.write(call, {
      version: 1,
      ctr: 7,
      method_name: 'push',
      oid: Buffer.alloc(0),
      call_is_except: false,
    });
    const body = new CdrWriter(isLittle);
    attDataReady.write(body, { name: 'counts', data_type: 5, ctr: 3 });
    const mark = Buffer.from(isLittle ? [0xc0, 0xde, 0xc0, 0xde] : [0xde, 0xc0, 0xde, 0xc0]);
    const frames = [
      Buffer.from('tango://h:1/a/b/c/counts.idl5_data_ready'),
      Buffer.from([isLittle ? 1 : 0]),
      call.take(),
      Buffer.concat([mark, body.take()]),
    ];
    expect(readEvent(frames, 'dataReady', 'counts', 1_000)).toEqual({
      counter: 7,
      told: {
        attribute: 'counts',
        value: { dataType: 5, counter: 3 },
        quality: 'valid',
        at: 1_000,
        shape: [],
      },
    });
  });

  it('makes an event or an error of any bytes', () => {
    const frame = uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes));
    assert(
      property(array(frame, { maxLength: 5 }), constantFrom(...kinds), (frames, kind) => {
        try {
          readEvent(frames, kind, 'a', 0);
        } catch (error) {
          expect(error).toBeInstanceOf(CdrError);
        }
      }),
    );
  });
});

describe('readSubscriptionReply', () => {
  it('takes the topic and the channel last, after one pair of endpoints for each network', () => {
    const texts = ['tcp://10.0.0.1:1', 'tcp://10.0.0.1:2', 'tcp://10.1.0.1:1', 'tcp://10.1.0.1:2'];
    const answer = [
      [9, 5],
      [...texts, 'topic.idl5_change', 'tango://h:1/dserver/s/i'],
    ];
    expect(readSubscriptionReply(answer, 'd')).toEqual({
      endpoints: [
        { heartbeat: texts[0], event: texts[1] },
        { heartbeat: texts[2], event: texts[3] },
      ],
      topic: 'topic.idl5_change',
      heartbeatTopic: 'tango://h:1/dserver/s/i.heartbeat',
    });
  });

  it.each([[null], [[[1], []]], [[[1], ['a', 'b', 'c']]], [[[1], [1, 2, 3, 4]]]])(
    'refuses %j',
    (answer) => {
      expect(() => readSubscriptionReply(answer, 'd')).toThrow(
        expect.objectContaining({ code: 'DEVICE_PROTOCOL' }) as Error,
      );
    },
  );

  it('puts an endpoint at another host', () => {
    expect(atHost('tcp://0.0.0.0:41', '127.0.0.1')).toBe('tcp://127.0.0.1:41');
    expect(atHost('tcp://0.0.0.0:41', '::1')).toBe('tcp://[::1]:41');
  });
});

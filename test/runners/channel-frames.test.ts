import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader } from '../../src/runners/channel-frames.ts';

const messages = [{ type: 'a' }, { n: [1, 2, 3], at: new Date(0) }, 'x'.repeat(300), undefined];
const bytes = Buffer.concat(messages.map(encodeFrame));

/** The parts of `buffer`, `size` bytes each. */
const cut = (buffer: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(buffer.length / size) }, (_, index) =>
    buffer.subarray(index * size, (index + 1) * size),
  );

describe('FrameReader', () => {
  it.each([1, 2, 7, 12, 13, 100, bytes.length])(
    'puts messages together from chunks of %i bytes',
    (size) => {
      const reader = new FrameReader();
      const read = cut(bytes, size).map((chunk) => reader.push(chunk));
      expect(read.flatMap((part) => part.messages)).toEqual(messages);
      expect(read.every(({ garbage }) => garbage === null)).toBe(true);
      expect(reader.isMidMessage).toBe(false);
    },
  );

  it('knows that it is in the middle of a message', () => {
    const reader = new FrameReader();
    expect(reader.push(bytes.subarray(0, 5))).toEqual({ messages: [], garbage: null });
    expect(reader.isMidMessage).toBe(true);
  });

  it('gives the messages before garbage, and shows the garbage', () => {
    const garbage = Buffer.from('Segmentation fault\n');
    const read = new FrameReader().push(Buffer.concat([encodeFrame(1), garbage]));
    expect(read).toEqual({ messages: [1], garbage: '"Segmentation fault\\n"' });
  });

  it('takes a message for garbage when one bit of it is wrong', () => {
    const frame = encodeFrame({ intensity: 12.5 });
    for (let index = 0; index < frame.length; index += 1) {
      const wrong = Buffer.from(frame);
      wrong[index] = (frame[index] ?? 0) ^ 1;
      const reader = new FrameReader();
      const read = reader.push(Buffer.concat([wrong, encodeFrame('x'.repeat(2 ** 17))]));
      expect(read.messages).toEqual([]);
      // A wrong length may also make the reader wait for more, and then for ever.
      expect(read.garbage !== null || reader.isMidMessage).toBe(true);
    }
  });

  it('takes a body that is no value for garbage, though its checksum holds', () => {
    const body = Buffer.from('no value of V8');
    const frame = Buffer.alloc(12 + body.length);
    encodeFrame(1).copy(frame, 0, 0, 4);
    frame.writeUInt32BE(body.length, 4);
    frame.writeUInt32BE(crc32(body), 8);
    body.copy(frame, 12);
    expect(new FrameReader().push(frame)).toEqual({ messages: [], garbage: '"no value of V8"' });
  });
});

describe('encodeFrame', () => {
  it('refuses what cannot be copied', () => {
    expect(() => encodeFrame({ callback: () => {} })).toThrow('could not be cloned');
  });
});

import { array, assert, nat, property, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { frameOf, FrameReader } from '../../../../src/devices/tango/zmtp/frames.ts';

const limit = 1_000;

/** Bytes cut at any places. */
const cut = (bytes: Buffer, places: readonly number[]): readonly Buffer[] => {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length];
  const sorted = at.toSorted((a, b) => a - b);
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
};

describe('FrameReader', () => {
  it('gives the frames that were written, however their bytes are cut', () => {
    const bodies = array(uint8Array({ maxLength: 600 }), { maxLength: 6 });
    assert(
      property(bodies, array(nat(), { maxLength: 8 }), (written, places) => {
        const bytes = Buffer.concat(written.map((body) => frameOf(body)));
        const reader = new FrameReader(limit);
        const read = cut(bytes, places).flatMap((chunk) => reader.read(chunk));
        expect(read.map(({ body }) => [...body])).toEqual(written.map((body) => [...body]));
      }),
    );
  });

  it('reads what ZeroMQ sends: a short frame, a long one, a command, one with more to come', () => {
    const reader = new FrameReader(limit);
    const short = Buffer.from([0x01, 2, 0x61, 0x62]);
    const long = Buffer.concat([Buffer.from([0x02, 0, 0, 0, 0, 0, 0, 1, 0]), Buffer.alloc(256, 7)]);
    const command = Buffer.from([0x04, 1, 0x63]);
    const frames = reader.read(Buffer.concat([short, long, command]));
    expect(frames.map(({ body, hasMore, isCommand }) => [body.length, hasMore, isCommand])).toEqual(
      [
        [2, true, false],
        [256, false, false],
        [1, false, true],
      ],
    );
  });

  it('refuses a frame that is announced as longer than the limit, before it comes', () => {
    const endless = Buffer.from([0x02, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    expect(() => new FrameReader(limit).read(endless)).toThrow('are the limit');
    expect(() => new FrameReader(limit).read(Buffer.from([0xf0, 1, 0]))).toThrow('do not exist');
  });

  it('makes frames or an error of any bytes', () => {
    assert(
      property(uint8Array({ maxLength: 400 }), (bytes) => {
        const reader = new FrameReader(limit);
        try {
          reader.read(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });
});

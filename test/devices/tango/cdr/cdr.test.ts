import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';

import { CdrError } from '../../../../src/devices/tango/cdr/cdr-error.ts';
import { CdrReader } from '../../../../src/devices/tango/cdr/cdr-reader.ts';
import { CdrWriter } from '../../../../src/devices/tango/cdr/cdr-writer.ts';
import * as codecs from '../../../../src/devices/tango/cdr/codec.ts';
import type { Codec } from '../../../../src/devices/tango/cdr/codec.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

const written = <T>(codec: Codec<T>, value: T, isLittleEndian = true): string => {
  const writer = new CdrWriter(isLittleEndian);
  codec.write(writer, value);
  return writer.take().toString('hex');
};

const point = codecs.struct({ x: codecs.octet, y: codecs.double, name: codecs.string });

describe('CdrWriter', () => {
  it('aligns each number to its own size, in either byte order', () => {
    const value = { x: 1, y: 1, name: 'é' };
    expect(written(point, value)).toBe('0100000000000000000000000000f03f02000000e900');
    expect(written(point, value, false)).toBe('01000000000000003ff000000000000000000002e900');
  });

  it('keeps a message apart from the one before, however large it grows', () => {
    const writer = new CdrWriter(true, 16);
    writer.octet(7);
    const first = writer.take();
    const large = 'x'.repeat(300_000);
    writer.string(large);
    const second = writer.take();
    writer.double(1);
    const third = writer.take();
    expect(first.toString('hex')).toBe('07');
    expect(new CdrReader(second, true).string()).toBe(large);
    expect(third.toString('hex')).toBe('000000000000f03f');
  });

  it('refuses a text that Latin-1 has no bytes for, and a NUL', () => {
    const writer = new CdrWriter();
    expect(() => writer.string('Ω')).toThrow(TypeError);
    expect(() => writer.string('a\0b')).toThrow(TypeError);
  });
});

describe('CdrReader', () => {
  it('reads numbers of either byte order', () => {
    expect(new CdrReader(bytes('01000000 02000000'), true).ulong()).toBe(1);
    const big = new CdrReader(bytes('01 00 0002 ffffffff'), false);
    expect([big.octet(), big.short(), big.long()]).toEqual([1, 2, -1]);
  });

  it('aligns from its origin, which may lie before the bytes', () => {
    const reader = new CdrReader(bytes('dec0dec0 2a000000 00000000'), true, 4, -4);
    expect(reader.longLong()).toBe(42);
  });

  it('gives a 64-bit integer as a number where that is exact, else as a bigint', () => {
    const safe = new CdrReader(bytes('ffffffffffff1f00'), true);
    const large = new CdrReader(bytes('0000000000002000'), true);
    expect(safe.longLong()).toBe(Number.MAX_SAFE_INTEGER);
    expect(large.ulongLong()).toBe(2n ** 53n);
  });

  it.each([
    ['a number cut short', '0000', (reader: CdrReader) => reader.ulong()],
    ['a string longer than the bytes', 'ffffff7f 61', (reader: CdrReader) => reader.string()],
    ['a string without its end', '02000000 6161', (reader: CdrReader) => reader.string()],
    ['octets longer than the bytes', 'ffffffff 61', (reader: CdrReader) => reader.octets()],
    ['an empty encapsulation', '00000000', (reader: CdrReader) => reader.encapsulation()],
    [
      'more numbers than bytes',
      '00000001 0000000000000000',
      (reader: CdrReader) => codecs.doubleList.read(reader),
    ],
    [
      'more texts than bytes',
      'ffffff00 0100000000',
      (reader: CdrReader) => codecs.stringList.read(reader),
    ],
    [
      'a value that an enumeration lacks',
      '03000000',
      (reader: CdrReader) => codecs.enumeration(['A', 'B']).read(reader),
    ],
  ])('refuses %s', (_, hex, read) => {
    expect(() => read(new CdrReader(bytes(hex), true))).toThrow(CdrError);
  });
});

describe('Codec', () => {
  const everything = codecs.struct({
    flag: codecs.boolean,
    short: codecs.short,
    big: codecs.longLong,
    text: codecs.string,
    doubles: codecs.doubleList,
    texts: codecs.stringList,
    bytes: codecs.octets,
    state: codecs.enumeration(['ON', 'OFF']),
    either: codecs.union({ NUMBER: codecs.long, TEXTS: codecs.stringList }),
    points: codecs.sequence(point),
  });
  const latin1 = fc.string({
    unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCodePoint(code)),
  });
  const pointValue = fc.record({
    x: fc.integer({ min: 0, max: 255 }),
    y: fc.double(),
    name: latin1,
  });

  it('reads what it wrote, in either byte order', () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.record({
          flag: fc.boolean(),
          short: fc.integer({ min: -0x8000, max: 0x7fff }),
          big: fc.oneof(fc.maxSafeInteger(), fc.constant(2n ** 62n)),
          text: latin1,
          doubles: fc.array(fc.double()),
          texts: fc.array(latin1),
          bytes: fc.uint8Array(),
          state: fc.constantFrom('ON' as const, 'OFF' as const),
          either: fc.oneof(
            fc.record({
              type: fc.constant('NUMBER' as const),
              value: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
            }),
            fc.record({ type: fc.constant('TEXTS' as const), value: fc.array(latin1) }),
          ),
          points: fc.array(pointValue),
        }),
        (isLittleEndian, value) => {
          const writer = new CdrWriter(isLittleEndian, 8);
          everything.write(writer, value);
          const reader = new CdrReader(writer.take(), isLittleEndian);
          expect(everything.read(reader)).toEqual(value);
          expect(reader.remaining).toBe(0);
        },
      ),
    );
  });

  it('gives a value or a CdrError for any bytes', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.uint8Array({ maxLength: 200 }), (isLittleEndian, given) => {
        try {
          everything.read(new CdrReader(given, isLittleEndian));
        } catch (error) {
          expect(error).toBeInstanceOf(CdrError);
        }
      }),
    );
  });
});

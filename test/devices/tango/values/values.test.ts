import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';

import { DevFailed } from '../../../../src/kernel/device-errors.ts';
import { CdrError } from '../../../../src/devices/tango/cdr/cdr-error.ts';
import { CdrReader } from '../../../../src/devices/tango/cdr/cdr-reader.ts';
import { CdrWriter } from '../../../../src/devices/tango/cdr/cdr-writer.ts';
import { attributeConfigList5 } from '../../../../src/devices/tango/idl/attribute-config.ts';
import {
  attributeValue4,
  attributeValueList5,
} from '../../../../src/devices/tango/idl/attribute-value.ts';
import type { AttributeValue5 } from '../../../../src/devices/tango/idl/attribute-value.ts';
import { devIntrChange, zmqCallInfo } from '../../../../src/devices/tango/idl/events.ts';
import { attributeArgument } from '../../../../src/devices/tango/values/attribute-argument.ts';
import type { WritableAttribute } from '../../../../src/devices/tango/values/attribute-argument.ts';
import { commandArgument } from '../../../../src/devices/tango/values/command-argument.ts';
import { InvalidValue } from '../../../../src/devices/tango/values/invalid-value.ts';
import { toAttributeValue } from '../../../../src/devices/tango/values/to-attribute-value.ts';
import { readAny } from '../../../../src/devices/tango/values/type-code.ts';
import { typeName } from '../../../../src/devices/tango/values/type-names.ts';

const typeNumber = (name: string): number =>
  Array.from({ length: 40 }, (_, number) => number).find((number) => typeName(number) === name) ??
  -1;

const sent = (type: string, value: unknown, isLittleEndian = true): Buffer => {
  const writer = new CdrWriter(isLittleEndian);
  commandArgument(typeNumber(type), value)(writer);
  return writer.take();
};

describe('commandArgument', () => {
  it.each<[type: string, given: unknown, read?: unknown]>([
    ['DevVoid', undefined],
    ['DevVoid', null, undefined],
    ['DevBoolean', true],
    ['DevBoolean', 0, false],
    ['DevShort', -0x8000],
    ['DevUShort', 0xffff],
    ['DevLong', -0x8000_0000],
    ['DevULong', 0xffff_ffff],
    ['DevLong64', -(2n ** 63n)],
    ['DevLong64', '9007199254740993', 9007199254740993n],
    ['DevULong64', 2n ** 64n - 1n],
    ['DevULong64', 5n, 5],
    ['DevFloat', 0.5],
    ['DevDouble', 1e300],
    ['DevDouble', 'NaN', Number.NaN],
    ['DevUChar', 255],
    ['DevString', 'Grüße'],
    ['DevString', ''],
    ['ConstDevString', 'c'],
    ['DevState', 'MOVING'],
    ['DevState', 'moving', 'MOVING'],
    ['DevState', 13, 'UNKNOWN'],
    ['DevEnum', 2],
    ['DevVarCharArray', [0, 255]],
    ['DevVarCharArray', new Uint8Array([7]), [7]],
    ['DevVarShortArray', [-1, 1]],
    ['DevVarUShortArray', [1, 65535]],
    ['DevVarLongArray', []],
    ['DevVarULongArray', [4294967295]],
    ['DevVarLong64Array', [1, 2n ** 60n]],
    ['DevVarULong64Array', [2n ** 63n]],
    ['DevVarFloatArray', [0.25]],
    ['DevVarDoubleArray', new Float64Array([0.1, 0.2]), [0.1, 0.2]],
    ['DevVarBooleanArray', [true, false]],
    ['DevVarStringArray', ['a', '', 'ÿ']],
    ['DevVarStateArray', ['ON', 'OFF']],
    ['DevVarLongStringArray', [[1, 2], ['x']]],
    ['DevVarLongStringArray', { lvalue: [1], svalue: ['y'] }, [[1], ['y']]],
    ['DevVarDoubleStringArray', { dvalue: [0.5], svalue: [] }, [[0.5], []]],
    ['DevEncoded', { format: 'f', data: new Uint8Array([1, 2]) }],
    ['DevEncoded', { format: 'f', data: 'AQI=' }, { format: 'f', data: new Uint8Array([1, 2]) }],
    ['DevEncoded', ['f', [1, 2]], { format: 'f', data: new Uint8Array([1, 2]) }],
  ])('takes %s and it comes back, in either byte order (%#)', (type, given, ...[read]) => {
    const expected = read === undefined && given !== null ? given : read;
    for (const isLittleEndian of [true, false]) {
      const reader = new CdrReader(sent(type, given, isLittleEndian), isLittleEndian);
      expect(readAny(reader)).toEqual(expected);
      expect(reader.remaining).toBe(0);
    }
  });

  it.each<[type: string, given: unknown, message: RegExp]>([
    ['DevVoid', 1, /no argument, got 1/],
    ['DevLong', 1.5, /DevLong \(an integer from -2147483648 to 2147483647\), got 1\.5/],
    ['DevLong', 2 ** 31, /got 2147483648/],
    ['DevLong', '1', /got "1"/],
    ['DevUChar', -1, /DevUChar/],
    ['DevULong64', -1, /DevULong64/],
    ['DevLong64', 2 ** 60, /DevLong64/],
    ['DevDouble', 'one', /DevDouble \(a number\)/],
    ['DevBoolean', 'true', /DevBoolean/],
    ['DevString', 5, /DevString/],
    ['DevString', 'Ω', /Latin-1/],
    ['DevState', 'FLYING', /one of ON, OFF/],
    ['DevVarLongArray', 5, /DevVarLongArray \(a list\)/],
    ['DevVarLongArray', [1, 'x'], /DevVarLongArray with DevLong .* at 1, got "x"/],
    ['DevVarLongStringArray', [1, 2], /\[\[numbers\], \[texts\]\]/],
    ['DevEncoded', { format: 'f', data: 'no base64' }, /DevEncoded/],
    ['DevEncoded', null, /DevEncoded/],
    ['DevPipeBlob', {}, /not known/],
  ])('refuses for %s what does not fit (%#)', (type, given, message) => {
    expect(() => commandArgument(typeNumber(type), given)).toThrow(InvalidValue);
    expect(() => commandArgument(typeNumber(type), given)).toThrow(message);
  });
});

describe('readAny', () => {
  it('gives a value or a CdrError for any bytes', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.uint8Array({ maxLength: 120 }), (isLittleEndian, given) => {
        try {
          readAny(new CdrReader(given, isLittleEndian));
        } catch (error) {
          expect(error).toBeInstanceOf(CdrError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('survives every change of one byte of a true value', () => {
    const values: [string, unknown][] = [
      ['DevVarLongStringArray', [[1, 2], ['x']]],
      ['DevEncoded', { format: 'f', data: [1, 2] }],
      ['DevVarStateArray', ['ON']],
    ];
    for (const [type, value] of values) {
      const bytes = sent(type, value);
      for (let index = 0; index < bytes.length; index += 1) {
        for (const byte of [0, 1, 0x7f, 0xff]) {
          const changed = Buffer.from(bytes);
          changed[index] = byte;
          try {
            readAny(new CdrReader(changed, true));
          } catch (error) {
            expect(error).toBeInstanceOf(CdrError);
          }
        }
      }
    }
  });

  it('refuses type codes that are nested without an end', () => {
    const nested = (depth: number): Buffer => {
      const writer = new CdrWriter();
      if (depth === 0) writer.ulong(3);
      else {
        writer.ulong(19);
        const inner = nested(depth - 1);
        writer.octets(Buffer.concat([Buffer.from([1, 0, 0, 0]), inner, Buffer.alloc(4)]));
      }
      return writer.take();
    };
    expect(() => readAny(new CdrReader(nested(40), true))).toThrow(/nested too deep/);
  });
});

const plain: AttributeValue5 = {
  value: { type: 'ATT_DOUBLE', value: [1, 2] },
  quality: 'ATTR_VALID',
  data_format: 'SCALAR',
  data_type: 5,
  time: { tv_sec: 1_700_000_000, tv_usec: 250_500, tv_nsec: 500_000 },
  name: 'Temperature',
  r_dim: { dim_x: 1, dim_y: 0 },
  w_dim: { dim_x: 1, dim_y: 0 },
  err_list: [],
};

describe('toAttributeValue', () => {
  it('tells what was read from what was written', () => {
    expect(toAttributeValue(plain)).toEqual({
      attribute: 'Temperature',
      value: 1,
      written: 2,
      quality: 'valid',
      at: 1_700_000_000_251,
      shape: [],
    });
  });

  it('gives an image as its rows', () => {
    const image: AttributeValue5 = {
      ...plain,
      data_format: 'IMAGE',
      value: { type: 'ATT_LONG', value: [1, 2, 3, 4, 5, 6, 9] },
      r_dim: { dim_x: 3, dim_y: 2 },
      w_dim: { dim_x: 1, dim_y: 1 },
    };
    expect(toAttributeValue(image)).toMatchObject({
      value: [
        [1, 2, 3],
        [4, 5, 6],
      ],
      written: [[9]],
      shape: [3, 2],
    });
  });

  it('gives an attribute that can only be written its one value for both', () => {
    const value = { ...plain, value: { type: 'ATT_DOUBLE', value: [7] } } as const;
    expect(toAttributeValue(value)).toMatchObject({ value: 7, written: 7 });
  });

  it('gives no value when the quality is invalid, and an empty list for a spectrum without data', () => {
    const none = { ...plain, value: { type: 'ATT_NO_DATA', value: true } } as const;
    expect(toAttributeValue({ ...none, quality: 'ATTR_INVALID' })).toMatchObject({
      value: null,
      quality: 'invalid',
    });
    expect(toAttributeValue({ ...none, data_format: 'SPECTRUM' }).value).toEqual([]);
  });

  it('throws what the device gave in place of a value', () => {
    const error = { reason: 'R', severity: 'ERR', desc: 'why', origin: 'here' } as const;
    expect(() => toAttributeValue({ ...plain, err_list: [error] })).toThrow(DevFailed);
  });

  it.each([
    { r_dim: { dim_x: 1e9, dim_y: 1e9 } },
    { r_dim: { dim_x: -1, dim_y: 0 } },
    { w_dim: { dim_x: 9, dim_y: 0 } },
  ])('refuses dimensions that do not agree with the elements: %j', (dimensions) => {
    expect(() => toAttributeValue({ ...plain, ...dimensions })).toThrow(CdrError);
  });

  it('gives a value or an error for any bytes', () => {
    const readers = [attributeValueList5, attributeConfigList5, devIntrChange, zmqCallInfo];
    fc.assert(
      fc.property(fc.nat(readers.length - 1), fc.uint8Array({ maxLength: 300 }), (which, given) => {
        try {
          const value: unknown = readers[which]?.read(new CdrReader(given, true));
          if (which === 0) (value as AttributeValue5[]).map(toAttributeValue);
        } catch (error) {
          expect(error instanceof CdrError || error instanceof DevFailed).toBe(true);
        }
      }),
    );
  });
});

describe('attributeArgument', () => {
  const attribute = (type: string, rest: Partial<WritableAttribute> = {}): WritableAttribute => ({
    name: 'a',
    data_type: typeNumber(type),
    data_format: 'SCALAR',
    enum_labels: [],
    ...rest,
  });

  it('writes the dimensions of what is written, and none of a reading', () => {
    const image = attribute('DevShort', { data_format: 'IMAGE' });
    const written = attributeArgument(image, [
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(written).toMatchObject({
      value: { type: 'ATT_SHORT', value: [1, 2, 3, 4, 5, 6] },
      r_dim: { dim_x: 0, dim_y: 0 },
      w_dim: { dim_x: 3, dim_y: 2 },
    });
    const writer = new CdrWriter(false);
    attributeValue4.write(writer, written);
    expect(attributeValue4.read(new CdrReader(writer.take(), false))).toEqual(written);
  });

  it('takes a value of an enumeration by its label or its number', () => {
    const mode = attribute('DevEnum', { enum_labels: ['IDLE', 'SCANNING'] });
    expect(attributeArgument(mode, 'SCANNING').value).toEqual({ type: 'ATT_SHORT', value: [1] });
    expect(attributeArgument(mode, 0).value).toEqual({ type: 'ATT_SHORT', value: [0] });
    expect(() => attributeArgument(mode, 'PARKED')).toThrow(/one of IDLE, SCANNING/);
    expect(() => attributeArgument(mode, 2)).toThrow(InvalidValue);
  });

  it.each<[string, Partial<WritableAttribute>, unknown, RegExp]>([
    ['DevDouble', { data_format: 'SPECTRUM' }, 5, /a list of DevDouble/],
    ['DevDouble', { data_format: 'SPECTRUM' }, [1, 'x'], /at 1, got "x"/],
    ['DevDouble', { data_format: 'IMAGE' }, [[1], [1, 2]], /all of one length/],
    ['DevDouble', { data_format: 'IMAGE' }, [1], /rows of DevDouble/],
    ['DevPipeBlob', {}, 5, /cannot be written/],
  ])('refuses for %s what does not fit (%#)', (type, rest, value, message) => {
    expect(() => attributeArgument(attribute(type, rest), value)).toThrow(message);
  });
});

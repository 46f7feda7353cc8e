import { CdrWriter } from '../cdr/cdr-writer.ts';
import { devStateWords } from '../idl/basics.ts';
import type { TangoType } from './type-names.ts';

/** Writes a type code. */
export type WriteTypeCode = (writer: CdrWriter) => void;

const kind =
  (number: number): WriteTypeCode =>
  (writer) =>
    writer.ulong(number);

export const nothing = kind(0);
export const short = kind(2);
export const long = kind(3);
export const ushort = kind(4);
export const ulong = kind(5);
export const float = kind(6);
export const double = kind(7);
export const boolean = kind(8);
export const octet = kind(10);
export const longLong = kind(23);
export const ulongLong = kind(24);

export const string: WriteTypeCode = (writer) => {
  writer.ulong(18);
  writer.ulong(0);
};

/** A type code whose parameters are encapsulated; they are encoded once per byte order. */
const complex = (number: number, parameters: (writer: CdrWriter) => void): WriteTypeCode => {
  const encode = (isLittleEndian: boolean): Buffer => {
    const writer = new CdrWriter(isLittleEndian, 256);
    writer.boolean(isLittleEndian);
    parameters(writer);
    return writer.take();
  };
  const [big, little] = [encode(false), encode(true)];
  return (writer) => {
    writer.ulong(number);
    writer.octets(writer.isLittleEndian ? little : big);
  };
};

const named = (writer: CdrWriter, name: string): void => {
  writer.string(`IDL:Tango/${name}:1.0`);
  writer.string(name);
};

/** A list without a limit. */
export const sequence = (element: WriteTypeCode): WriteTypeCode =>
  complex(19, (writer) => {
    element(writer);
    writer.ulong(0);
  });

export const alias = (type: TangoType, of: WriteTypeCode): WriteTypeCode =>
  complex(21, (writer) => {
    named(writer, type);
    of(writer);
  });

const struct = (
  type: TangoType,
  members: readonly (readonly [name: string, type: WriteTypeCode])[],
): WriteTypeCode =>
  complex(15, (writer) => {
    named(writer, type);
    writer.ulong(members.length);
    for (const [name, member] of members) {
      writer.string(name);
      member(writer);
    }
  });

const texts = alias('DevVarStringArray', sequence(string));

export const longStringArray = struct('DevVarLongStringArray', [
  ['lvalue', alias('DevVarLongArray', sequence(long))],
  ['svalue', texts],
]);

export const doubleStringArray = struct('DevVarDoubleStringArray', [
  ['dvalue', alias('DevVarDoubleArray', sequence(double))],
  ['svalue', texts],
]);

export const encoded = struct('DevEncoded', [
  ['encoded_format', alias('DevString', string)],
  ['encoded_data', alias('DevVarCharArray', sequence(octet))],
]);

export const state = complex(17, (writer) => {
  named(writer, 'DevState');
  writer.ulong(devStateWords.length);
  for (const word of devStateWords) writer.string(word);
});

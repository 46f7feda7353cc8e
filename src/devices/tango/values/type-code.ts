import {
  boolean,
  booleanList,
  double,
  doubleList,
  enumeration,
  float,
  floatList,
  long,
  longList,
  longLong,
  longLongList,
  octet,
  octetList,
  sequence,
  short,
  shortList,
  string,
  struct,
  ulong,
  ulongList,
  ulongLong,
  ulongLongList,
  ushort,
  ushortList,
} from '../cdr/codec.ts';
import type { Codec } from '../cdr/codec.ts';
import { CdrError } from '../cdr/cdr-error.ts';
import type { CdrReader } from '../cdr/cdr-reader.ts';
import { devEncoded } from '../idl/attribute-value.ts';
import { longStringArray, doubleStringArray } from './string-arrays.ts';

type AnyCodec = Codec<unknown>;

/** Nothing: what a command without an answer gives. */
const nothing: Codec<undefined> = { minSize: 1, read: () => undefined, write: () => {} };

/** The kinds of type codes that stand for themselves. */
const plainKinds: ReadonlyMap<number, AnyCodec> = new Map<number, AnyCodec>([
  [0, nothing],
  [1, nothing],
  [2, short],
  [3, long],
  [4, ushort],
  [5, ulong],
  [6, float],
  [7, double],
  [8, boolean],
  [9, octet],
  [10, octet],
  [23, longLong],
  [24, ulongLong],
]);

/** Lists of numbers are read in one go. */
const lists: ReadonlyMap<AnyCodec, AnyCodec> = new Map<AnyCodec, AnyCodec>([
  [short, shortList],
  [long, longList],
  [ushort, ushortList],
  [ulong, ulongList],
  [float, floatList],
  [double, doubleList],
  [boolean, booleanList],
  [octet, octetList],
  [longLong, longLongList],
  [ulongLong, ulongLongList],
]);

const encoded: AnyCodec = {
  ...devEncoded,
  read: (reader) => {
    const { encoded_format: format, encoded_data: data } = devEncoded.read(reader);
    return { format, data };
  },
};

/** Structs that callers see otherwise than as their members. */
const ownStructs: ReadonlyMap<string, AnyCodec> = new Map<string, AnyCodec>([
  ['IDL:Tango/DevVarLongStringArray:1.0', longStringArray],
  ['IDL:Tango/DevVarDoubleStringArray:1.0', doubleStringArray],
  ['IDL:Tango/DevEncoded:1.0', encoded],
]);

const maxDepth = 16;
/** Every type code that is read counts, however small, so that a short message is short work. */
const maxMembers = 256;

const readStruct = (reader: CdrReader, depth: number): AnyCodec => {
  const id = reader.string();
  reader.string();
  const count = reader.sequenceLength(8);
  if (count === 0 || count > maxMembers) throw new CdrError(`a struct of ${count} members`);
  const members: [string, AnyCodec][] = [];
  for (let index = 0; index < count; index += 1) {
    members.push([reader.string(), readTypeCode(reader, depth + 1)]);
  }
  return ownStructs.get(id) ?? struct(Object.fromEntries(members));
};

const readEnumeration = (reader: CdrReader): AnyCodec => {
  reader.string();
  reader.string();
  const count = reader.sequenceLength(4);
  if (count > maxMembers) throw new CdrError(`an enumeration of ${count} values`);
  return enumeration(Array.from({ length: count }, () => reader.string()));
};

const readSequence = (reader: CdrReader, depth: number): AnyCodec => {
  const element = readTypeCode(reader, depth + 1);
  reader.ulong();
  if (element === nothing) throw new CdrError('a list of nothing');
  return lists.get(element) ?? sequence(element);
};

const readAlias = (reader: CdrReader, depth: number): AnyCodec => {
  reader.string();
  reader.string();
  return readTypeCode(reader, depth + 1);
};

/**
 * Reads a type code and gives what reads its values. Only the kinds that TANGO's types are made of
 * are known.
 *
 * @throws {@link CdrError} for another kind, and for one that is nested too deep
 */
export const readTypeCode = (reader: CdrReader, depth = 0): AnyCodec => {
  const kind = reader.ulong();
  const plain = plainKinds.get(kind);
  if (plain) return plain;
  if (depth >= maxDepth) throw new CdrError('a type code is nested too deep');
  switch (kind) {
    case 18:
      reader.ulong();
      return string;
    case 15:
      return readStruct(reader.encapsulation(), depth);
    case 17:
      return readEnumeration(reader.encapsulation());
    case 19:
      return readSequence(reader.encapsulation(), depth);
    case 21:
      return readAlias(reader.encapsulation(), depth);
    default:
      throw new CdrError(`a type code of kind ${kind}, which TANGO does not use`);
  }
};

/** Reads a value that brings its type with it. */
export const readAny = (reader: CdrReader): unknown => readTypeCode(reader).read(reader);

import {
  boolean,
  booleanList,
  double,
  doubleList,
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
  stringList,
  ulong,
  ulongList,
  ulongLong,
  ulongLongList,
  ushort,
  ushortList,
} from '../cdr/codec.ts';
import type { Codec } from '../cdr/codec.ts';
import type { CdrWriter } from '../cdr/cdr-writer.ts';
import { devEncoded } from '../idl/attribute-value.ts';
import { devState } from '../idl/basics.ts';
import {
  toBoolean,
  toDouble,
  toEncoded,
  toFloat,
  toList,
  toLong,
  toLong64,
  toShort,
  toState,
  toText,
  toUChar,
  toULong,
  toULong64,
  toUShort,
} from './elements.ts';
import type { Convert } from './elements.ts';
import { InvalidValue } from './invalid-value.ts';
import { doubleStringArray, longStringArray } from './string-arrays.ts';
import type { NumbersAndTexts } from './string-arrays.ts';
import * as typeCodes from './type-code-writer.ts';
import type { WriteTypeCode } from './type-code-writer.ts';
import { typeName } from './type-names.ts';
import type { TangoType } from './type-names.ts';

/** Writes an argument as `any`. */
export type WriteArgument = (writer: CdrWriter) => void;

/** How an argument of one type is taken from a caller. */
type ArgumentType = (value: unknown) => WriteArgument;

const argument =
  <T>(typeCode: WriteTypeCode, codec: Codec<T>, convert: Convert<T>): ArgumentType =>
  (value) => {
    const converted = convert(value);
    return (writer) => {
      typeCode(writer);
      codec.write(writer, converted);
    };
  };

const list = <T>(
  type: TangoType,
  element: WriteTypeCode,
  codec: Codec<readonly T[]>,
  convert: Convert<T>,
): ArgumentType =>
  argument(typeCodes.alias(type, typeCodes.sequence(element)), codec, toList<T>(type, convert));

const toNumbersAndTexts =
  (
    type: TangoType,
    member: 'lvalue' | 'dvalue',
    convert: Convert<number>,
  ): Convert<NumbersAndTexts> =>
  (value) => {
    const given = (value ?? {}) as Readonly<Record<string, unknown>>;
    const isPair = Array.isArray(value) && value.length === 2;
    const numbers: unknown = isPair ? value[0] : given[member];
    const texts: unknown = isPair ? value[1] : given['svalue'];
    if (!Array.isArray(numbers) || !Array.isArray(texts)) {
      throw new InvalidValue(`${type} ([[numbers], [texts]] or { ${member}, svalue })`, value);
    }
    return [toList(type, convert)(numbers), toList(type, toText)(texts)];
  };

const text = argument(typeCodes.string, string, toText);

const noArgument: ArgumentType = (value) => {
  if (value !== undefined && value !== null) throw new InvalidValue('no argument', value);
  return typeCodes.nothing;
};

/** The arguments that commands take, by the name of their type. */
const argumentTypes: Partial<Readonly<Record<string, ArgumentType>>> = {
  DevVoid: noArgument,
  DevBoolean: argument(typeCodes.boolean, boolean, toBoolean),
  DevShort: argument(typeCodes.short, short, toShort),
  DevLong: argument(typeCodes.long, long, toLong),
  DevFloat: argument(typeCodes.float, float, toFloat),
  DevDouble: argument(typeCodes.double, double, toDouble),
  DevUShort: argument(typeCodes.ushort, ushort, toUShort),
  DevULong: argument(typeCodes.ulong, ulong, toULong),
  DevString: text,
  ConstDevString: text,
  DevVarCharArray: list('DevVarCharArray', typeCodes.octet, octetList, toUChar),
  DevVarShortArray: list('DevVarShortArray', typeCodes.short, shortList, toShort),
  DevVarLongArray: list('DevVarLongArray', typeCodes.long, longList, toLong),
  DevVarFloatArray: list('DevVarFloatArray', typeCodes.float, floatList, toFloat),
  DevVarDoubleArray: list('DevVarDoubleArray', typeCodes.double, doubleList, toDouble),
  DevVarUShortArray: list('DevVarUShortArray', typeCodes.ushort, ushortList, toUShort),
  DevVarULongArray: list('DevVarULongArray', typeCodes.ulong, ulongList, toULong),
  DevVarStringArray: list('DevVarStringArray', typeCodes.string, stringList, toText),
  DevVarLongStringArray: argument(
    typeCodes.longStringArray,
    longStringArray,
    toNumbersAndTexts('DevVarLongStringArray', 'lvalue', toLong),
  ),
  DevVarDoubleStringArray: argument(
    typeCodes.doubleStringArray,
    doubleStringArray,
    toNumbersAndTexts('DevVarDoubleStringArray', 'dvalue', toDouble),
  ),
  DevState: argument(typeCodes.state, devState, toState),
  DevVarBooleanArray: list('DevVarBooleanArray', typeCodes.boolean, booleanList, toBoolean),
  DevUChar: argument(typeCodes.octet, octet, toUChar),
  DevLong64: argument(typeCodes.longLong, longLong, toLong64),
  DevULong64: argument(typeCodes.ulongLong, ulongLong, toULong64),
  DevVarLong64Array: list('DevVarLong64Array', typeCodes.longLong, longLongList, toLong64),
  DevVarULong64Array: list('DevVarULong64Array', typeCodes.ulongLong, ulongLongList, toULong64),
  DevEncoded: argument(typeCodes.encoded, devEncoded, toEncoded),
  DevEnum: argument(typeCodes.short, short, toShort),
  DevVarStateArray: list('DevVarStateArray', typeCodes.state, sequence(devState), toState),
};

/**
 * A command's argument as its type wants it, ready to be written.
 *
 * @throws {@link InvalidValue} when the value does not fit the type
 */
export const commandArgument = (type: number, value: unknown): WriteArgument => {
  const convert = argumentTypes[typeName(type)];
  if (!convert)
    throw new InvalidValue(`an argument of ${typeName(type)}, which is not known`, value);
  return convert(value);
};

import type { DevEncodedStruct } from '../idl/attribute-value.ts';
import { devStateWords } from '../idl/basics.ts';
import type { DevState } from '../idl/basics.ts';
import { InvalidValue } from './invalid-value.ts';

/** Bytes with a name of their format, as TANGO's DevEncoded has them. */
export interface DevEncoded {
  readonly format: string;
  readonly data: Uint8Array;
}

/** Gives a caller's value as the wire has it, or throws {@link InvalidValue}. */
export type Convert<T> = (value: unknown) => T;

const integer =
  (type: string, min: number, max: number): Convert<number> =>
  (value) => {
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
      return value;
    }
    if (typeof value === 'bigint' && value >= min && value <= max) return Number(value);
    throw new InvalidValue(`${type} (an integer from ${min} to ${max})`, value);
  };

const integer64 =
  (type: string, min: bigint, max: bigint): Convert<bigint> =>
  (value) => {
    const isDecimal = typeof value === 'string' && /^-?\d{1,20}$/.test(value);
    if (typeof value === 'bigint' || isDecimal || Number.isSafeInteger(value)) {
      const big = BigInt(value as string | number | bigint);
      if (big >= min && big <= max) return big;
    }
    throw new InvalidValue(`${type} (an integer from ${min} to ${max})`, value);
  };

/** JSON has no words for these, so they may come as texts. */
const notFinite = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

const floating =
  (type: string): Convert<number> =>
  (value) => {
    if (typeof value === 'number') return value;
    const special = typeof value === 'string' ? notFinite.get(value) : undefined;
    if (special === undefined) throw new InvalidValue(`${type} (a number)`, value);
    return special;
  };

export const toBoolean: Convert<boolean> = (value) => {
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  throw new InvalidValue('DevBoolean (true or false)', value);
};
export const toUChar = integer('DevUChar', 0, 0xff);
export const toShort = integer('DevShort', -0x8000, 0x7fff);
export const toUShort = integer('DevUShort', 0, 0xffff);
export const toLong = integer('DevLong', -0x8000_0000, 0x7fff_ffff);
export const toULong = integer('DevULong', 0, 0xffff_ffff);
export const toLong64 = integer64('DevLong64', -(2n ** 63n), 2n ** 63n - 1n);
export const toULong64 = integer64('DevULong64', 0n, 2n ** 64n - 1n);
export const toFloat = floating('DevFloat');
export const toDouble = floating('DevDouble');

// eslint-disable-next-line no-control-regex
const latin1 = /^[\u0001-\u00ff]*$/;

export const toText: Convert<string> = (value) => {
  if (typeof value === 'string' && latin1.test(value)) return value;
  throw new InvalidValue('DevString (a text of Latin-1 characters without NUL)', value);
};

export const toState: Convert<DevState> = (value) => {
  const index =
    typeof value === 'string' ? devStateWords.indexOf(value.toUpperCase() as DevState) : value;
  const word = typeof index === 'number' ? devStateWords[index] : undefined;
  if (word === undefined)
    throw new InvalidValue(`DevState (one of ${devStateWords.join(', ')})`, value);
  return word;
};

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

const toBytes = (value: unknown): Uint8Array | undefined => {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string' && base64.test(value)) return Buffer.from(value, 'base64');
  if (
    Array.isArray(value) &&
    value.every((byte) => Number.isInteger(byte) && byte >= 0 && byte < 256)
  ) {
    return Uint8Array.from(value as number[]);
  }
  return undefined;
};

export const toEncoded: Convert<DevEncodedStruct> = (value) => {
  const given = Array.isArray(value)
    ? { format: value[0] as unknown, data: value[1] as unknown }
    : ((value ?? {}) as { readonly format?: unknown; readonly data?: unknown });
  const data = toBytes(given.data);
  if (typeof given.format !== 'string' || !latin1.test(given.format) || !data) {
    throw new InvalidValue(
      'DevEncoded ({ format, data } with bytes, a list of them, or base64 text)',
      value,
    );
  }
  return { encoded_format: given.format, encoded_data: data };
};

/** A value of an enumeration by its label or its number. */
export const toEnum =
  (labels: readonly string[]): Convert<number> =>
  (value) => {
    const index = typeof value === 'string' ? labels.indexOf(value) : toShort(value);
    const isKnown = index >= 0 && (labels.length === 0 || index < labels.length);
    if (!isKnown)
      throw new InvalidValue(`DevEnum (one of ${labels.join(', ')}, or its number)`, value);
    return index;
  };

/** Every element of a list. A typed array is a list too. */
export const toList =
  <T>(type: string, convert: Convert<T>): Convert<readonly T[]> =>
  (value) => {
    const isList =
      Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
    if (!isList) throw new InvalidValue(`${type} (a list)`, value);
    return Array.from(value as ArrayLike<unknown>, (element, index) => {
      try {
        return convert(element);
      } catch (error) {
        if (!(error instanceof InvalidValue)) throw error;
        throw new InvalidValue(`${type} with ${error.expected} at ${index}`, element);
      }
    });
  };

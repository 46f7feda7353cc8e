import type { AttributeValue4, AttrValUnion } from '../idl/attribute-value.ts';
import type { AttrDataFormat } from '../idl/basics.ts';
import {
  toBoolean,
  toDouble,
  toEncoded,
  toEnum,
  toFloat,
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
import { typeName } from './type-names.ts';

/** What must be known of an attribute to write it. */
export interface WritableAttribute {
  readonly name: string;
  readonly data_type: number;
  readonly data_format: AttrDataFormat;
  readonly enum_labels: readonly string[];
}

interface ElementType {
  readonly union: AttrValUnion['type'];
  readonly convert: Convert<unknown>;
}

const elementTypes: Partial<Readonly<Record<string, ElementType>>> = {
  DevBoolean: { union: 'ATT_BOOL', convert: toBoolean },
  DevShort: { union: 'ATT_SHORT', convert: toShort },
  DevLong: { union: 'ATT_LONG', convert: toLong },
  DevFloat: { union: 'ATT_FLOAT', convert: toFloat },
  DevDouble: { union: 'ATT_DOUBLE', convert: toDouble },
  DevUShort: { union: 'ATT_USHORT', convert: toUShort },
  DevULong: { union: 'ATT_ULONG', convert: toULong },
  DevString: { union: 'ATT_STRING', convert: toText },
  DevState: { union: 'ATT_STATE', convert: toState },
  DevUChar: { union: 'ATT_UCHAR', convert: toUChar },
  DevLong64: { union: 'ATT_LONG64', convert: toLong64 },
  DevULong64: { union: 'ATT_ULONG64', convert: toULong64 },
  DevEncoded: { union: 'ATT_ENCODED', convert: toEncoded },
};

const elementType = ({ data_type, enum_labels }: WritableAttribute): ElementType | undefined =>
  typeName(data_type) === 'DevEnum'
    ? { union: 'ATT_SHORT', convert: toEnum(enum_labels) }
    : elementTypes[typeName(data_type)];

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));

interface Elements {
  readonly list: readonly unknown[];
  readonly dim_x: number;
  readonly dim_y: number;
}

/** A value as its elements, row by row, and its dimensions. */
const elementsOf = ({ data_format, data_type }: WritableAttribute, value: unknown): Elements => {
  if (data_format === 'SCALAR') return { list: [value], dim_x: 1, dim_y: 0 };
  const type = typeName(data_type);
  if (!isList(value)) throw new InvalidValue(`a list of ${type}`, value);
  if (data_format === 'SPECTRUM') {
    const list = Array.from(value);
    return { list, dim_x: list.length, dim_y: 0 };
  }
  const rows = Array.from(value);
  const [first] = rows;
  const width = isList(first) ? first.length : 0;
  if (!rows.every((row): row is ArrayLike<unknown> => isList(row) && row.length === width)) {
    throw new InvalidValue(`a list of rows of ${type}, all of one length`, value);
  }
  return { list: rows.flatMap((row) => Array.from(row)), dim_x: width, dim_y: rows.length };
};

const convertAt = (convert: Convert<unknown>, index: number, element: unknown): unknown => {
  try {
    return convert(element);
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error;
    throw new InvalidValue(`${error.expected} at ${index}`, element);
  }
};

/**
 * A value to be written to an attribute, as the wire wants it.
 *
 * @throws {@link InvalidValue} when it does not fit the attribute
 */
export const attributeArgument = (
  attribute: WritableAttribute,
  value: unknown,
): AttributeValue4 => {
  const type = elementType(attribute);
  if (!type)
    throw new InvalidValue(`${typeName(attribute.data_type)}, which cannot be written`, value);
  const { list, dim_x, dim_y } = elementsOf(attribute, value);
  const converted =
    attribute.data_format === 'SCALAR'
      ? [type.convert(value)]
      : list.map((element, index) => convertAt(type.convert, index, element));
  return {
    value: { type: type.union, value: converted } as AttrValUnion,
    quality: 'ATTR_VALID',
    data_format: attribute.data_format,
    time: { tv_sec: 0, tv_usec: 0, tv_nsec: 0 },
    name: attribute.name,
    // The server takes the dimensions of what is written from here, and those of a reading as 0.
    r_dim: { dim_x: 0, dim_y: 0 },
    w_dim: { dim_x, dim_y },
    err_list: [],
  };
};

import {
  boolean,
  booleanList,
  doubleList,
  floatList,
  long,
  longList,
  longLongList,
  octetList,
  octets,
  sequence,
  shortList,
  string,
  stringList,
  struct,
  ulongList,
  ulongLongList,
  union,
  ushortList,
} from '../cdr/codec.ts';
import type { Codec, Decoded } from '../cdr/codec.ts';
import { attrDataFormat, attrQuality, devErrorList, devState, timeVal } from './basics.ts';

export const devEncoded = struct({ encoded_format: string, encoded_data: octets });
export type DevEncodedStruct = Decoded<typeof devEncoded>;

/** The elements of an attribute's value, in one list per type: read ones first, then written ones. */
export const attrValUnion = union({
  ATT_BOOL: booleanList,
  ATT_SHORT: shortList,
  ATT_LONG: longList,
  ATT_LONG64: longLongList,
  ATT_FLOAT: floatList,
  ATT_DOUBLE: doubleList,
  ATT_UCHAR: octetList,
  ATT_USHORT: ushortList,
  ATT_ULONG: ulongList,
  ATT_ULONG64: ulongLongList,
  ATT_STRING: stringList,
  ATT_STATE: sequence(devState),
  DEVICE_STATE: devState,
  ATT_ENCODED: sequence(devEncoded),
  ATT_NO_DATA: boolean,
});
export type AttrValUnion = Decoded<typeof attrValUnion>;
/** How the elements of an attribute's value are typed on the wire. */
export type AttributeDataType = AttrValUnion['type'];

export const attributeDim = struct({ dim_x: long, dim_y: long });
export type AttributeDim = Decoded<typeof attributeDim>;

/** What Device_4 gives for an attribute, and what every device since takes. */
export const attributeValue4 = struct({
  value: attrValUnion,
  quality: attrQuality,
  data_format: attrDataFormat,
  time: timeVal,
  name: string,
  r_dim: attributeDim,
  w_dim: attributeDim,
  err_list: devErrorList,
});
export type AttributeValue4 = Decoded<typeof attributeValue4>;

/** What Device_5 gives for an attribute. */
export const attributeValue5 = struct({
  value: attrValUnion,
  quality: attrQuality,
  data_format: attrDataFormat,
  data_type: long,
  time: timeVal,
  name: string,
  r_dim: attributeDim,
  w_dim: attributeDim,
  err_list: devErrorList,
});
export type AttributeValue5 = Decoded<typeof attributeValue5>;

export const attributeValueList4: Codec<readonly AttributeValue4[]> = sequence(attributeValue4);
export const attributeValueList5: Codec<readonly AttributeValue5[]> = sequence(attributeValue5);

/** TANGO's types by the number that commands and attributes name them with. */
const typeNames = [
  'DevVoid',
  'DevBoolean',
  'DevShort',
  'DevLong',
  'DevFloat',
  'DevDouble',
  'DevUShort',
  'DevULong',
  'DevString',
  'DevVarCharArray',
  'DevVarShortArray',
  'DevVarLongArray',
  'DevVarFloatArray',
  'DevVarDoubleArray',
  'DevVarUShortArray',
  'DevVarULongArray',
  'DevVarStringArray',
  'DevVarLongStringArray',
  'DevVarDoubleStringArray',
  'DevState',
  'ConstDevString',
  'DevVarBooleanArray',
  'DevUChar',
  'DevLong64',
  'DevULong64',
  'DevVarLong64Array',
  'DevVarULong64Array',
  'DevInt',
  'DevEncoded',
  'DevEnum',
  'DevPipeBlob',
  'DevVarStateArray',
  'DevVarEncodedArray',
] as const;

/** The name of one of TANGO's types. */
export type TangoType = (typeof typeNames)[number];

/** The name of a type's number; of one that is not known, the number itself. */
export const typeName = (number: number): string => typeNames[number] ?? `type ${number}`;

import { enumeration, long, sequence, string, struct } from '../cdr/codec.ts';
import type { Decoded } from '../cdr/codec.ts';

// The names of members and words are those of tango.idl, so that both can be compared.

/** The states of TANGO, by value. */
export const devStateWords = [
  'ON',
  'OFF',
  'CLOSE',
  'OPEN',
  'INSERT',
  'EXTRACT',
  'MOVING',
  'STANDBY',
  'FAULT',
  'INIT',
  'RUNNING',
  'ALARM',
  'DISABLE',
  'UNKNOWN',
] as const;
/** A state in TANGO's words. */
export type DevState = (typeof devStateWords)[number];

export const devState = enumeration(devStateWords);
export const attrQuality = enumeration([
  'ATTR_VALID',
  'ATTR_INVALID',
  'ATTR_ALARM',
  'ATTR_CHANGING',
  'ATTR_WARNING',
]);
export type AttrQuality = Decoded<typeof attrQuality>;
export const attrWriteType = enumeration([
  'READ',
  'READ_WITH_WRITE',
  'WRITE',
  'READ_WRITE',
  'WT_UNKNOWN',
]);
export const attrDataFormat = enumeration(['SCALAR', 'SPECTRUM', 'IMAGE', 'FMT_UNKNOWN']);
export type AttrDataFormat = Decoded<typeof attrDataFormat>;
export const devSource = enumeration(['DEV', 'CACHE', 'CACHE_DEV']);
/** Where a value is taken from: the device, the server's polling buffer, or the one that has it. */
export type DevSource = Decoded<typeof devSource>;
export const errSeverity = enumeration(['WARN', 'ERR', 'PANIC']);
export const dispLevel = enumeration(['OPERATOR', 'EXPERT', 'DL_UNKNOWN']);

export const timeVal = struct({ tv_sec: long, tv_usec: long, tv_nsec: long });
export type TimeVal = Decoded<typeof timeVal>;

export const devError = struct({
  reason: string,
  severity: errSeverity,
  desc: string,
  origin: string,
});
export const devErrorList = sequence(devError);
export type DevErrorList = Decoded<typeof devErrorList>;
export const namedDevErrorList = sequence(
  struct({ name: string, index_in_call: long, err_list: devErrorList }),
);
export type NamedDevErrorList = Decoded<typeof namedDevErrorList>;

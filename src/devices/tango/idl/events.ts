import { boolean, long, octets, string, struct, ulong } from '../cdr/codec.ts';
import type { Decoded } from '../cdr/codec.ts';
import { attributeConfigList5 } from './attribute-config.ts';
import { devCmdInfoList2 } from './device-info.ts';

/** The frame before the data of every event. */
export const zmqCallInfo = struct({
  version: long,
  ctr: ulong,
  method_name: string,
  oid: octets,
  call_is_except: boolean,
});
export type ZmqCallInfo = Decoded<typeof zmqCallInfo>;

/** The data of a data-ready event. */
export const attDataReady = struct({ name: string, data_type: long, ctr: long });
export type AttDataReady = Decoded<typeof attDataReady>;

/** The data of an interface-change event. */
export const devIntrChange = struct({
  dev_started: boolean,
  cmds: devCmdInfoList2,
  atts: attributeConfigList5,
});
export type DevIntrChange = Decoded<typeof devIntrChange>;

import { long, sequence, string, struct } from '../cdr/codec.ts';
import type { Codec, Decoded } from '../cdr/codec.ts';
import { dispLevel } from './basics.ts';

export const devCmdInfo2 = struct({
  cmd_name: string,
  level: dispLevel,
  cmd_tag: long,
  in_type: long,
  out_type: long,
  in_type_desc: string,
  out_type_desc: string,
});
export type DevCmdInfo2 = Decoded<typeof devCmdInfo2>;
export const devCmdInfoList2: Codec<readonly DevCmdInfo2[]> = sequence(devCmdInfo2);

/** What every device says of itself. */
export const devInfo = struct({
  dev_class: string,
  server_id: string,
  server_host: string,
  server_version: long,
  doc_url: string,
});
export type DevInfo = Decoded<typeof devInfo>;

/** The same since Device_3. */
export const devInfo3 = struct({
  dev_class: string,
  server_id: string,
  server_host: string,
  server_version: long,
  doc_url: string,
  dev_type: string,
});

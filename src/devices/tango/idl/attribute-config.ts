import { boolean, long, sequence, string, stringList, struct } from '../cdr/codec.ts';
import type { Codec, Decoded } from '../cdr/codec.ts';
import { attrDataFormat, attrWriteType, dispLevel } from './basics.ts';

const eventProperties = struct({
  ch_event: struct({ rel_change: string, abs_change: string, extensions: stringList }),
  per_event: struct({ period: string, extensions: stringList }),
  arch_event: struct({
    rel_change: string,
    abs_change: string,
    period: string,
    extensions: stringList,
  }),
});

const attributeAlarm = struct({
  min_alarm: string,
  max_alarm: string,
  min_warning: string,
  max_warning: string,
  delta_t: string,
  delta_val: string,
  extensions: stringList,
});

/** How Device_3 and Device_4 describe an attribute: without labels of an enumeration. */
export const attributeConfig3 = struct({
  name: string,
  writable: attrWriteType,
  data_format: attrDataFormat,
  data_type: long,
  max_dim_x: long,
  max_dim_y: long,
  description: string,
  label: string,
  unit: string,
  standard_unit: string,
  display_unit: string,
  format: string,
  min_value: string,
  max_value: string,
  writable_attr_name: string,
  level: dispLevel,
  att_alarm: attributeAlarm,
  event_prop: eventProperties,
  extensions: stringList,
  sys_extensions: stringList,
});
export type AttributeConfig3 = Decoded<typeof attributeConfig3>;

/** How Device_5 describes an attribute. */
export const attributeConfig5 = struct({
  name: string,
  writable: attrWriteType,
  data_format: attrDataFormat,
  data_type: long,
  memorized: boolean,
  mem_init: boolean,
  max_dim_x: long,
  max_dim_y: long,
  description: string,
  label: string,
  unit: string,
  standard_unit: string,
  display_unit: string,
  format: string,
  min_value: string,
  max_value: string,
  writable_attr_name: string,
  level: dispLevel,
  root_attr_name: string,
  enum_labels: stringList,
  att_alarm: attributeAlarm,
  event_prop: eventProperties,
  extensions: stringList,
  sys_extensions: stringList,
});
export type AttributeConfig5 = Decoded<typeof attributeConfig5>;

export const attributeConfigList3: Codec<readonly AttributeConfig3[]> = sequence(attributeConfig3);
export const attributeConfigList5: Codec<readonly AttributeConfig5[]> = sequence(attributeConfig5);

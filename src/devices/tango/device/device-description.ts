import type { AttributeInfo, CommandInfo, DeviceInfo } from '../../../kernel/device-proxy.ts';
import type { AttributeConfig5 } from '../idl/attribute-config.ts';
import type { DevCmdInfo2, DevInfo } from '../idl/device-info.ts';
import { typeName } from '../values/type-names.ts';

/** What TANGO writes for a text that nobody set. */
const unset: ReadonlySet<string> = new Set([
  '',
  'Uninitialised',
  'No description',
  'Not specified',
]);

const text = (value: string): string | undefined => (unset.has(value) ? undefined : value);

/** Leaves out what is undefined. */
const present = <T extends object>(value: { [Key in keyof T]: T[Key] | undefined }): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as Partial<T>;

const formats = {
  SCALAR: 'scalar',
  SPECTRUM: 'spectrum',
  IMAGE: 'image',
  FMT_UNKNOWN: 'scalar',
} as const;

const toCommandInfo = (command: DevCmdInfo2): CommandInfo => ({
  name: command.cmd_name,
  inType: typeName(command.in_type),
  outType: typeName(command.out_type),
  ...present<{ inDescription: string; outDescription: string }>({
    inDescription: text(command.in_type_desc),
    outDescription: text(command.out_type_desc),
  }),
});

/** An attribute as TANGO describes it, in the kernel's words. */
export const toAttributeInfo = (config: AttributeConfig5): AttributeInfo => ({
  name: config.name,
  type: typeName(config.data_type),
  format: formats[config.data_format],
  isWritable: config.writable === 'WRITE' || config.writable === 'READ_WRITE',
  ...present<{ unit: string; description: string; labels: readonly string[] }>({
    unit: text(config.unit),
    description: text(config.description),
    labels: config.enum_labels.length > 0 ? config.enum_labels : undefined,
  }),
  maxDimX: config.max_dim_x,
  maxDimY: config.max_dim_y,
});

export const toDeviceInfo = (
  name: string,
  info: DevInfo,
  commands: readonly DevCmdInfo2[],
  attributes: readonly AttributeConfig5[],
): DeviceInfo => ({
  name,
  class: info.dev_class,
  server: info.server_id,
  host: info.server_host,
  commands: commands.map(toCommandInfo),
  attributes: attributes.map(toAttributeInfo),
});

import type { AttributeInfo, CallOptions, DeviceProxy } from '../../kernel/device-proxy.ts';

/** What is known of a device's attributes, by their names in lower case. */
export type DescribedAttributes = (name: string) => AttributeInfo | undefined;

/** What the device says of its attributes; nothing, when it does not say. Values are shown all the same. */
export async function describedAttributes(
  device: DeviceProxy,
  call: CallOptions,
): Promise<DescribedAttributes> {
  const { attributes } = await device.info(call).catch(() => ({ attributes: [] }));
  const byName = new Map(attributes.map((info) => [info.name.toLowerCase(), info]));
  return (name) => byName.get(name.toLowerCase());
}

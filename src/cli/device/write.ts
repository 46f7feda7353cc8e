import type { DeviceInfo } from '../../kernel/device-proxy.ts';
import { calling } from './device-call-error.ts';
import type { DeviceCli } from './device-doors.ts';
import { withDevice } from './with-device.ts';
import type { DeviceOptions } from './with-device.ts';

/**
 * Writes one attribute. JSON is what it says; any other text is a text, and so is all that is given
 * for an attribute of texts. An enumeration takes its labels.
 */
export function writeCommand(
  name: string,
  attribute: string,
  given: string,
  options: DeviceOptions,
  cli: DeviceCli,
): Promise<number> {
  return withDevice(name, options, cli, async ({ device, call }) => {
    const what = `write ${attribute} of ${device.name}`;
    const info = await calling(what, device.info(call));
    const value = meant(given, attribute, info);
    await calling(what, device.write(attribute, value, call));
    if (options.json === true) cli.terminal.json({ attribute, value });
    cli.terminal.say(`${attribute} of ${device.name} was written: ${JSON.stringify(value)}`);
    return 0;
  });
}

const isText = (type: string): boolean => /string/i.test(type);

/** What a word on the command line means for an attribute. */
function meant(given: string, name: string, { attributes }: DeviceInfo): unknown {
  const attribute = attributes.find((known) => known.name.toLowerCase() === name.toLowerCase());
  if (attribute?.format === 'scalar') {
    if (isText(attribute.type)) return given;
    const label = attribute.labels?.indexOf(given) ?? -1;
    if (label >= 0) return label;
  }
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

import type { CallOptions, DeviceProxy } from '../../kernel/device-proxy.ts';
import { parseGiven, readGiven } from '../read-input.ts';
import type { GivenText } from '../read-input.ts';

/**
 * The argument of a command: JSON text, a file, or `-`. A command that takes one text, as those do that
 * take a configuration, is given it as it stands; JSON that is a text is what it says.
 */
export async function commandArgument(
  command: string,
  given: string | undefined,
  stdin: NodeJS.ReadableStream,
  device: DeviceProxy,
  call: CallOptions,
): Promise<unknown> {
  if (given === undefined) return undefined;
  const [found, { commands }] = await Promise.all([readGiven(given, stdin), device.info(call)]);
  const wanted = command.toLowerCase();
  const inType = commands.find(({ name }) => name.toLowerCase() === wanted)?.inType ?? '';
  return /^(?:Dev|ConstDev)?String$/i.test(inType) ? textOf(found) : parseGiven(found);
}

function textOf({ text }: GivenText): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'string') return value;
  } catch {
    // It is no JSON, so it is the text itself.
  }
  return text.replace(/\r?\n$/, '');
}

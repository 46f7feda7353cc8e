import { exitCodes } from '../exit-codes.ts';
import { widthOf } from '../terminal.ts';
import { commandArgument } from './command-argument.ts';
import { calling } from './device-call-error.ts';
import { resultText } from './result-text.ts';
import { valueJson } from './value-json.ts';
import type { DeviceCli } from './device-doors.ts';
import { withDevice } from './with-device.ts';
import type { DeviceOptions } from './with-device.ts';

/** Sends a command, once, and prints what it gives. */
export function callCommand(
  name: string,
  command: string,
  given: string | undefined,
  options: DeviceOptions,
  cli: DeviceCli,
): Promise<number> {
  return withDevice(name, options, cli, async ({ device, call }) => {
    const what = `command ${command} of ${device.name}`;
    const argument = calling(
      what,
      commandArgument(command, given, cli.process.stdin, device, call),
    );
    const result = await calling(what, device.command(command, await argument, call));
    if (options.json === true) cli.terminal.json(valueJson(result ?? null));
    else if (result !== undefined && result !== null) {
      cli.terminal.result(resultText(result, widthOf(cli.process)));
    } else cli.terminal.say(`${what}: done`);
    return exitCodes.completed;
  });
}

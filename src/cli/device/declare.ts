import { Option } from 'commander';
import type { Command } from 'commander';
import type { Commands } from '../cli.ts';
import type { DeviceCli, DeviceDoors, ServeDevices } from './device-doors.ts';
import { jsonOption } from '../options.ts';
import { callCommand } from './command.ts';
import { infoCommand } from './info.ts';
import { longRunningCommand } from './long-running.ts';
import type { LongRunningOptions } from './long-running.ts';
import { readCommand } from './read.ts';
import { serveCommand } from './serve.ts';
import type { ServeOptions } from './serve.ts';
import { eventKinds, subscribeCommand } from './subscribe.ts';
import type { SubscribeCommandOptions } from './subscribe.ts';
import type { DeviceOptions } from './with-device.ts';
import { writeCommand } from './write.ts';

const timeoutOption = (what = 'how long a call may take (3000 without it)'): Option =>
  new Option('--timeout-ms <ms>', what);

/** Declares what can be done with a device. */
export function declareDeviceCommands(
  program: Command,
  commands: Commands,
  doors: DeviceDoors,
): void {
  const cli: DeviceCli = { ...commands, ...doors };
  const device = program
    .command('device')
    .description('look at a device, and ask it for things')
    .usage('<name> info | read | write | command | subscribe …')
    .addHelpText(
      'after',
      [
        '',
        '<name> is a device of the control system, such as sys/tg_test/1, or an address:',
        'tango://host:port/domain/family/member, or one that `runstate device serve` printed.',
      ].join('\n'),
    );
  /** A verb, whose help shows the device's name where people write it. */
  const verb = (name: string, usage: string): Command =>
    device
      .command(name)
      .argument('<name>', 'the device')
      .addOption(jsonOption())
      .configureHelp({ commandUsage: () => `runstate device <name> ${name} ${usage}[options]` });

  verb('info', '')
    .description('what it is, how it is, and its commands and attributes')
    .addOption(timeoutOption())
    .action(async (name: string, options: DeviceOptions) => {
      commands.exitCode = await infoCommand(name, options, cli);
    });

  verb('read', '<attribute…> ')
    .description('read attributes')
    .argument('<attribute...>', 'their names')
    .addOption(timeoutOption())
    .action(async (name: string, attributes: readonly string[], options: DeviceOptions) => {
      commands.exitCode = await readCommand(name, attributes, options, cli);
    });

  verb('write', '<attribute> <value> ')
    .description('write an attribute, once')
    .argument('<attribute>', 'its name')
    .argument('<value>', 'JSON, or a text; a label of an enumeration')
    .addOption(timeoutOption())
    .action(async (name: string, attribute: string, value: string, options: DeviceOptions) => {
      commands.exitCode = await writeCommand(name, attribute, value, options, cli);
    });

  declareCommand(verb, commands, cli);
  declareSubscribe(verb, commands, cli);
  if (doors.serve !== null) declareServe(device, commands, doors.serve);
}

function declareServe(device: Command, commands: Commands, serve: ServeDevices): void {
  device
    .command('serve')
    .description('serve the simulated devices that a file exports, until told to end')
    .argument('<file>', 'a JavaScript or TypeScript file')
    .option('--port <port>', 'of the loopback interface (a free one without it)')
    .addOption(jsonOption())
    .action(async (file: string, options: ServeOptions) => {
      commands.exitCode = await serveCommand(file, options, commands, serve);
    });
}

interface CommandOptions extends LongRunningOptions {
  readonly lrc?: boolean;
}

type DeclareVerb = (name: string, usage: string) => Command;

function declareCommand(verb: DeclareVerb, commands: Commands, cli: DeviceCli): void {
  verb('command', '<command> [argument] ')
    .description('send a command, once')
    .argument('<command>', 'its name')
    .argument('[argument]', 'JSON text, a file, or - for standard input')
    .addOption(timeoutOption('how long the call, or with --lrc all of it, may take'))
    .option('--lrc', 'it is a long-running one: follow it to its end')
    .option('--stop <command>', 'with --lrc: what Ctrl-C and the timeout send (nothing without it)')
    .option('--abort-all', "with --stop Abort: also where that ends other clients' commands")
    .action(
      async (
        name: string,
        command: string,
        argument: string | undefined,
        { lrc, ...options }: CommandOptions,
      ) => {
        const call = lrc === true ? longRunningCommand : callCommand;
        commands.exitCode = await call(name, command, argument, options, cli);
      },
    );
}

function declareSubscribe(verb: DeclareVerb, commands: Commands, cli: DeviceCli): void {
  verb('subscribe', '<attribute…> ')
    .description('print each value that comes, until Ctrl-C')
    .argument('<attribute...>', 'their names')
    .addOption(
      new Option('--event <kind>', 'the kind of event (change without it)').choices(
        Object.keys(eventKinds),
      ),
    )
    .option('--period-ms <ms>', 'read it so often where no events are sent')
    .option('--count <count>', 'end after so many values')
    .addOption(timeoutOption('end after this time'))
    .option('--strict', 'fail at once when the device is down or sends no events')
    .addOption(
      new Option(
        '--json-lines',
        'print each notification as a line of JSON, as it comes; --json prints one list at the end',
      ).conflicts('json'),
    )
    .action(
      async (name: string, attributes: readonly string[], options: SubscribeCommandOptions) => {
        commands.exitCode = await subscribeCommand(name, attributes, options, cli);
      },
    );
}

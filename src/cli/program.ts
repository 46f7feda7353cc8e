import { Command, CommanderError, Option } from 'commander';
import type { Commands } from './cli.ts';
import { declareDeviceCommands } from './device/declare.ts';
import { verbFirst } from './device/device-arguments.ts';
import type { DeviceDoors } from './device/device-doors.ts';
import { exitCodeOfError, exitCodes } from './exit-codes.ts';
import { machineCommand } from './machine-command.ts';
import type { MachineOptions } from './machine-command.ts';
import { jsonOption, pluginsOption } from './options.ts';
import { pluginsCommand } from './plugins-command.ts';
import type { PluginsOptions } from './plugins-command.ts';
import { declareStoreCommands } from './store-commands.ts';
import { codeOf, Terminal } from './terminal.ts';
import type { CliProcess } from './terminal.ts';
import { packageVersion } from './version.ts';
import { declareWorkCommands } from './work-commands.ts';

/**
 * Runs the command line and gives the exit code; the caller exits with it.
 *
 * @param args without the program's own name
 * @param doors null leaves out the commands that work with devices
 */
export async function runCli(
  args: readonly string[],
  process: CliProcess,
  doors: DeviceDoors | null = null,
): Promise<number> {
  const terminal = new Terminal(process);
  const commands: Commands = { process, terminal, exitCode: 0 };
  const program = new Command('runstate')
    .description('Runs the work of a control system: every task is a state machine.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.result(text.trimEnd()),
      writeErr: (text) => terminal.say(text.trimEnd()),
    });
  declareWorkCommands(program, commands);
  declareStoreCommands(program, commands);
  declareCatalogues(program, commands);
  if (doors !== null) declareDeviceCommands(program, commands, doors);

  const wantsJson = args.includes('--json');
  try {
    await program.parseAsync([...verbFirst(args)], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      commands.exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
      if (wantsJson && commands.exitCode !== 0) {
        terminal.json({ error: { code: 'USAGE', message: error.message, fields: [] } });
      }
    } else {
      commands.exitCode = exitCodeOfError(codeOf(error));
      terminal.error(error, wantsJson);
    }
  } finally {
    terminal.close();
  }
  return commands.exitCode;
}

/** Declares the commands that tell what there is. */
function declareCatalogues(program: Command, commands: Commands): void {
  program
    .command('plugins')
    .description('list the plugins, or describe one')
    .argument('[name]', 'name of a plugin')
    .addOption(pluginsOption())
    .addOption(jsonOption())
    .action(async (name: string | undefined, options: PluginsOptions) => {
      commands.exitCode = await pluginsCommand(name, options, commands);
    });

  program
    .command('machine')
    .description("print a state machine's definition or drawing, or all their names")
    .argument('[name]', 'name of a machine')
    .addOption(
      new Option('--format <format>', 'what to print (json without it)').choices([
        'json',
        'mermaid',
      ]),
    )
    .addOption(jsonOption())
    .action((name: string | undefined, options: MachineOptions) => {
      commands.exitCode = machineCommand(name, options, commands.terminal);
    });
}

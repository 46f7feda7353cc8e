import { Command, CommanderError, Option } from 'commander';
import { exitCodeOfError, exitCodes } from './exit-codes.ts';
import { machineCommand } from './machine-command.ts';
import type { MachineOptions } from './machine-command.ts';
import { pluginsCommand } from './plugins-command.ts';
import type { PluginsOptions } from './plugins-command.ts';
import { runCommand } from './run-command.ts';
import type { RunOptions } from './run-command.ts';
import { codeOf, Terminal } from './terminal.ts';
import type { CliProcess } from './terminal.ts';
import { packageVersion } from './version.ts';

const collect = (path: string, paths: readonly string[]): readonly string[] => [...paths, path];

const pluginsOption = () =>
  new Option('-p, --plugins <directory>', 'a directory of plugins (may be given several times)')
    .argParser(collect)
    .default([], 'RUNSTATE_PLUGINS and the bundled ones, which are always added');

const jsonOption = () => new Option('--json', 'print one JSON value and nothing else');

/**
 * Runs the command line and gives the exit code; the caller exits with it.
 *
 * @param args without the program's own name
 */
export async function runCli(args: readonly string[], process: CliProcess): Promise<number> {
  const terminal = new Terminal(process);
  let exitCode = 0;
  const program = new Command('runstate')
    .description('Runs the work of a control system: every task is a state machine.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.result(text.trimEnd()),
      writeErr: (text) => terminal.say(text.trimEnd()),
    });

  program
    .command('run')
    .description('run one task to its end')
    .argument('<plugin>', 'name of the plugin')
    .argument('[input]', 'JSON text, a file that holds JSON, or - for standard input')
    .addOption(pluginsOption())
    .addOption(jsonOption())
    .option('--timeout-ms <ms>', 'how long one attempt may take')
    .option('--retries <count>', 'attempts after the first one')
    .option('--grace-ms <ms>', 'how long a cancelled attempt may take to end by itself')
    .action(async (plugin: string, input: string | undefined, options: RunOptions) => {
      exitCode = await runCommand(plugin, input, options, process, terminal);
    });

  program
    .command('plugins')
    .description('list the plugins, or describe one')
    .argument('[name]', 'name of a plugin')
    .addOption(pluginsOption())
    .addOption(jsonOption())
    .action(async (name: string | undefined, options: PluginsOptions) => {
      exitCode = await pluginsCommand(name, options, process, terminal);
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
      exitCode = machineCommand(name, options, terminal);
    });

  const wantsJson = args.includes('--json');
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      exitCode = error.exitCode === 0 ? 0 : exitCodes.usage;
      if (wantsJson && exitCode !== 0) {
        terminal.json({ error: { code: 'USAGE', message: error.message, fields: [] } });
      }
    } else {
      exitCode = exitCodeOfError(codeOf(error));
      terminal.error(error, wantsJson);
    }
  } finally {
    terminal.close();
  }
  return exitCode;
}

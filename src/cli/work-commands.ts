import type { Command } from 'commander';
import type { Commands } from './cli.ts';
import { jsonOption, pluginsOption, resultsOption, storeOption, workdirOption } from './options.ts';
import { reprocessCommand } from './reprocess-command.ts';
import type { ReprocessOptions } from './reprocess-command.ts';
import { runCommand } from './run-command.ts';
import type { RunOptions } from './run-command.ts';

/** Declares the commands that run work. */
export function declareWorkCommands(program: Command, commands: Commands): void {
  program
    .command('run')
    .description('run one task to its end')
    .argument('<plugin>', 'name of the plugin')
    .argument('[input]', 'JSON text, a file that holds JSON, or - for standard input')
    .addOption(pluginsOption())
    .addOption(storeOption())
    .addOption(workdirOption())
    .addOption(resultsOption())
    .addOption(jsonOption())
    .option('--timeout-ms <ms>', 'how long one attempt may take')
    .option('--retries <count>', 'attempts after the first one')
    .option('--grace-ms <ms>', 'how long a cancelled attempt may take to end by itself')
    .action(async (plugin: string, input: string | undefined, options: RunOptions) => {
      commands.exitCode = await runCommand(plugin, input, options, commands);
    });

  program
    .command('reprocess')
    .description('run saved inputs (.inp files) again, one after the other')
    .argument('<file...>', 'files that a workdir has, or that dahu wrote')
    .addOption(pluginsOption())
    .addOption(storeOption())
    .addOption(workdirOption())
    .addOption(resultsOption())
    .addOption(jsonOption())
    .action(async (files: readonly string[], options: ReprocessOptions) => {
      commands.exitCode = await reprocessCommand(files, options, commands);
    });
}

import type { Command } from 'commander';
import { TaskStatus } from '../kernel/task-state.ts';
import type { Commands } from './cli.ts';
import { listCommand } from './list-command.ts';
import type { ListOptions } from './list-command.ts';
import {
  jsonOption,
  listOption,
  pluginsOption,
  resultsOption,
  storeOption,
  workdirOption,
} from './options.ts';
import { rerunCommand } from './rerun-command.ts';
import type { RerunCommandOptions } from './rerun-command.ts';
import { resolutions, resolveCommand } from './resolve-command.ts';
import type { ResolveCommandOptions } from './resolve-command.ts';
import { showCommand } from './show-command.ts';
import type { ShowOptions } from './show-command.ts';
import { statsCommand } from './stats-command.ts';
import type { StatsOptions } from './stats-command.ts';

/** Declares the commands that work on a store without a server. */
export function declareStoreCommands(program: Command, commands: Commands): void {
  declareReaders(program, commands);

  program
    .command('rerun')
    .description("run a stored task's work again, as a new task, to its end")
    .argument('<id>', 'id of the task')
    .addOption(storeOption())
    .option('-i, --input <input>', 'in place of the old input: JSON text, a file, or -')
    .option('--reason <text>', 'why')
    .addOption(pluginsOption())
    .addOption(workdirOption())
    .addOption(resultsOption())
    .addOption(jsonOption())
    .action(async (id: string, options: RerunCommandOptions) => {
      commands.exitCode = await rerunCommand(id, options, commands);
    });

  program
    .command('resolve')
    .description('say what became of a task that a crash left in doubt')
    .argument('<id>', 'id of the task')
    .argument('<as>', resolutions.join(', '))
    .addOption(storeOption())
    .requiredOption('--reason <text>', 'how you know')
    .option('-o, --output <output>', 'of a completed one: JSON text, a file, or -')
    .addOption(pluginsOption())
    .addOption(workdirOption())
    .addOption(resultsOption())
    .addOption(jsonOption())
    .action(async (id: string, as: string, options: ResolveCommandOptions) => {
      commands.exitCode = await resolveCommand(id, as, options, commands);
    });
}

function declareReaders(program: Command, commands: Commands): void {
  program
    .command('list')
    .description("list a store's tasks, newest first")
    .addOption(storeOption())
    .addOption(
      listOption('--status <status>', 'only tasks with this status', Object.values(TaskStatus)),
    )
    .option('--plugin <name>', 'only tasks of this plugin')
    .addOption(listOption('--tag <tag>', 'only tasks with this tag'))
    .option('--text <text>', 'only tasks with this in their name, note or plugin')
    .option('--limit <count>', 'how many (20 without it)')
    .option('--after <id>', 'only tasks older than this one: the next page')
    .addOption(jsonOption())
    .action(async (options: ListOptions) => {
      commands.exitCode = await listCommand(options, commands);
    });

  program
    .command('show')
    .description('show all that a store has of a task')
    .argument('<id>', 'id of the task')
    .addOption(storeOption())
    .option('--full', 'cut nothing')
    .addOption(jsonOption())
    .action(async (id: string, options: ShowOptions) => {
      commands.exitCode = await showCommand(id, options, commands);
    });

  program
    .command('stats')
    .description("print the figures of a store's tasks")
    .addOption(storeOption())
    .addOption(jsonOption())
    .action(async (options: StatsOptions) => {
      commands.exitCode = await statsCommand(options, commands);
    });
}

import { InvalidArgumentError, Option } from 'commander';

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** An option that may be given several times; with `choices`, one of them each time. */
export const listOption = (
  flags: string,
  description: string,
  choices: readonly string[] | null = null,
): Option =>
  new Option(flags, `${description} (may be given several times)`).argParser(
    (value: string, before?: readonly string[]) => {
      if (choices !== null && !choices.includes(value)) {
        throw new InvalidArgumentError(`Allowed choices are ${choices.join(', ')}.`);
      }
      return collect(value, before);
    },
  );

/** Where the plugins are that a command can use. */
export const pluginsOption = (): Option =>
  listOption('-p, --plugins <directory>', 'a directory of plugins').default(
    [],
    'RUNSTATE_PLUGINS and the bundled ones, which are always added',
  );

export const jsonOption = (): Option =>
  new Option('--json', 'print one JSON value and nothing else');

export const storeOption = (): Option =>
  new Option('-s, --store <file>', 'the file that tasks are kept in (RUNSTATE_STORE without it)');

export const resultsOption = (): Option =>
  new Option('-r, --results <directory>', 'write reports there (in `results` without it)');

export const workdirOption = (): Option =>
  new Option('-w, --workdir <directory>', 'write each task’s .inp and .out files there');

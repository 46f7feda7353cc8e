import { UsageError } from '../usage-error.ts';

/** What can be done with a device. */
export const deviceVerbs = ['info', 'read', 'write', 'command', 'subscribe'] as const;

const isVerb = (word: string | undefined): boolean => deviceVerbs.some((verb) => verb === word);

const isOption = (word: string | undefined): boolean => word === undefined || word.startsWith('-');

/**
 * People name the device first, as `runstate device sys/tg_test/1 read temperature`; the parser wants
 * the verb there.
 *
 * @throws {@link UsageError} when what follows the device's name is no verb
 */
export function verbFirst(args: readonly string[]): readonly string[] {
  const [command, name, verb, ...rest] = args;
  if (command !== 'device' || isOption(name) || name === undefined) return args;
  if (name === 'serve' || name === 'help') return args;
  if (verb !== undefined && isVerb(verb)) return [command, verb, name, ...rest];
  if (verb === '--help' || verb === '-h') return isVerb(name) ? args : [command, verb];
  const told = isOption(verb) ? 'say what to do' : `\`${verb}\` cannot be done`;
  throw new UsageError(`${told} with device ${name}: ${deviceVerbs.join(', ')}`);
}

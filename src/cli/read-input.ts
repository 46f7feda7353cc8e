import { readFile, stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { messageOf } from '../kernel/task-error.ts';
import { UsageError } from './usage-error.ts';

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

function parse(json: string, from: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UsageError(`${from} is not JSON: ${messageOf(error)}`);
  }
}

/**
 * Reads a plugin's input: the path of a file that holds JSON, `-` for standard input, or JSON text.
 * Without it the input is empty.
 *
 * @throws {@link UsageError} when it is none of them
 */
export async function readInput(
  given: string | undefined,
  stdin: NodeJS.ReadableStream,
): Promise<unknown> {
  if (given === undefined) return {};
  if (given === '-') return parse(await text(stdin), 'standard input');
  if (await isFile(given)) return parse(await readFile(given, 'utf8'), `file ${given}`);
  return parse(given, `input \`${given}\`, which is no file either,`);
}

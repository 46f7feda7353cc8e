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

/** What was given on the command line, and where it was found. */
export interface GivenText {
  readonly text: string;
  /** As an error names it. */
  readonly from: string;
}

/** Reads what was given: the path of a file, `-` for standard input, or the text itself. */
export async function readGiven(given: string, stdin: NodeJS.ReadableStream): Promise<GivenText> {
  if (given === '-') return { text: await text(stdin), from: 'standard input' };
  if (await isFile(given)) return { text: await readFile(given, 'utf8'), from: `file ${given}` };
  return { text: given, from: `input \`${given}\`, which is no file either,` };
}

/**
 * The value of a JSON text.
 *
 * @throws {@link UsageError} when it is none
 */
export function parseGiven({ text: json, from }: GivenText): unknown {
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
  return given === undefined ? {} : parseGiven(await readGiven(given, stdin));
}

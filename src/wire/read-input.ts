import { RunstateError } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { DefinedPlugin } from './plugin.ts';
import { hasSecrets } from './secret-fields.ts';
import { showValue } from './show-value.ts';
import { parseInput, takesInput } from './validation.ts';

/**
 * Gives the text of a file, or null where there is none of that name.
 *
 * @throws Error when there is one and it cannot be read
 */
export type ReadFile = (path: string) => string | null;

/** What a text stands for, and how that was found. */
interface Reading {
  readonly value: unknown;
  readonly from: string;
}

/**
 * The input that was meant. As in dahu it may be given as JSON text, or as the path of a file that
 * holds JSON: a text that the plugin's schema takes as it is stays a text, and only one that it
 * refuses is read, first as a path, then as JSON. Bytes are JSON text.
 *
 * @param readFile null where inputs come from people who may not read this computer's files
 * @throws {@link RunstateError} `INVALID_INPUT`, naming each way in which the text was tried
 */
export function readInput(
  plugin: DefinedPlugin,
  given: unknown,
  readFile: ReadFile | null,
): unknown {
  const text = given instanceof Uint8Array ? new TextDecoder().decode(given) : given;
  if (typeof text !== 'string') return given;
  if (text === given && takesInput(plugin, text)) return text;
  const { value, from } =
    readFromFile(plugin, text, readFile) ?? readFromText(plugin, text, readFile);
  try {
    parseInput(plugin, value);
  } catch (error) {
    if (!(error instanceof RunstateError)) throw error;
    const { code, fields, message } = error;
    throw new RunstateError(code, [], {
      message: `${message}; it was ${from}`,
      fields,
      cause: error,
    });
  }
  return value;
}

const refuse = (plugin: DefinedPlugin, problem: string, cause: unknown): never => {
  throw new RunstateError('INVALID_INPUT', [plugin.name, problem], {
    fields: [{ path: '', message: problem }],
    cause,
  });
};

function readFromFile(
  plugin: DefinedPlugin,
  path: string,
  readFile: ReadFile | null,
): Reading | null {
  const file = `file ${showValue(path)}`;
  let text: string | null;
  try {
    text = readFile?.(path) ?? null;
  } catch (error) {
    return refuse(plugin, `${file} cannot be read: ${messageOf(error)}`, error);
  }
  if (text === null) return null;
  try {
    return { value: JSON.parse(text), from: `read from ${file}` };
  } catch {
    // What JSON.parse says would show what stands in the file.
    return refuse(plugin, `${file} does not hold JSON`, undefined);
  }
}

function readFromText(plugin: DefinedPlugin, text: string, readFile: ReadFile | null): Reading {
  try {
    return { value: JSON.parse(text), from: 'given as JSON text' };
  } catch (error) {
    const asFile = readFile === null ? 'files are not read here' : 'it names no file';
    // What JSON.parse says shows what stands in the text.
    const mayShow = !hasSecrets(plugin.input);
    const [shown, why] = mayShow ? [` ${showValue(text)}`, ` (${messageOf(error)})`] : ['', ''];
    const problem = `the schema does not take the text${shown} as it is, ${asFile}, and it is no JSON text${why}`;
    return refuse(plugin, problem, mayShow ? error : undefined);
  }
}

import { readFile } from 'node:fs/promises';
import { messageOf } from '../kernel/task-error.ts';
import { UsageError } from './usage-error.ts';

/** What a `.inp` file says: the plugin, and the input with its fields in their place. */
export interface SavedInput {
  readonly plugin: string;
  /** The input without the fields of `ignored`. */
  inputWithout(ignored: readonly string[]): unknown;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads a saved input, of this program or of dahu.
 *
 * @throws {@link UsageError} when it cannot be read, is no JSON or names no plugin
 */
export async function readSavedInput(file: string): Promise<SavedInput> {
  const content = parse(await textOf(file));
  if (!isRecord(content)) throw new UsageError('it holds no JSON object');
  const { plugin_name: plugin, job_id: _id, ...input } = content;
  if (typeof plugin !== 'string' || plugin === '') {
    throw new UsageError('it has no `plugin_name`, so it is no saved input');
  }
  return {
    plugin,
    inputWithout(ignored) {
      const kept = Object.fromEntries(
        Object.entries(input).filter(([key]) => !ignored.includes(key)),
      );
      // What is no object stands under a name of its own in the file.
      return 'job_input' in kept && Object.keys(kept).length === 1 ? kept['job_input'] : kept;
    },
  };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`it cannot be read: ${messageOf(error)}`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`it is no JSON: ${messageOf(error)}`);
  }
}

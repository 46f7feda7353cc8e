import { readFileSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';

/** The largest file that is read as an input, in bytes. */
const largest = 64 * 1024 * 1024;

/**
 * Reads a file of inputs at once, since a submission is answered at once; null where there is no
 * regular file of that name.
 *
 * @throws Error when the file is too large, or cannot be read
 */
export function readInputFile(path: string): string | null {
  const found = statsOf(path);
  if (found?.isFile() !== true) return null;
  if (found.size > largest) {
    throw new Error(`it has ${found.size} bytes, and at most ${largest} are read`);
  }
  return readFileSync(path, 'utf8');
}

/** Most texts are no paths: too long for one, or with a character that none has. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

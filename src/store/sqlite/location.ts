import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RunstateError } from '../../kernel/errors.ts';
import { messageOf } from '../../kernel/task-error.ts';
import { showValue } from '../../wire/show-value.ts';

/** @throws {@link RunstateError} `INVALID_OPTION` */
export function assertPath(path: unknown): asserts path is string {
  const isName = typeof path === 'string' && path !== '' && !path.includes('\0');
  if (isName && path !== ':memory:') return;
  const expected = 'the path of a file; for a store in memory use `memoryStore()`';
  throw new RunstateError('INVALID_OPTION', ['path', expected, showValue(path)]);
}

/** The deepest chain of links that is followed. */
const mostLinks = 32;

/**
 * The one absolute spelling of a file's path, whether the file is there or not, so that two ways to
 * one file have one lock.
 *
 * @throws {@link RunstateError} `STORE_UNREADABLE` when no file can be there
 */
export function locateFile(path: string, links = 0): string {
  const full = resolve(path);
  let directory: string;
  try {
    directory = realpathSync(dirname(full));
  } catch (cause) {
    const reason = `its directory ${dirname(full)} is not there (${messageOf(cause)})`;
    throw new RunstateError('STORE_UNREADABLE', [full, reason], { cause });
  }
  const file = join(directory, basename(full));
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) {
    throw new RunstateError('STORE_UNREADABLE', [file, 'it is a directory']);
  }
  if (found?.isSymbolicLink() !== true) return file;
  if (links >= mostLinks) {
    throw new RunstateError('STORE_UNREADABLE', [full, 'its links go round in a circle']);
  }
  return locateFile(resolve(directory, readlinkSync(file)), links + 1);
}

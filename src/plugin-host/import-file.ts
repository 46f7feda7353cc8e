import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { RunstateError } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import { BundleFolder } from './bundle-folder.ts';
import { CompiledFile } from './compiled-file.ts';
import type { Compiled } from './compiled-file.ts';
import { useEsbuild } from './esbuild-service.ts';
import { positionOf } from './source-position.ts';

/** What a module exports, by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/**
 * Imports a JavaScript or TypeScript file once, as plugin files are: without a build, `runstate` being
 * the copy that is running. Nothing is left behind.
 *
 * @throws {@link RunstateError} `PLUGIN_LOAD_FAILED`, with the place in the file where one is known
 */
export async function importFile(path: string): Promise<ModuleExports> {
  const file = resolve(path);
  await assertFile(file);
  const release = useEsbuild();
  const folder = new BundleFolder(tmpdir());
  try {
    const outcome = await new CompiledFile(file, folder).compile();
    if (!outcome.ok) throw failure(file, outcome.problems.map(({ text }) => text).join('; '));
    return await importCompiled(file, outcome.compiled);
  } finally {
    await folder.close();
    await release();
  }
}

async function assertFile(file: string): Promise<void> {
  let isFile: boolean;
  try {
    isFile = (await stat(file)).isFile();
  } catch (error) {
    throw failure(file, messageOf(error), error);
  }
  if (!isFile) throw failure(file, 'it is no file');
}

async function importCompiled(file: string, compiled: Compiled): Promise<ModuleExports> {
  try {
    const exports: ModuleExports = await import(/* @vite-ignore */ compiled.url);
    return exports;
  } catch (error) {
    const at = positionOf(error, compiled);
    const where = at === null ? '' : `${at.file}:${at.line}:${at.column}: `;
    throw failure(file, `${where}${messageOf(error)}`, error);
  }
}

const failure = (file: string, problem: string, cause?: unknown): RunstateError =>
  new RunstateError('PLUGIN_LOAD_FAILED', [file, problem], {
    message: `File ${file} could not be loaded: ${problem}`,
    ...(cause === undefined ? {} : { cause }),
  });

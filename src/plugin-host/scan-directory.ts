import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { RunstateError } from '../kernel/errors.ts';
import { problemOf } from './problem.ts';
import type { PluginProblem } from './problem.ts';

/** A file to be loaded, under its module's name. */
export interface FoundFile {
  readonly moduleName: string;
  readonly file: string;
}

/** What lies in a plugin directory. */
export interface DirectoryScan {
  readonly found: readonly FoundFile[];
  readonly problems: readonly PluginProblem[];
}

/** In this order, when several are there. */
const extensions = ['.ts', '.mts', '.js', '.mjs'];
const notPlugins = /^\.|\.d\.m?ts$|\.(?:test|test-d|spec)\.m?[tj]s$/;

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );

async function firstFile(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if (await isFile(path)) return path;
  return null;
}

/** What `exports` of a package.json has for `import` of the package itself. */
function mainExport(exports: unknown): string | null {
  if (typeof exports === 'string') return exports;
  if (Array.isArray(exports)) return exports.map(mainExport).find((path) => path !== null) ?? null;
  if (typeof exports !== 'object' || exports === null) return null;
  for (const [condition, target] of Object.entries(exports)) {
    if (!['.', 'node', 'import', 'default'].includes(condition)) continue;
    const path = mainExport(target);
    if (path !== null) return path;
  }
  return null;
}

/** The file that a folder is loaded by when it is a package; null for any other folder. */
export async function packageEntry(folder: string): Promise<string | null> {
  const indexes = extensions.map((extension) => join(folder, `index${extension}`));
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  const manifest: { exports?: unknown; main?: unknown } = JSON.parse(text);
  const main = typeof manifest.main === 'string' ? manifest.main : null;
  const named = mainExport(manifest.exports) ?? main;
  if (named === null) return firstFile(indexes);
  const path = join(folder, named);
  return firstFile([path, `${path}.js`, join(path, 'index.js'), ...indexes]);
}

async function lookAt(directory: string, name: string): Promise<FoundFile | null> {
  const path = join(directory, name);
  const info = await stat(path).catch(() => null);
  if (info === null) return null;
  if (info.isDirectory()) {
    const entry = name === 'node_modules' ? null : await packageEntry(path);
    return entry === null ? null : { moduleName: name, file: entry };
  }
  if (!extensions.includes(extname(name))) return null;
  return { moduleName: basename(name, extname(name)), file: path };
}

/**
 * Lists the plugin files of a directory: `.ts`, `.mts`, `.js` and `.mjs` files, and sub-folders that
 * are packages. Other sub-folders are for files that plugins import.
 *
 * @throws {@link RunstateError} `PLUGIN_DIRECTORY_UNREADABLE`
 */
export async function scanDirectory(directory: string): Promise<DirectoryScan> {
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    const reason = reasons.get(error.code) ?? error.message;
    throw new RunstateError('PLUGIN_DIRECTORY_UNREADABLE', [directory, reason], { cause: error });
  });
  const problems: PluginProblem[] = [];
  const looked = names
    .filter((name) => !notPlugins.test(name))
    .map((name) =>
      lookAt(directory, name).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        const manifest = join(directory, name, 'package.json');
        problems.push(problemOf(manifest, 'PLUGIN_LOAD_FAILED', message));
        return null;
      }),
    );
  const found = (await Promise.all(looked)).filter((file) => file !== null);
  return { found: found.toSorted(byName), problems };
}

const reasons: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOENT', 'it does not exist'],
  ['ENOTDIR', 'it is not a directory'],
  ['EACCES', 'permission was denied'],
]);

const rank = ({ file }: FoundFile): number => extensions.indexOf(extname(file));
const byName = (a: FoundFile, b: FoundFile): number =>
  a.moduleName.localeCompare(b.moduleName, 'en') ||
  rank(a) - rank(b) ||
  a.file.localeCompare(b.file, 'en');

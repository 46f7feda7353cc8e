import { readFile } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Loader, Plugin } from 'esbuild';
import type { FileStamps } from './file-stamps.ts';

/**
 * In a bundle `import.meta` would speak of the bundle. Each file that uses it is given constants of
 * its own instead, which esbuild keeps apart by renaming; they stand on the file's first line, so
 * that lines keep their numbers.
 */
export const metaNames = {
  'import.meta.url': 'runstateModuleUrl',
  'import.meta.filename': 'runstateModuleFile',
  'import.meta.dirname': 'runstateModuleFolder',
};

const loaders: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
};

const constantsOf = (file: string): string =>
  `const runstateModuleUrl=${JSON.stringify(pathToFileURL(file).href)},` +
  `runstateModuleFile=${JSON.stringify(file)},` +
  `runstateModuleFolder=${JSON.stringify(dirname(file))};`;

const constants =
  /^const runstateModuleUrl=".*?",runstateModuleFile=".*?",runstateModuleFolder=".*?";/;

/** How much longer the constants make a line. */
export const prefixLengthOf = (line: string): number => constants.exec(line)?.[0].length ?? 0;

/** Gives each file its own `import.meta`, and notes in `stamps` which files were read. */
export function keepImportMeta(stamps: FileStamps): Plugin {
  return {
    name: 'keep-import-meta',
    setup(build) {
      build.onLoad({ filter: /.*/, namespace: 'file' }, async ({ path }) => {
        await stamps.add(path);
        const loader = loaders[extname(path)];
        if (loader === undefined) return undefined;
        const text = await readFile(path, 'utf8');
        if (!text.includes('import.meta')) return undefined;
        const start = text.startsWith('#!') ? text.indexOf('\n') + 1 : 0;
        return { contents: text.slice(0, start) + constantsOf(path) + text.slice(start), loader };
      });
    },
  };
}

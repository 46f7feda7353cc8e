import { pathToFileURL } from 'node:url';
import { dirname, resolve } from 'node:path';
import type { Message } from 'esbuild';
import { isBuildFailure, runEsbuild } from './esbuild-service.ts';
import { FileStamps } from './file-stamps.ts';
import { keepImportMeta, metaNames, prefixLengthOf } from './import-meta.ts';
import { problemAt, problemOf } from './problem.ts';
import type { PluginProblem } from './problem.ts';
import { resolvePackages } from './resolve-packages.ts';

/** What came of bundling a file. */
export type BundleOutcome =
  | {
      readonly ok: true;
      readonly code: string;
      readonly sourceMap: string;
      readonly stamps: FileStamps;
    }
  | {
      readonly ok: false;
      readonly problems: readonly PluginProblem[];
      readonly stamps: FileStamps;
    };

/** A CommonJS file that requires what is not bundled needs a `require`, which modules lack. */
const requireFor = (entry: string): string =>
  `import{createRequire as runstateRequire}from'node:module';` +
  `const require=runstateRequire(${JSON.stringify(pathToFileURL(entry).href)});`;

function problemOfMessage(entry: string, message: Message): PluginProblem {
  const { text, location } = message;
  if (location === null) return problemOf(entry, 'PLUGIN_LOAD_FAILED', text);
  const before = Buffer.from(location.lineText).subarray(0, location.column).toString();
  const shift = location.line === 1 ? prefixLengthOf(location.lineText) : 0;
  const column = Math.max(1, before.length + 1 - shift);
  const at = { file: resolve(dirname(entry), location.file), line: location.line, column };
  return problemAt(at, 'PLUGIN_LOAD_FAILED', text);
}

/**
 * Makes one JavaScript module of a file and the files it imports, for Node to import as it is: in
 * this thread, in a worker and in a child process, whatever loaders they have.
 *
 * Packages are left out and named by absolute URLs, so the module may lie anywhere. Each file keeps
 * its own `import.meta.url`.
 */
export async function bundle(entry: string, outFile: string): Promise<BundleOutcome> {
  const stamps = new FileStamps();
  await stamps.add(entry);
  try {
    const result = await runEsbuild({
      entryPoints: [entry],
      outfile: outFile,
      absWorkingDir: dirname(entry),
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      conditions: [],
      define: metaNames,
      keepNames: true,
      charset: 'utf8',
      sourcemap: 'external',
      sourcesContent: false,
      metafile: true,
      write: false,
      logLevel: 'silent',
      plugins: [resolvePackages(), keepImportMeta(stamps)],
    });
    const text = (suffix: string): string =>
      result.outputFiles.find(({ path }) => path.endsWith(suffix))?.text ?? '';
    const needsRequire = Object.values(result.metafile.outputs).some(({ imports }) =>
      imports.some(({ kind }) => kind === 'require-call' || kind === 'require-resolve'),
    );
    const code = (needsRequire ? requireFor(entry) : '') + text('.mjs');
    return { ok: true, code, sourceMap: text('.map'), stamps };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    const problems = error.errors.map((message) => problemOfMessage(entry, message));
    return { ok: false, problems, stamps };
  }
}

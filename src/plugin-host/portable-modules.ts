import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunstateError } from '../kernel/errors.ts';
import type { BundleFolder } from './bundle-folder.ts';
import { CompiledFile } from './compiled-file.ts';
import type { CompileOutcome } from './compiled-file.ts';
import { LatestRun } from './latest-run.ts';

const needsCompiling = new Set(['.ts', '.mts', '.cts', '.tsx']);

/** The modules that plugins name as their own, in a form that any thread or process can import. */
export class PortableModules {
  readonly #folder: BundleFolder;
  readonly #compiling = new Map<string, LatestRun<CompileOutcome>>();

  constructor(folder: BundleFolder) {
    this.#folder = folder;
  }

  async urlOf(moduleUrl: string): Promise<string> {
    if (!moduleUrl.startsWith('file:')) return moduleUrl;
    const file = fileURLToPath(moduleUrl);
    if (!needsCompiling.has(extname(file))) return moduleUrl;
    const outcome = await this.#compiler(file).run();
    if (outcome.ok) return outcome.compiled.url;
    throw new RunstateError('PLUGIN_LOAD_FAILED', [file, outcome.problems[0]?.text ?? '']);
  }

  /** Resolves when nothing is being compiled. */
  async settled(): Promise<void> {
    await Promise.all([...this.#compiling.values()].map((runs) => runs.settled()));
  }

  #compiler(file: string): LatestRun<CompileOutcome> {
    const known = this.#compiling.get(file);
    if (known !== undefined) return known;
    const source = new CompiledFile(file, this.#folder);
    const runs = new LatestRun(() => source.compile());
    this.#compiling.set(file, runs);
    return runs;
  }
}

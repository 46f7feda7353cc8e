import { join } from 'node:path';
import { bundle } from './bundle.ts';
import type { BundleFile, BundleFolder } from './bundle-folder.ts';
import type { FileStamps } from './file-stamps.ts';
import type { PluginProblem } from './problem.ts';

/** A file as Node can import it. */
export interface Compiled extends BundleFile {
  readonly sourceMap: string;
  /** The files it was made of. */
  readonly files: readonly string[];
}

/** What came of compiling a file. */
export type CompileOutcome =
  | { readonly ok: true; readonly compiled: Compiled }
  | { readonly ok: false; readonly problems: readonly PluginProblem[] };

const inlineMap = (sourceMap: string): string =>
  `//# sourceMappingURL=data:application/json;base64,${Buffer.from(sourceMap).toString('base64')}\n`;

/** A file and its bundle: made when asked for, and again when a file it is made of has changed. */
export class CompiledFile {
  readonly file: string;
  readonly #folder: BundleFolder;
  #stamps: FileStamps | null = null;
  #outcome: CompileOutcome | null = null;

  constructor(file: string, folder: BundleFolder) {
    this.file = file;
    this.#folder = folder;
  }

  /** The files that the last attempt read, also a failed one. */
  get files(): readonly string[] {
    return this.#stamps?.files ?? [this.file];
  }

  /**
   * The bundle of the file as it is now. What could not be bundled is always tried again: what it
   * lacked, such as a file it imports, may have come since.
   */
  async compile(): Promise<CompileOutcome> {
    if (this.#outcome?.ok === true && (await this.#stamps?.areCurrent()) === true) {
      return this.#outcome;
    }
    const outFile = join(await this.#folder.open(), 'plugin.mjs');
    const built = await bundle(this.file, outFile);
    this.#stamps = built.stamps;
    if (built.ok) {
      const { code, sourceMap, stamps } = built;
      const written = await this.#folder.write(code + inlineMap(sourceMap));
      this.#outcome = { ok: true, compiled: { ...written, sourceMap, files: stamps.files } };
    } else {
      this.#outcome = { ok: false, problems: built.problems };
    }
    return this.#outcome;
  }
}

import { createHash } from 'node:crypto';
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Where bundles are put for Node to import: a folder of this host alone, which nobody else can write
 * to and nobody can foretell, for code is run from it. All that was bundled stays until the host is
 * closed, because a task that began with an older version may still bring it into a new worker.
 */
const prefix = 'runstate-plugins-';

/** Left behind by a process that was killed, once it is this old. */
const abandonedAfterMs = 24 * 60 * 60 * 1_000;

/** A bundle on disk. */
export interface BundleFile {
  /** Of the code; the same code has the same one. */
  readonly hash: string;
  readonly path: string;
  readonly url: string;
}

export class BundleFolder {
  readonly #parent: string;
  #opening: Promise<string> | null = null;

  constructor(parent: string) {
    this.#parent = parent;
  }

  /** The folder's path; made when it is first asked for. */
  open(): Promise<string> {
    this.#opening ??= openFolder(this.#parent);
    return this.#opening;
  }

  /** Stores the code under its hash; storing the same code again changes nothing. */
  async write(code: string): Promise<BundleFile> {
    const folder = await this.open();
    const hash = createHash('sha256').update(code).digest('hex');
    const path = join(folder, `${hash}.mjs`);
    if (!(await exists(path))) {
      const draft = join(folder, `${hash}.${process.hrtime.bigint()}.tmp`);
      await writeFile(draft, code, { mode: 0o600 });
      await rename(draft, path);
    }
    return { hash, path, url: pathToFileURL(path).href };
  }

  async close(): Promise<void> {
    if (this.#opening === null) return;
    const folder = await this.#opening.catch(() => null);
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function openFolder(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent);
  // Stack traces name files by their real paths.
  return realpath(await mkdtemp(join(parent, `${prefix}${process.pid}-`)));
}

async function removeAbandoned(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  await Promise.all(
    names
      .filter(
        (name) =>
          name.startsWith(prefix) && !isAlive(Number.parseInt(name.slice(prefix.length), 10)),
      )
      .map((name) => removeIfOld(join(parent, name))),
  );
}

/** Only one's own; and only an old one, for a process of another container may be out of sight. */
async function removeIfOld(folder: string): Promise<void> {
  try {
    const { mtimeMs, uid } = await lstat(folder);
    const isOurs = process.getuid === undefined || uid === process.getuid();
    if (!isOurs || Date.now() - mtimeMs < abandonedAfterMs) return;
    await rm(folder, { recursive: true, force: true });
  } catch {}
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { idOfFile } from './workdir-files.ts';
import { unfinishedSuffix } from './write-whole.ts';

/** Folders that are looked through: a crash concerns the newest tasks only. */
const foldersLookedThrough = 2;

/** What is younger may be in another engine's hands, in milliseconds. */
const unfinishedForMs = 60_000;

/** What is found in a workdir when an engine starts. */
export interface WorkdirContent {
  /** The greatest id that a file has; 0 without any. */
  readonly lastId: number;
  /** Tasks that went in and have no file of what came out, oldest first. */
  readonly open: readonly number[];
}

/** Looks through the newest folders of a workdir, and removes what a crash left half-written. */
export async function scanWorkdir(directory: string): Promise<WorkdirContent> {
  const begun = new Set<number>();
  const ended = new Set<number>();
  for (const folder of await newestFolders(directory)) {
    for (const name of await readdir(folder)) {
      const id = idOfFile(name);
      if (id === null) continue;
      if (name.endsWith(unfinishedSuffix)) await removeOld(join(folder, name));
      else (name.endsWith('.inp') ? begun : ended).add(id);
    }
  }
  return {
    lastId: Math.max(0, ...begun, ...ended),
    open: [...begun].filter((id) => !ended.has(id)).toSorted((a, b) => a - b),
  };
}

async function newestFolders(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4,7}$/.test(name));
  return names
    .toSorted((a, b) => Number(b) - Number(a))
    .slice(0, foldersLookedThrough)
    .map((name) => join(directory, name));
}

async function removeOld(path: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > unfinishedForMs) await rm(path);
  } catch {
    // Its engine has finished it meanwhile, or it stays: nobody reads it.
  }
}

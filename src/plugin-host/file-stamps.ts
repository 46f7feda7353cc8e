import { stat } from 'node:fs/promises';

/** What a file looked like when it was read. */
interface Stamp {
  readonly text: string;
  readonly changedAtMs: number;
}

/**
 * File systems count time in ticks: a file written again within the tick of its first change, to the
 * same length, looks the same. A file read so soon after it changed is read again next time.
 */
const tickMs = 50;

async function stampOf(file: string): Promise<Stamp> {
  try {
    const { mtimeNs, mtimeMs, size, ino } = await stat(file, { bigint: true });
    return { text: `${mtimeNs} ${size} ${ino}`, changedAtMs: Number(mtimeMs) };
  } catch {
    return { text: 'absent', changedAtMs: 0 };
  }
}

/** The files a build was made of, and whether one of them has changed since. */
export class FileStamps {
  readonly #stamps = new Map<string, Stamp>();
  #isFirm = true;

  /** To be called before the file is read, so that no later change is missed. */
  async add(file: string): Promise<void> {
    if (this.#stamps.has(file)) return;
    const stamp = await stampOf(file);
    this.#stamps.set(file, stamp);
    if (Math.abs(Date.now() - stamp.changedAtMs) < tickMs) this.#isFirm = false;
  }

  /** Whether all files are as they were when they were added. */
  async areCurrent(): Promise<boolean> {
    if (!this.#isFirm) return false;
    const checks = [...this.#stamps].map(async ([file, { text }]) => {
      const now = await stampOf(file);
      return now.text === text;
    });
    return (await Promise.all(checks)).every(Boolean);
  }

  get files(): readonly string[] {
    return [...this.#stamps.keys()];
  }
}

import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';

/** What the names of files that are still being written end with. */
export const unfinishedSuffix = '.tmp';

/** How a file is written. */
export interface WriteOptions {
  /**
   * Whether the text is on the disk before the file takes its name, so that a power cut leaves no
   * empty one.
   *
   * @defaultValue `false`
   */
  readonly isSynced?: boolean;
}

/**
 * Writes a text so that readers see the old file or the new one, never half of it: to a temporary
 * file in the same folder, which then takes the name.
 */
export async function writeWhole(
  path: string,
  text: string,
  { isSynced = false }: WriteOptions = {},
): Promise<void> {
  const temporary = `${path}.${randomUUID()}${unfinishedSuffix}`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text);
      if (isSynced) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

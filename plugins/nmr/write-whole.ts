import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a text so that readers see the old file or the new one, never half of it: to a temporary
 * file in the same folder, which then takes the name.
 *
 * @throws Error that names the input field `svg` if the folder cannot be written to
 */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    const reason =
      code === 'ENOENT'
        ? `the folder '${dirname(path)}' does not exist`
        : String(cause instanceof Error ? cause.message : cause);
    throw new Error(
      `Cannot write \`svg\` '${path}': ${reason}. Create the folder or choose another path.`,
      { cause },
    );
  }
}

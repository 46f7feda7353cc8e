import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { RealPart } from './parts.ts';

const succeeds = ([file, ...args]: readonly [string, ...string[]]): Promise<boolean> =>
  new Promise((resolve) => execFile(file, args, (error) => resolve(error === null)));

const isThere = async ({ files, probe }: RealPart): Promise<boolean> =>
  files.every((file) => existsSync(file)) && (probe === undefined || (await succeeds(probe)));

/** The parts that this machine does not have, in the order of the table. */
export async function missingParts(parts: readonly RealPart[]): Promise<readonly RealPart[]> {
  const found = await Promise.all(parts.map(isThere));
  return parts.filter((_, index) => found[index] === false);
}

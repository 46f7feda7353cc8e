import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** The package's own version. */
export function packageVersion(): string {
  const path = createRequire(import.meta.url).resolve('runstate/package.json');
  const { version }: { version: string } = JSON.parse(readFileSync(path, 'utf8'));
  return version;
}

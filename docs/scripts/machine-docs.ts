import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machinePages } from './machine-page.ts';

/** Writes the pages of all machines, and removes those of machines that are gone. */
const folder = 'docs/reference/machines';
const pages = machinePages();
mkdirSync(folder, { recursive: true });
for (const [path, text] of pages) writeFileSync(path, text);
for (const name of readdirSync(folder)) {
  if (!pages.has(`${folder}/${name}`)) rmSync(join(folder, name));
}

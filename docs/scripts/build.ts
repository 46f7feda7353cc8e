import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Compiles the package into `dist/` and puts the plugins' data files beside their code.
 *
 * It is compiled beside `dist/` (as deep, for the sake of source maps), and each file that changed is
 * moved into its place as a whole: whoever runs `dist/` at the moment, such as another run of the
 * tests, never reads half a file.
 */
const draft = `.dist-${process.pid}`;

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

const isSame = (a: string, b: string): boolean =>
  existsSync(b) && readFileSync(a).equals(readFileSync(b));

try {
  const tsc = 'node_modules/typescript/bin/tsc';
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', draft], {
    stdio: 'inherit',
  });
} finally {
  if (existsSync(draft)) install();
}

function install(): void {
  for (const entry of readdirSync('plugins', { withFileTypes: true })) {
    const data = join('plugins', entry.name, 'data');
    if (entry.isDirectory() && readdirSync(join('plugins', entry.name)).includes('data')) {
      cpSync(data, join(draft, data), { recursive: true });
    }
  }
  if (!process.argv.includes('--keep')) rmSync('dist', { recursive: true, force: true });
  for (const file of filesOf(draft)) {
    const place = join('dist', file.slice(draft.length));
    if (isSame(file, place)) continue;
    mkdirSync(dirname(place), { recursive: true });
    renameSync(file, place);
  }
  rmSync(draft, { recursive: true, force: true });
}

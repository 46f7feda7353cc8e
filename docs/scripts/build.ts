import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Compiles the package into `dist/` and puts the plugins' data files beside their code. */
if (!process.argv.includes('--keep')) rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
for (const entry of readdirSync('plugins', { withFileTypes: true })) {
  const data = join('plugins', entry.name, 'data');
  if (entry.isDirectory() && readdirSync(join('plugins', entry.name)).includes('data')) {
    cpSync(data, join('dist', data), { recursive: true });
  }
}

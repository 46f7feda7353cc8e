import { execFileSync } from 'node:child_process';

/** Workers and child processes run compiled code, so a run of the tests begins with a build. */
export function setup(): void {
  execFileSync(process.execPath, ['--import', 'tsx', 'docs/scripts/build.ts', '--keep'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

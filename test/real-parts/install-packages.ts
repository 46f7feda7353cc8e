import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where packages are installed. */
export interface Machine {
  readonly env: NodeJS.ProcessEnv;
  /** The user's number; undefined where users have none. */
  readonly uid: number | undefined;
  /** The file that Debian asks whether a service may start. */
  readonly policyFile: string;
  /** One run at a time installs; the others wait for it. */
  readonly lockFile: string;
}

export const thisMachine = (): Machine => ({
  env: process.env,
  uid: process.getuid?.(),
  policyFile: '/usr/sbin/policy-rc.d',
  lockFile: '/run/lock/runstate-real-parts',
});

const script = fileURLToPath(new URL('install.sh', import.meta.url));

const isOnPath = (program: string, { env }: Machine): boolean =>
  (env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

/** Why nothing can be installed; null when it can be tried. */
function obstacle(machine: Machine): string | null {
  const absent = ['apt-get', 'dpkg-query', 'flock'].find((name) => !isOnPath(name, machine));
  if (absent !== undefined) return `there is no ${absent} here, so this is no Debian to install on`;
  return machine.uid === 0 ? null : 'only root may install';
}

/** The last lines of apt, which say what it could not do. */
const lastWords = (output: string): string => output.trim().split('\n').slice(-3).join(' / ');

/** Installs Debian packages; gives why it could not, or null. */
export async function installPackages(
  packages: readonly string[],
  machine: Machine,
): Promise<string | null> {
  const reason = obstacle(machine);
  if (reason !== null) return reason;
  const args = [machine.lockFile, 'sh', script, machine.policyFile, ...packages];
  const child = spawn('flock', args, { env: machine.env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (chunk: Buffer): void => void (output += chunk.toString());
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code === 0 ? null : `apt-get failed: ${lastWords(output)}`;
  } catch (error) {
    return `apt-get could not be started: ${String(error)}`;
  }
}

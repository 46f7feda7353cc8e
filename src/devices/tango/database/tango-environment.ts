import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const readLines = (path: string): readonly string[] => {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
};

const inFile = (path: string, variable: string): string | undefined => {
  const pattern = new RegExp(`^\\s*${variable}\\s*=\\s*(\\S+)\\s*$`);
  for (const line of readLines(path)) {
    const value = pattern.exec(line)?.[1];
    if (value !== undefined) return value;
  }
  return undefined;
};

/** Where TANGO's own settings are looked for. */
export interface TangoEnvironmentOptions {
  /** @defaultValue `process.env` */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** @defaultValue the user's `.tangorc`, then `/etc/tangorc` */
  readonly files?: readonly string[];
}

const variable = (
  name: string,
  {
    env = process.env,
    files = [join(homedir(), '.tangorc'), '/etc/tangorc'],
  }: TangoEnvironmentOptions,
): string | undefined => {
  const set = env[name]?.trim();
  if (set !== undefined && set !== '') return set;
  for (const file of files) {
    const value = inFile(file, name);
    if (value !== undefined) return value;
  }
  return undefined;
};

/**
 * The address of TANGO's database, or a list of them, as TANGO's own tools find it: `TANGO_HOST` of the
 * environment, then of the user's `.tangorc`, then of the system's `tangorc`. Nothing in runstate's
 * library calls it; programs do, and hand it on as `tangoHost`.
 */
export const tangoHostFromEnvironment = (
  options: TangoEnvironmentOptions = {},
): string | undefined => variable('TANGO_HOST', options);

/**
 * Whether the environment says `SUPER_TANGO=true`, which sets access control aside. Programs hand it on
 * as `superTango`.
 */
export const superTangoFromEnvironment = (options: TangoEnvironmentOptions = {}): boolean =>
  variable('SUPER_TANGO', options)?.toLowerCase() === 'true';

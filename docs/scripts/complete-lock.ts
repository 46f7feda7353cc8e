/**
 * Names in `package-lock.json` the builds of native packages for every platform.
 *
 * npm writes into the lock only those that the registry in use offers; where it mirrors a few, the
 * lock would refuse `npm ci` everywhere else. Run it after a dependency changed and
 * `test/package.test.ts` complains: `npx tsx docs/scripts/complete-lock.ts`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const path = 'package-lock.json';
const platformOf =
  /(?:^|[/-])(android|darwin|freebsd|netbsd|openbsd|linux|openharmony|win32|sunos|aix|wasm32)(?:-([a-z0-9]+))?(?:-([a-z0-9]+))?$/;
const isExact = /^\d+\.\d+\.\d+$/;

const lock = JSON.parse(readFileSync(path, 'utf8')) as { packages: Record<string, LockedPackage> };
const known = { ...lock.packages };

function entryFor(name: string, version: string, isDev: boolean): LockedPackage | null {
  const [, os, cpu, abi = ''] = platformOf.exec(name) ?? [];
  if (os === undefined || !isExact.test(version)) return null;
  const libc = abi.includes('musl') ? ['musl'] : abi.includes('gnu') ? ['glibc'] : null;
  return {
    version,
    cpu: [cpu],
    ...(isDev ? { dev: true } : {}),
    ...(os === 'linux' && libc !== null ? { libc } : {}),
    optional: true,
    os: [os],
  } as LockedPackage;
}

for (const [key, { dev = false, optionalDependencies = {} }] of Object.entries(known)) {
  if (key === '') continue;
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (`node_modules/${name}` in known || `${key}/node_modules/${name}` in known) continue;
    const entry = entryFor(name, version, dev);
    if (entry !== null) lock.packages[`node_modules/${name}`] = entry;
  }
}
const sorted = Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, 'en'));
writeFileSync(
  path,
  `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`,
);

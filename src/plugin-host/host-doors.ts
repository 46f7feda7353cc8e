import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Where plugins find runstate, zod and xstate: in the copies of this package, wherever the plugin's
 * file lies and whether or not it has copies of its own. Workers and child processes run without a
 * TypeScript loader, so runstate is always the compiled one.
 */
const requireFromHere = createRequire(import.meta.url);

const sharedPackage = /^(?:runstate|zod|xstate)(?:\/|$)/;

/** Whether a bare specifier names a package that plugins share with the host. */
export const isShared = (specifier: string): boolean => sharedPackage.test(specifier);

/** The compiled file behind `runstate` or `runstate/plugin`. */
export function runstateDoor(specifier: string): string | null {
  try {
    return requireFromHere.resolve(specifier);
  } catch {
    return null;
  }
}

/** The folder that packages of the host are looked up from. */
export const hostFolder = import.meta.dirname;

/**
 * The door behind a file of this package, for plugins that name it by its path as the bundled ones
 * do; null for any other file.
 */
export function doorBehind(file: string): string | null {
  return doors().get(file) ?? null;
}

let knownDoors: ReadonlyMap<string, string> | null = null;

function doors(): ReadonlyMap<string, string> {
  if (knownDoors !== null) return knownDoors;
  const root = dirname(requireFromHere.resolve('runstate/package.json'));
  const found = new Map<string, string>();
  for (const [specifier, source] of [
    ['runstate', 'index'],
    ['runstate/plugin', 'plugin'],
  ] as const) {
    const compiled = join(root, 'dist', 'src', `${source}.js`);
    found.set(compiled, specifier);
    found.set(join(root, 'src', `${source}.ts`), specifier);
  }
  knownDoors = found;
  return found;
}

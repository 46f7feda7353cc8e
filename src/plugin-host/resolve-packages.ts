import { isBuiltin } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { OnResolveResult, Plugin, PluginBuild, ResolveOptions } from 'esbuild';
import { doorBehind, hostFolder, isShared, runstateDoor } from './host-doors.ts';

/** Says of a look-up that it is our own, and to be left to esbuild. */
const ours = Symbol('look-up of the plugin host');

/** What Node can import by itself; a linked package in TypeScript is bundled. */
const importable = new Set(['.js', '.mjs', '.cjs', '.node']);

const isPath = (specifier: string): boolean =>
  /^(?:\.{0,2}\/|\.{1,2}$|#|[A-Za-z]:[\\/])/.test(specifier);
const isUrl = (specifier: string): boolean => /^[a-z][a-z+.-]+:/.test(specifier);
const isImport = ({ kind }: ResolveOptions): boolean =>
  kind === 'import-statement' || kind === 'dynamic-import';

/** `require` takes paths, and `import` takes URLs. */
const outside = (file: string, options: ResolveOptions): OnResolveResult => ({
  path: isImport(options) ? pathToFileURL(file).href : file,
  external: true,
});

function toDoor(specifier: string, options: ResolveOptions): OnResolveResult {
  const door = runstateDoor(specifier);
  if (door !== null) return outside(door, options);
  const text = `"${specifier}" is not a compiled door of runstate; build the package (\`npm run build\`)`;
  return { errors: [{ text }] };
}

async function toPackage(
  build: PluginBuild,
  specifier: string,
  options: ResolveOptions,
): Promise<OnResolveResult> {
  const from = isShared(specifier) ? { ...options, resolveDir: hostFolder } : options;
  const found = await build.resolve(specifier, from);
  if (found.errors.length === 0) {
    if (!importable.has(extname(found.path))) return { path: found.path };
    return outside(found.path, options);
  }
  // A package that may be absent is imported where it is used, and missed only there.
  if (options.kind !== 'import-statement') return { path: specifier, external: true };
  return { errors: [{ text: `Cannot find package "${specifier}"` }] };
}

async function toFile(
  build: PluginBuild,
  specifier: string,
  options: ResolveOptions,
): Promise<OnResolveResult> {
  const found = await build.resolve(specifier, options);
  if (found.errors.length > 0) return { errors: found.errors };
  const door = doorBehind(found.path);
  if (door !== null) return toDoor(door, options);
  const { path, namespace, suffix, sideEffects, external } = found;
  return { path, namespace, suffix, sideEffects, external };
}

/**
 * Decides what goes into a bundle: files do, packages do not. Those that plugins share with the host
 * are the host's copies; all others are looked up from the file that imports them.
 */
export function resolvePackages(): Plugin {
  return {
    name: 'resolve-packages',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async (args) => {
        if (args.kind === 'entry-point' || args.pluginData === ours) return undefined;
        const { kind, importer, namespace, resolveDir } = args;
        const options = {
          kind,
          importer,
          namespace,
          resolveDir,
          with: args.with,
          pluginData: ours,
        };
        if (isBuiltin(args.path) || isUrl(args.path)) return { path: args.path, external: true };
        if (isPath(args.path)) return toFile(build, args.path, options);
        if (/^runstate(?:\/|$)/.test(args.path)) return toDoor(args.path, options);
        return toPackage(build, args.path, options);
      });
    },
  };
}

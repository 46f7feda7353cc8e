import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesUnder } from './support/files.ts';
import {
  isDoor,
  lintOverrides,
  mayImport,
  pluginDoor,
  pluginsRoom,
  roomOf,
  rooms,
  roomsThatLoadPlugins,
} from './support/floors.ts';
import { importsOf, packageOf } from './support/module-imports.ts';
import type { ModuleImport } from './support/module-imports.ts';

interface Step extends ModuleImport {
  readonly file: string;
  /** The file in this package that is meant; null for a package, a Node module or a computed name. */
  readonly to: string | null;
}

/** Where an import of `file` leads to inside this package. */
function destination(file: string, specifier: string | null): string | null {
  if (specifier?.startsWith('#runners/')) return specifier.replace('#', 'src/').concat('.ts');
  return specifier?.startsWith('.') === true ? normalize(join(dirname(file), specifier)) : null;
}

const stepsOf = (file: string, source?: string): Step[] =>
  importsOf(file, source).map(({ specifier, isType, isDynamic }) => ({
    file,
    specifier,
    isType,
    isDynamic,
    to: destination(file, specifier),
  }));

/** A plugin's own territory: its folder, or its single file. */
const territoryOf = (file: string): string => file.split('/').slice(0, 2).join('/');

/** What is wrong with a step, in words; null when it may be taken. */
function objection({ file, to, specifier, isType, isDynamic }: Step): string | null {
  const from = roomOf(file);
  const isPlugin = file.startsWith(`${pluginsRoom}/`);
  if (specifier === null) {
    return roomsThatLoadPlugins.includes(from?.name ?? '') ? null : 'the name is computed';
  }
  if (to !== null) {
    if (isPlugin) {
      const isOwn = territoryOf(to) === territoryOf(file);
      return isOwn || to === pluginDoor ? null : `plugins import only ${pluginDoor}`;
    }
    const room = roomOf(to);
    if (room === undefined) return 'it leads to no room';
    if (isDoor(file)) return null;
    if (from === undefined) return 'the file is in no room';
    if (from.name === 'machines' && !isType) return 'machines import only types of a room';
    return mayImport(from, room) ? null : `${from.name} is not above ${room.name}`;
  }
  const name = packageOf(specifier);
  if (isPlugin) {
    const isPresent = name === null || name === 'zod' || isDynamic || isType;
    return isPresent ? null : 'libraries of plugins are loaded when first used';
  }
  if (name === null) {
    return (from?.floor ?? 0) >= 2 ? null : 'no Node module is used below floor 2';
  }
  const allowed = [...(from?.packages ?? []), ...(isType ? (from?.typesOf ?? []) : [])];
  return allowed.includes(name) ? null : `${from?.name ?? file} does not use ${name}`;
}

const files = filesUnder(['src', 'machines', pluginsRoom], /\.tsx?$/);
const steps = files.flatMap((file) => stepsOf(file));

/** The files on the first circle of imports met from `start`; null without one. */
function circle(start: string, next: (file: string) => readonly string[]): string[] | null {
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] | null => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const other of next(file)) {
      const found = walk(other, [...path, file]);
      if (found !== null) return found;
    }
    done.add(file);
    return null;
  };
  return walk(start, []);
}

describe('the floors', () => {
  it('have one room for each folder of src', () => {
    const folders = readdirSync('src', { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}`);
    expect(rooms.map(({ name }) => name)).toEqual(expect.arrayContaining(folders));
  });

  it('are kept by every import', () => {
    const wrong = steps.flatMap((step) => {
      const reason = objection(step);
      return reason === null ? [] : [`${step.file} imports ${step.specifier}: ${reason}`];
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['src/kernel/a.ts', "import type { x } from '../wire/b.ts'"],
    ['src/kernel/a.ts', "import { x } from 'xstate'"],
    ['src/kernel/a.ts', "import { x } from 'node:fs'"],
    ['src/wire/a.ts', "export * from '../../machines/b.machine.ts'"],
    ['src/store/a.ts', "const x = await import('../streams/b.ts')"],
    ['src/store/a.ts', 'const x = await import(name)'],
    ['src/store/a.ts', "type X = import('../engine/b.ts').X"],
    ['src/store/a.ts', "import { x } from 'piscina'"],
    ['src/engine/a.ts', "import { x } from '../cli/b.ts'"],
    ['src/engine/a.ts', "import { x } from '../index.ts'"],
    ['src/engine/a.ts', "import { x } from '../../plugins/example.ts'"],
    ['machines/a.machine.ts', "import { x } from '../src/kernel/b.ts'"],
    ['machines/a.machine.ts', "import { type x } from '../src/kernel/b.ts'"],
    ['machines/a.machine.ts', "import type { x } from '../src/wire/b.ts'"],
    ['plugins/a/b.ts', "import type { x } from '../../src/wire/b.ts'"],
    ['plugins/a/b.ts', "import { x } from '../other/b.ts'"],
    ['plugins/a/b.ts', "import { x } from 'ml-gsd'"],
  ])('refuse in %s: %s', (file, source) => {
    expect(stepsOf(file, source).map(objection)).toEqual([expect.any(String)]);
  });

  it.each([
    ['src/wire/a.ts', "import { x } from '../kernel/b.ts'"],
    ['src/wire/a.ts', "import type { x } from 'xstate'"],
    ['src/engine/a.ts', "import { x } from '../../machines/b.machine.ts'"],
    ['src/engine/deep/a.ts', "import { x } from '../b.ts'; import { y } from 'node:fs'"],
    ['src/index.ts', "export { x } from './cli/b.ts'"],
    ['src/runners/a.ts', "import('#runners/b'); await import(url)"],
    ['machines/a.machine.ts', "import { setup } from 'xstate'"],
    ['machines/a.machine.ts', "import type { x } from '../src/kernel/b.ts'"],
    ['plugins/a/b.ts', "import { x } from '../../src/plugin.ts'; import { z } from 'zod'"],
    ['plugins/a/b/c.ts', "import { x } from '../d.ts'; import('ml-gsd')"],
  ])('allow in %s: %s', (file, source) => {
    expect(new Set(stepsOf(file, source).map(objection))).toEqual(new Set([null]));
  });

  it('are drawn for the linter too (npm run docs writes them)', () => {
    const { overrides } = JSON.parse(readFileSync('.oxlintrc.json', 'utf8')) as {
      overrides: { rules: object }[];
    };
    const drawn = overrides.filter(({ rules }) => 'no-restricted-imports' in rules);
    expect(drawn).toEqual(lintOverrides());
  });

  it('are shown in docs/reference/architecture.md', () => {
    const page = readFileSync('docs/reference/architecture.md', 'utf8');
    const shown = [...page.matchAll(/^\| (\d) \| `([^`]+?)\/` \|[^|]*\| ([^|]+) \|$/gm)];
    const told = rooms
      .filter(({ name }) => existsSync(name))
      .map(({ floor, name, packages }) => `${floor} ${name}: ${packages.join(', ') || 'none'}`);
    expect(shown.map(([, floor, name, packages]) => `${floor} ${name}: ${packages}`)).toEqual(told);
  });
});

describe('the imports', () => {
  const known = new Set(files);
  /** What a file needs when it is loaded or, by `import()`, later; types need no order. */
  const neighbours = new Map(
    files.map((file) => [
      file,
      steps.flatMap((step) => (step.file === file && !step.isType ? (step.to ?? []) : [])),
    ]),
  );

  it('lead to files that exist', () => {
    const lost = steps.filter(({ to }) => to !== null && !known.has(to));
    expect(lost.map(({ file, specifier }) => `${file}: ${specifier}`)).toEqual([]);
  });

  it('never go in a circle at run time', () => {
    const found = files.map((file) => circle(file, (at) => neighbours.get(at) ?? []));
    expect(found.find((path) => path !== null)?.join(' → ')).toBeUndefined();
  });

  it('would be seen going in a circle', () => {
    const graph: Record<string, string[]> = { a: ['b'], b: ['c', 'd'], c: [], d: ['b'] };
    expect(circle('a', (file) => graph[file] ?? [])).toEqual(['b', 'd', 'b']);
  });

  it('name only packages that package.json declares', () => {
    const { dependencies, optionalDependencies } = JSON.parse(
      readFileSync('package.json', 'utf8'),
    ) as Record<string, Record<string, string>>;
    const used = steps.flatMap(({ specifier }) => packageOf(specifier ?? '.') ?? []);
    const declared = Object.keys({ ...dependencies, ...optionalDependencies });
    expect(declared).toEqual(expect.arrayContaining([...new Set(used)]));
  });

  it('load optional packages only when they are first used', () => {
    const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      optionalDependencies: object;
    };
    const early = steps.filter(
      ({ specifier, isType, isDynamic }) =>
        !isType && !isDynamic && (packageOf(specifier ?? '.') ?? '') in optionalDependencies,
    );
    expect(early.map(({ file }) => file)).toEqual([]);
  });
});

describe('the repository', () => {
  /** What the package keeps at its top level; everything else has a folder to go to. */
  const topLevel = new Set(
    `src machines plugins test docs .ci .git
     README.md CONTRIBUTING.md CHANGELOG.md LICENSE .gitignore package.json package-lock.json
     tsconfig.json tsconfig.build.json vitest.config.ts .oxlintrc.json .oxfmtrc.json`.split(/\s+/),
  );

  /** Matches what `.gitignore` keeps out; its lines are names, folders and `*` patterns only. */
  const ignored = readFileSync('.gitignore', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) =>
      line
        .replaceAll('/', '')
        .replaceAll('.', String.raw`\.`)
        .replaceAll('*', '.*'),
    )
    .map((pattern) => new RegExp(`^${pattern}$`));

  it('has nothing at its top level but what belongs there', () => {
    const extra = readdirSync('.').filter(
      (name) => !topLevel.has(name) && !ignored.some((pattern) => pattern.test(name)),
    );
    expect(extra).toEqual([]);
  });

  it('locks the optional packages of every platform, without which npm ci refuses', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          !(`node_modules/${name}` in packages || `${path}/node_modules/${name}` in packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  it('has no file over 300 lines (a machine: 450), and names those over 200', async ({
    annotate,
  }) => {
    const lengths = filesUnder(['src', 'machines', 'plugins', 'test', 'docs'], /\.tsx?$/).map(
      (file) => ({ file, lines: readFileSync(file, 'utf8').trimEnd().split('\n').length }),
    );
    const long = lengths
      .filter(({ lines }) => lines > 200)
      .map(({ file, lines }) => `${file}: ${lines}`);
    if (long.length > 0) await annotate(`Over 200 lines:\n${long.join('\n')}`, 'warning');
    // A machine is one literal, and pieces of it in other files are lost to those who read it.
    const limitOf = (file: string): number => (file.startsWith('machines/') ? 450 : 300);
    expect(lengths.filter(({ file, lines }) => lines > limitOf(file))).toEqual([]);
  });
});

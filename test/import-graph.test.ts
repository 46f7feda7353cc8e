import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { roomOf } from './support/floors.ts';
import { importsOf, packageOf } from './support/module-imports.ts';

const { exports: doors } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | { default: string }>;
};

const doorFile = (name: string): string => {
  const door = doors[name];
  return normalize(typeof door === 'object' ? door.default : (door ?? ''));
};

/** All that is loaded when `entry` is imported, before anything is called. */
function loadedBy(entry: string): { readonly files: Set<string>; readonly packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const { specifier, isType, isDynamic } of importsOf(file)) {
      if (specifier === null || isType || isDynamic) continue;
      const name = packageOf(specifier);
      if (name !== null) packages.add(name);
      if (specifier.startsWith('.')) visit(normalize(join(dirname(file), specifier)));
      if (specifier.startsWith('#')) visit(specifier.replace('#', 'dist/src/').concat('.js'));
    }
  };
  visit(entry);
  return { files, packages };
}

/** The source of a compiled file. */
const sourceOf = (file: string): string => file.replace(/^dist\//, '').replace(/\.js$/, '.ts');

describe('importing runstate', () => {
  const { files, packages } = loadedBy(doorFile('.'));

  it('loads the engine', () => {
    expect([...files]).toContain('dist/src/engine/create-engine.js');
  });

  it('loads files of floors 0 to 6 only, and no plugin', () => {
    const others = [...files].filter((file) => {
      const source = sourceOf(file);
      return source !== 'src/index.ts' && (roomOf(source)?.floor ?? 9) > 6;
    });
    expect(others).toEqual([]);
  });

  it('leaves runners that need a thread or a process until they are used', () => {
    const early = [...files].filter((file) => /\/runners\/(?:thread|process)/.test(file));
    expect(early).toEqual([]);
  });

  it('loads the packages that every engine needs, and no other', () => {
    const needed = ['lru-cache', 'pino', 'rxjs', 'tinyqueue', 'xstate', 'zod'];
    expect(needed).toEqual(expect.arrayContaining([...packages]));
  });
});

describe('importing runstate/plugin', () => {
  it('loads floors 0 and 1 only', () => {
    const { files, packages } = loadedBy(doorFile('./plugin'));
    const floors = [...files].map((file) => roomOf(sourceOf(file))?.floor ?? 0);
    expect(Math.max(...floors)).toBe(1);
    expect([...packages].toSorted()).toEqual(['lru-cache', 'zod']);
  });
});

describe.each(Object.keys(doors).filter((name) => !name.endsWith('.json')))(
  'the door %s',
  (name) => {
    it('has a file, and every file it loads exists', () => {
      const { files } = loadedBy(doorFile(name));
      expect([...files].filter((file) => !existsSync(file))).toEqual([]);
    });

    it('loads no optional package', () => {
      const { optionalDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
        optionalDependencies: object;
      };
      const { packages } = loadedBy(doorFile(name));
      expect(Object.keys(optionalDependencies).filter((one) => packages.has(one))).toEqual([]);
    });
  },
);

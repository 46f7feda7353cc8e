/** What the documents say is checked where a program can check it: links, words, code, tables. */
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunState, stateWords } from '../src/kernel/task-state.ts';
import { filesUnder } from './support/files.ts';

const run = promisify(execFile);
const read = (path: string): string => readFileSync(path, 'utf8');

const { version, ...manifest } = JSON.parse(read('package.json')) as { version: string } & Record<
  string,
  Record<string, string>
>;
const topPages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].filter((page) =>
  existsSync(page),
);
const pages = [...topPages, ...filesUnder(['docs'], /\.md$/)];
const guides = pages.filter((page) => page === 'README.md' || page.startsWith('docs/guides/'));

/** A page's prose: without blocks of code, and without code inside lines. */
const proseOf = (text: string): string =>
  text.replaceAll(/^```.*?^```$/gms, '').replaceAll(/`[^`\n]*`/g, '');

/** The anchors of a page's headings, as repositories on the web make them. */
const anchorsOf = (page: string): string[] =>
  [
    ...read(page)
      .replaceAll(/^```.*?^```$/gms, '')
      .matchAll(/^#+ (.+)$/gm),
  ].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** What is wrong with a link of `page`; null when it leads somewhere. */
function brokenLink(page: string, target: string): string | null {
  if (/^[a-z]+:/.test(target)) return null;
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(file)) return `${page}: ${target} does not exist`;
  if (anchor === undefined || !file.endsWith('.md')) return null;
  return anchorsOf(file).includes(anchor) ? null : `${page}: ${target} has no such heading`;
}

describe.each(pages)('%s', (page) => {
  it('links only to what exists', () => {
    const links = [
      ...read(page)
        .replaceAll(/^```.*?^```$/gms, '')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ];
    expect(links.flatMap(([, target = '']) => brokenLink(page, target) ?? [])).toEqual([]);
  });

  it('names only scripts that package.json has', () => {
    const named = [...read(page).matchAll(/npm run ([a-z][\w:-]*)(?! --prefix)/g)];
    const known = Object.keys(manifest['scripts'] ?? {});
    expect(known).toEqual(expect.arrayContaining(named.map(([, name]) => name)));
  });
});

describe('brokenLink', () => {
  it.each(['missing.md', '#no-such-heading', '../docs/reference/errors.md#no-such-heading'])(
    'finds %s',
    (target) => {
      expect(brokenLink('CONTRIBUTING.md', target)).not.toBeNull();
    },
  );

  it.each(['CHANGELOG.md', '#set-up', 'docs/reference/errors.md#plugins', 'https://example.org/x'])(
    'accepts %s',
    (target) => {
      expect(brokenLink('CONTRIBUTING.md', target)).toBeNull();
    },
  );
});

describe.each(guides)('the guide %s', (page) => {
  it('does not tell the reader that things are easy', () => {
    const found = proseOf(read(page)).match(
      /\b(?:just|easy|easily|simply|obviously|basically)\b/gi,
    );
    expect(found).toBeNull();
  });
});

describe('the guides', () => {
  const names = guides.filter((page) => page !== 'README.md');
  const linkOf = (page: string, word: 'Next' | 'Previous'): string | undefined =>
    new RegExp(`${word}: \\[[^\\]]+\\]\\(([^)]+)\\)`).exec(read(page))?.[1];

  it('are all linked from the README', () => {
    const readme = read('README.md');
    expect(names.filter((page) => !readme.includes(`](${page})`))).toEqual([]);
  });

  it('are one chain, that can be walked both ways', () => {
    const walked = ['docs/guides/getting-started.md'];
    for (let page = walked[0]; page !== undefined; page = walked.at(-1)) {
      const next = linkOf(page, 'Next');
      if (next === undefined || next.includes('/') || walked.length > names.length) break;
      expect(linkOf(join('docs/guides', next), 'Previous')).toBe(basename(page));
      walked.push(join('docs/guides', next));
    }
    expect(walked.toSorted()).toEqual(names.toSorted());
  });
});

interface Example {
  readonly name: string;
  readonly code: string;
}

const examplesIn = (page: string): Example[] =>
  [...read(page).matchAll(/^```ts( no-check)?\n(.*?)^```$/gms)]
    .filter(([, unchecked]) => unchecked === undefined)
    .map(([, , code = ''], index) => ({ name: `${basename(page, '.md')}-${index + 1}`, code }));

describe('the TypeScript in README and guides', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runstate-examples-'));
  const examples = guides.flatMap(examplesIn);

  beforeAll(() => {
    // Linked, so that packages are found as they are from a program beside node_modules.
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'dir');
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const { name, code } of examples) {
      writeFileSync(join(folder, `${name}.ts`), `${code}\nexport {};\n`);
    }
    const doors = { runstate: [resolve('src/index.ts')], 'runstate/*': [resolve('src/*.ts')] };
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: resolve('tsconfig.json'),
        compilerOptions: {
          paths: doors,
          rootDir: '/',
          typeRoots: [resolve('node_modules/@types')],
        },
        include: ['*.ts'],
        exclude: [],
      }),
    );
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.runIf(examples.length > 0)('compiles', async () => {
    const tsc = resolve('node_modules/typescript/bin/tsc');
    const compiled = run(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: folder });
    await expect(compiled).resolves.toMatchObject({ stdout: '' });
  });
});

describe('docs/decisions', () => {
  const records = filesUnder(['docs/decisions'], /\.md$/);

  it('are numbered without a gap', () => {
    const numbers = records.map((path) => Number(basename(path).slice(0, 4)));
    expect(numbers).toEqual(records.map((_, index) => index + 1));
  });

  it.each(records)('%s is a page with the five parts', (path) => {
    const heads = [...read(path).matchAll(/^## (.+)$/gm)].map(([, head]) => head);
    expect(heads).toEqual(['Status', 'Context', 'Decision', 'Consequences', 'Not chosen, and why']);
    expect(read(path).split('\n').length).toBeLessThanOrEqual(80);
  });

  it('name every dependency and its version, and no other', () => {
    const record = read('docs/decisions/0003-dependencies.md');
    const rows = [...record.matchAll(/^\| `([^`]+)` \| (\S+) \| \S.* \|$/gm)];
    const { dependencies, optionalDependencies, devDependencies } = manifest;
    expect(Object.fromEntries(rows.map(([, name, pinned]) => [name, pinned]))).toEqual({
      ...dependencies,
      ...optionalDependencies,
      ...devDependencies,
    });
  });
});

describe('CONTRIBUTING.md', () => {
  it('is at most 80 lines long', () => {
    expect(read('CONTRIBUTING.md').split('\n').length).toBeLessThanOrEqual(80);
  });
});

describe('CHANGELOG.md', () => {
  it('has a section for the version of the package', () => {
    expect(read('CHANGELOG.md')).toContain(`\n## ${version} `);
  });
});

describe('docs/reference/lifecycle.md', () => {
  it('has the words of every state', () => {
    const nameOf = Object.fromEntries(Object.entries(RunState).map(([name, code]) => [code, name]));
    const rows = Object.entries(stateWords).map(
      ([state, { status, runState, dahu, chimerax, chemcloud }]) =>
        `| \`${state}\` | ${[status, nameOf[runState], dahu, chimerax, chemcloud].join(' | ')} |`,
    );
    const page = read('docs/reference/lifecycle.md').split('\n');
    expect(page).toEqual(expect.arrayContaining(rows));
  });
});

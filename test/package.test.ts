/**
 * The package as its users get it: packed, installed into an empty project, imported, compiled
 * against and run. What is packed is `dist/`, which the start of a test run has built.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  name: string;
  version: string;
  exports: Record<string, unknown>;
};

/** A user's shell: nothing of the npm run that the tests are part of, and this Node first. */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:npm_(?!config_)|npm_config_local_prefix|INIT_CWD|NODE_)/.test(name),
    ),
  ),
  PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
};

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const project = mkdtempSync(join(tmpdir(), 'runstate-consumer-'));
const inProject = { cwd: project, env };
let packed: Packed;
let tarball: string;

beforeAll(async () => {
  // Without its scripts: packing would build anew, under the feet of the other tests.
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', project];
  const { stdout } = await run('npm', pack, { env });
  [packed] = JSON.parse(stdout) as [Packed];
  tarball = join(project, packed.filename);
  cpSync('test/fixtures/consumer', project, { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  const install = ['install', '--ignore-scripts=false', '--prefer-offline', '--no-audit'];
  await run('npm', [...install, '--no-fund', tarball], inProject);
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true, maxRetries: 3 }));

/** Runs a tool of this project; its output is part of the failure. */
const tool = (path: string, args: readonly string[], cwd = project): Promise<{ stdout: string }> =>
  run(process.execPath, [resolve('node_modules', path), ...args], { cwd, env });

describe('the packed package', () => {
  it('holds what is needed to run and to read, and nothing else', () => {
    const kept =
      /^(?:dist\/(?:src|machines|plugins)\/|(?:package\.json|README\.md|CHANGELOG\.md|LICENSE)$)/;
    expect(packed.files.filter(({ path }) => !kept.test(path))).toEqual([]);
    const paths = new Set(packed.files.map(({ path }) => path));
    const needed = ['LICENSE', 'README.md', 'CHANGELOG.md', 'dist/src/index.d.ts'];
    expect(needed.filter((path) => !paths.has(path))).toEqual([]);
  });

  it('can be imported by every door', async () => {
    const names = Object.keys(manifest.exports).filter((name) => !name.endsWith('.json'));
    const doors = names.map((name) => name.replace('.', manifest.name));
    const { stdout } = await run(process.execPath, ['import-doors.mjs', ...doors], inProject);
    const exported = JSON.parse(stdout) as Record<string, string[]>;
    expect(Object.keys(exported)).toEqual(doors);
    expect(exported['runstate']).toEqual(expect.arrayContaining(['createEngine', 'definePlugin']));
    expect(Object.values(exported).map(({ length }) => length)).not.toContain(0);
  });

  it('shows nothing behind its doors', async () => {
    const door = 'runstate/dist/src/engine/create-engine.js';
    const opening = run(process.execPath, ['import-doors.mjs', door], inProject);
    await expect(opening).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('runs a task in a program that then ends by itself', async () => {
    const { stdout } = await run(process.execPath, ['run-a-task.mjs'], inProject);
    expect(stdout).toBe('25');
  });

  it('can be compiled against, strictly', async () => {
    const compiled = tool('typescript/bin/tsc', ['-p', 'tsconfig.json']);
    await expect(compiled).resolves.toMatchObject({ stdout: '' });
  });

  it('satisfies publint', async () => {
    const { stdout } = await tool('publint/src/cli.js', [tarball, '--strict']);
    expect(stdout).toContain('All good!');
  });

  it('satisfies attw', async () => {
    const args = [tarball, '--profile', 'esm-only', '--no-color'];
    const { stdout } = await tool('@arethetypeswrong/cli/dist/index.js', args);
    expect(stdout).toContain('node16 (from ESM)');
  });
});

describe('the installed command', () => {
  const command = join(project, 'node_modules', '.bin', 'runstate');

  it('tells how it is used', async () => {
    const { stdout } = await run(command, ['--help'], inProject);
    expect(stdout).toContain('Usage: runstate');
  });

  it('tells its version', async () => {
    const { stdout } = await run(command, ['--version'], inProject);
    expect(stdout.trim()).toBe(manifest.version);
  });

  it('runs a bundled plugin and prints its output as JSON', async () => {
    const { stdout } = await run(
      command,
      ['run', 'example.square', '{"x":5}', '--json'],
      inProject,
    );
    expect(JSON.parse(stdout)).toMatchObject({ taskStatus: 'completed', payload: { result: 25 } });
  });

  it('runs a plugin from a TypeScript file of the project', async () => {
    cpSync('test/fixtures/consumer/plugins', join(project, 'plugins'), { recursive: true });
    const { stdout } = await run(command, ['run', 'greeting.hello', '{"name":"Ada"}', '--json'], {
      cwd: project,
      env: { ...env, RUNSTATE_PLUGINS: join(project, 'plugins') },
    });
    expect(JSON.parse(stdout)).toMatchObject({ payload: { text: 'Hello Ada' } });
  });

  it('draws a machine', async () => {
    const { stdout } = await run(command, ['machine', 'task', '--format', 'mermaid'], inProject);
    expect(stdout).toMatch(/^stateDiagram-v2\n/);
  });
});

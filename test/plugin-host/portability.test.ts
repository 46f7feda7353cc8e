import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { bundledPlugins } from '../../src/plugin-host/bundled-plugins.ts';
import { createPluginHost } from '../../src/plugin-host/create-plugin-host.ts';
import { pluginFolder, pluginText } from './plugin-folder.ts';

const run = promisify(execFile);
const importer = new URL('../fixtures/plugins/import-plugin.mjs', import.meta.url);
const loader = fileURLToPath(new URL('../fixtures/plugins/load-plugins.mjs', import.meta.url));

/** No loader, no hooks: what a worker of an installed package has. */
const plain = { ...process.env, NODE_OPTIONS: '' };

async function inWorker(url: string, input: unknown): Promise<unknown> {
  const worker = new Worker(importer, { workerData: { url, input }, execArgv: [], env: plain });
  const [message]: unknown[] = await once(worker, 'message');
  await worker.terminate();
  return message;
}

async function inChild(url: string, input: unknown, ...flags: string[]): Promise<unknown> {
  const args = [...flags, fileURLToPath(importer), JSON.stringify({ url, input })];
  const { stdout } = await run(process.execPath, args, { env: plain });
  return JSON.parse(stdout);
}

const loadPlainly = async (
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<Record<string, unknown>> => {
  using temporary = pluginFolder();
  const env = { ...plain, TMPDIR: temporary.path };
  const { stdout } = await run(process.execPath, [...flags, loader, ...args], { env });
  return JSON.parse(stdout) as Record<string, unknown>;
};

const files = {
  'node_modules/beside/package.json': '{"type":"module","exports":"./x.js"}',
  'node_modules/beside/x.js': 'export const beside = "found beside";',
  'lib/helper.ts': 'export enum Unit { Mm = "mm" } export const where = import.meta.url;',
  'data.txt': 'data',
  'thread.ts': `
    import { readFileSync } from 'node:fs';
    import { definePlugin } from 'runstate/plugin';
    import { z } from 'zod';
    import { beside } from 'beside';
    import { Unit, where } from './lib/helper.ts';
    export const plugin = definePlugin({
      name: 'thread.all',
      runner: 'thread',
      input: z.object({ x: z.number().default(4) }),
      process: ({ input }) => ({
        x: input.x, beside, unit: Unit.Mm, where,
        data: readFileSync(new URL('./data.txt', import.meta.url), 'utf8'),
      }),
    });`,
};

describe('PluginHost.moduleUrlOf', () => {
  it('is what a worker and a child process without a loader can import', async () => {
    using folder = pluginFolder(files);
    await using host = createPluginHost();
    const [plugin] = await host.load(`${folder.path}/thread.ts`);
    const url = (plugin && host.moduleUrlOf(plugin)) ?? '';
    const expected = {
      x: 4,
      beside: 'found beside',
      unit: 'mm',
      where: pathToFileURL(`${folder.path}/lib/helper.ts`).href,
      data: 'data',
    };
    expect(await inWorker(url, {})).toEqual(expected);
    expect(await inChild(url, {})).toEqual(expected);
  });

  it('names the original file in stack traces, where Node follows source maps', async () => {
    using folder = pluginFolder();
    await using host = createPluginHost();
    const text = pluginText('a.one', `String(new Error('here').stack)`, 'interface Gone {}\n');
    const file = folder.write('a.ts', text);
    const [plugin] = await host.load(file);
    const output = await inChild(
      (plugin && host.moduleUrlOf(plugin)) ?? '',
      {},
      '--enable-source-maps',
    );
    expect(output).toMatchObject({ result: expect.stringContaining(`${file}:7:`) });
  });

  it('stays importable for a task that began before the file was changed', async () => {
    using folder = pluginFolder(files);
    await using host = createPluginHost();
    const [old] = await host.load(`${folder.path}/thread.ts`);
    folder.write('lib/helper.ts', 'export enum Unit { Mm = "µm" } export const where = 0;');
    const renewed = await host.refresh('thread.all');
    const urls = [old, renewed].map((plugin) => (plugin && host.moduleUrlOf(plugin)) ?? '');
    expect(await inWorker(urls[0] ?? '', {})).toMatchObject({ unit: 'mm' });
    expect(await inWorker(urls[1] ?? '', {})).toMatchObject({ unit: 'µm' });
  });
});

describe('PluginHost.portableUrl', () => {
  it('makes a TypeScript module importable, and follows its changes', async () => {
    using folder = pluginFolder(files);
    await using host = createPluginHost();
    const module = pathToFileURL(`${folder.path}/thread.ts`).href;
    const url = await host.portableUrl(module);
    expect(await inChild(url, { x: 9 })).toMatchObject({ x: 9, unit: 'mm' });
    expect(await host.portableUrl(`${module}?t=1`)).toBe(url);
    folder.write('lib/helper.ts', 'export enum Unit { Mm = "m" } export const where = 0;');
    expect(await inChild(await host.portableUrl(module), {})).toMatchObject({ unit: 'm' });
  });

  it('leaves JavaScript, and what is no file, as it is', async () => {
    await using host = createPluginHost();
    for (const url of ['file:///somewhere/plugin.mjs', 'data:text/javascript,export{}']) {
      expect(await host.portableUrl(url)).toBe(url);
    }
  });

  it('refuses a module that cannot be compiled, naming the place', async () => {
    using folder = pluginFolder({ 'broken.ts': 'export const = 1;' });
    await using host = createPluginHost();
    const file = `${folder.path}/broken.ts`;
    await expect(host.portableUrl(pathToFileURL(file).href)).rejects.toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
      message: expect.stringContaining(`${file}:1:14`),
    });
  });
});

describe('createPluginHost in a plain Node process', () => {
  it.each([
    ['without source maps', []],
    ['with source maps', ['--enable-source-maps']],
  ])('loads TypeScript, names positions and leaves no child process, %s', async (_, flags) => {
    using folder = pluginFolder({
      ...files,
      'throws.ts': `type A = 1;\n\nenum B { C = 1 }\n  throw new Error('on line ' + (3 + B.C));`,
      'export.ts': `\n\nimport { defineTask } from 'runstate/plugin';\ndefineTask();`,
      'invalid.ts': `import { definePlugin } from 'runstate/plugin';\n\n definePlugin({ name: '' });`,
      'syntax.ts': 'const a = ;',
    });
    const { names, problems, sourceMapsEnabled } = await loadPlainly([folder.path, 'watch'], flags);
    expect(names).toEqual(['thread.all']);
    expect(problems).toEqual([
      expect.stringMatching(/export\.ts:3:1: .*defineTask/),
      expect.stringMatching(/invalid\.ts:3:2: .*`process` must be given/),
      expect.stringMatching(/syntax\.ts:1:11: Unexpected ";"/),
      expect.stringMatching(/throws\.ts:4:9: on line 4$/),
    ]);
    expect(sourceMapsEnabled === true).toBe(flags.length > 0);
  });

  it('lets the process end even when it is not closed', async () => {
    using folder = pluginFolder(files);
    expect(await loadPlainly([folder.path, 'watch', 'leave'])).toMatchObject({ problems: [] });
  });

  it('loads the compiled plugins that come with it', async () => {
    const compiled = fileURLToPath(new URL('../../dist/plugins', import.meta.url));
    const { names } = await loadPlainly([compiled]);
    expect(names).toContain('example.square');
    expect(readdirSync(bundledPlugins)).toContain('example');
  });
});

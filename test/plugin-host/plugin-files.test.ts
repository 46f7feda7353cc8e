import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPluginHost } from '../../src/plugin-host/create-plugin-host.ts';
import type { PluginHost } from '../../src/plugin-host/plugin-host.ts';
import { definePlugin } from '../../src/plugin.ts';
import { pluginFolder, pluginText } from './plugin-folder.ts';
import type { PluginFolder } from './plugin-folder.ts';
import { runPlugin } from './run-plugin.ts';

let folder: PluginFolder;
let host: PluginHost;
beforeEach(() => {
  folder = pluginFolder();
  host = createPluginHost();
});
afterEach(async () => {
  await host.close();
  folder[Symbol.dispose]();
});

const names = (): string[] => host.list().map(({ name }) => name);

describe('PluginHost.addDirectory', () => {
  it('loads files and packages, and nothing else', async () => {
    folder.write('a.ts', pluginText('a.one', '1'));
    folder.write('b.mts', pluginText('b.one', '1'));
    folder.write('c.js', pluginText('c.one', '1'));
    folder.write('d.mjs', pluginText('d.one', '1'));
    folder.write('package/index.ts', pluginText('package.one', '1'));
    folder.write(
      'built/package.json',
      '{"exports":{".":{"types":"./x.d.ts","import":"./lib/x.js"}}}',
    );
    folder.write('built/lib/x.js', pluginText('built.one', '1'));
    folder.write('old/package.json', '{"main":"lib"}');
    folder.write('old/lib/index.js', pluginText('old.one', '1'));
    folder.write('a.d.ts', 'export declare const broken: 1;');
    folder.write('a.test.ts', 'throw new Error("a test was loaded")');
    folder.write('.hidden.ts', 'throw new Error("a hidden file was loaded")');
    folder.write('helpers/deep.ts', 'throw new Error("a helper was loaded")');
    folder.write('node_modules/x/index.js', 'throw new Error("a package was loaded")');
    folder.write('readme.md', '# no plugin');
    await host.addDirectory(folder.path);
    expect(names()).toEqual([]);
    await host.loadAll();
    expect(names()).toEqual([
      'a.one',
      'b.one',
      'built.one',
      'c.one',
      'd.one',
      'old.one',
      'package.one',
    ]);
    expect(host.problems()).toEqual([]);
  });

  it('loads at once when the other directories are loaded', async () => {
    await host.loadAll();
    folder.write('a.ts', pluginText('a.one', '1'));
    await host.addDirectory(folder.path);
    expect(names()).toEqual(['a.one']);
  });

  it('refuses a directory that is not there, by its path', async () => {
    const missing = join(folder.path, 'nowhere');
    await expect(host.addDirectory(missing)).rejects.toMatchObject({
      code: 'PLUGIN_DIRECTORY_UNREADABLE',
      message: `Plugin directory ${missing} cannot be read: it does not exist.`,
    });
    const file = folder.write('a.ts', '');
    await expect(host.addDirectory(file)).rejects.toThrow(
      `${file} cannot be read: it is not a dir`,
    );
  });

  it('takes a module from the first directory that has it, and says which one is hidden', async () => {
    using second = pluginFolder({ 'Tool.js': pluginText('tool.other', '2') });
    const first = folder.write('tool.ts', pluginText('tool.one', '1'));
    await host.addDirectory(folder.path);
    await host.addDirectory(second.path);
    await host.loadAll();
    expect(names()).toEqual(['tool.one']);
    expect(host.problems()).toMatchObject([
      {
        code: 'PLUGIN_DUPLICATE',
        file: join(second.path, 'Tool.js'),
        message: expect.stringContaining(first),
      },
    ]);
  });

  it('notices new files and removed ones when a plugin is asked for', async () => {
    folder.write('a.ts', pluginText('a.one', '1'));
    await host.addDirectory(folder.path);
    await host.loadAll();
    folder.write('b.ts', pluginText('b.one', '2'));
    expect(await host.refresh('B.one')).toMatchObject({ name: 'b.one' });
    folder.remove('a.ts');
    expect(await host.refresh('a.one')).toBeUndefined();
    expect(names()).toEqual(['b.one']);
    expect(host.problems()).toEqual([]);
  });

  it('keeps the others when the directory goes, and reports it', async () => {
    using second = pluginFolder({ 'b.ts': pluginText('b.one', '1') });
    folder.write('gone/a.ts', pluginText('a.one', '1'));
    await host.addDirectory(join(folder.path, 'gone'));
    await host.addDirectory(second.path);
    await host.loadAll();
    folder.remove('gone');
    const problems = await host.reload();
    expect(names()).toEqual(['b.one']);
    expect(problems).toMatchObject([{ code: 'PLUGIN_DIRECTORY_UNREADABLE' }]);
  });
});

describe('PluginHost names', () => {
  it('calls a class without a name module.classname, and leaves other names alone', async () => {
    folder.write(
      'Tool.ts',
      `import { Plugin, definePlugin, pluginFromFunction } from 'runstate/plugin';
       export { Plugin };
       export class Cube extends Plugin { process() { return { result: this.input.x ** 3 }; } }
       export class Named extends Plugin { static pluginName = 'own.Name'; process() { return 1; } }
       export default class extends Plugin { process() { return 1; } }
       export const double = pluginFromFunction(({ x = 0 }) => 2 * x, { name: 'tool.double' });
       export { double as alias };`,
    );
    await host.addDirectory(folder.path);
    await host.loadAll();
    expect(host.problems()).toEqual([]);
    expect(names()).toEqual(['own.Name', 'tool.cube', 'tool.default', 'tool.double']);
    const cube = host.get('TOOL.CUBE');
    expect(cube).toBeDefined();
  });

  it('leaves a name with the file that had it first, and reports the other', async () => {
    const first = folder.write('a.ts', pluginText('shared.name', '"first"'));
    const second = folder.write('b.ts', pluginText('Shared.Name', '"second"'));
    await host.addDirectory(folder.path);
    await host.loadAll();
    expect(await runPlugin(host.get('shared.name'))).toEqual({ result: 'first' });
    expect(host.problems()).toMatchObject([
      { code: 'PLUGIN_DUPLICATE', file: second, message: expect.stringContaining(`from ${first}`) },
    ]);
    folder.write('a.ts', pluginText('another.name', '1'));
    await host.reload();
    expect(host.problems()).toEqual([]);
    expect(await runPlugin(host.get('shared.name'))).toEqual({ result: 'second' });
    folder.write('a.ts', pluginText('shared.name', '"late"'));
    await host.reload();
    expect(await runPlugin(host.get('shared.name'))).toEqual({ result: 'second' });
    expect(host.problems()).toMatchObject([{ file: first }]);
  });

  it('lets neither a file take the name of an object, nor an object that of a file', async () => {
    const object = definePlugin({ name: 'a.one', process: () => null });
    host.register(object);
    const file = folder.write('a.ts', `${pluginText('A.One', '1')}${twoMore}`);
    await host.addDirectory(folder.path);
    await host.loadAll();
    expect(host.get('a.one')).toBe(object);
    expect(host.problems()).toMatchObject([{ code: 'PLUGIN_DUPLICATE', file }]);
    expect(names()).toEqual(['a.one', 'a.two']);
    expect(() => host.register(definePlugin({ name: 'a.two', process: () => null }))).toThrow(file);
  });

  it('knows an object whose own file it has loaded', async () => {
    const file = folder.write('a.ts', pluginText('a.one', '1'));
    await host.addDirectory(folder.path);
    await host.loadAll();
    const loaded = host.get('a.one');
    const module = pathToFileURL(file).href;
    const imported = definePlugin({ name: 'a.one', module, process: () => null });
    expect(host.register(imported)).toBe(loaded);
    folder.write('a.ts', pluginText('a.one', '2'));
    const renewed = await host.refresh('a.one');
    expect(renewed).not.toBe(loaded);
    expect(loaded && host.register(loaded)).toBe(renewed);
  });
});

const twoMore = `export const two = definePlugin({ name: 'a.two', process: () => null });`;

describe('PluginHost.load', () => {
  it('loads one file, or one package, and keeps it', async () => {
    const file = folder.write('a.ts', pluginText('a.one', '1'));
    folder.write('tool/index.ts', pluginText('tool.one', '1'));
    const [loaded] = await host.load(file);
    expect(host.get('a.one')).toBe(loaded);
    await host.load(join(folder.path, 'tool'));
    await host.loadAll();
    await host.addDirectory(folder.path);
    expect(names()).toEqual(['a.one', 'tool.one']);
    expect(host.get('a.one')).toBe(loaded);
    expect(host.problems()).toEqual([]);
  });

  it('tells where a plugin came from, and which version it is', async () => {
    const file = folder.write('a.ts', pluginText('a.one', '1'));
    await host.load(file);
    const { source } = host.describe('a.one');
    expect(source).toEqual({
      file,
      version: expect.stringMatching(/^[0-9a-f]{12}$/),
      loadedAt: expect.any(Number),
    });
    folder.write('a.ts', pluginText('a.one', '2'));
    await host.refresh('a.one');
    expect(host.describe('a.one').source?.version).not.toBe(source?.version);
  });

  it('refuses what is not there, what is broken and what is there already', async () => {
    const missing = join(folder.path, 'nowhere.ts');
    await expect(host.load(missing)).rejects.toThrow(`${missing} could not be loaded: it does not`);
    const broken = folder.write('x.ts', 'export const a = ;');
    await expect(host.load(broken)).rejects.toThrow(`${broken}:1:18: Unexpected ";"`);
    await expect(host.load(folder.path)).rejects.toThrow('without package.json or index file');
    await host.load(folder.write('a.ts', pluginText('a.one', '1')));
    const other = folder.write('b.ts', pluginText('a.one', '1') + twoMore);
    await expect(host.load(other)).rejects.toMatchObject({ code: 'PLUGIN_DUPLICATE' });
    expect(names()).toEqual(['a.one']);
    expect(host.problems()).toEqual([]);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPluginHost } from '../../src/plugin-host/create-plugin-host.ts';
import type { PluginHost } from '../../src/plugin-host/plugin-host.ts';
import { pluginFolder, pluginText } from './plugin-folder.ts';
import type { PluginFolder } from './plugin-folder.ts';
import { runPlugin } from './run-plugin.ts';

const patience = { timeout: 20_000 };

describe('createPluginHost({ watch: true })', () => {
  let folder: PluginFolder;
  let host: PluginHost;
  beforeEach(async () => {
    folder = pluginFolder({
      'lib/helper.ts': 'export const value = 1;',
      'a.ts': pluginText('a.one', 'value', `import { value } from './lib/helper.ts';`),
    });
    host = createPluginHost({ watch: true });
    await host.addDirectory(folder.path);
    await host.loadAll();
  });
  afterEach(async () => {
    await host.close();
    folder[Symbol.dispose]();
  });

  const names = (): string[] => host.list().map(({ name }) => name);
  const result = (): Promise<unknown> => runPlugin(host.get('a.one'));

  it('loads a file again when it, or a helper, is changed', async () => {
    folder.write('lib/helper.ts', 'export const value = 22;');
    await expect.poll(result, patience).toEqual({ result: 22 });
    folder.write('a.ts', pluginText('a.one', '333'));
    await expect.poll(result, patience).toEqual({ result: 333 });
  });

  it('loads new files and packages, and drops removed ones', async () => {
    folder.write('b.ts', pluginText('b.one', '1'));
    folder.write('tool/index.ts', pluginText('tool.one', '1'));
    await expect.poll(names, patience).toEqual(['a.one', 'b.one', 'tool.one']);
    folder.remove('a.ts');
    await expect.poll(names, patience).toEqual(['b.one', 'tool.one']);
    folder.write('a.ts', pluginText('a.one', '1'));
    await expect.poll(names, patience).toEqual(['a.one', 'b.one', 'tool.one']);
  });

  it('reports a file that breaks, and takes back what was said when it is mended', async () => {
    folder.write('a.ts', 'export const = 1;');
    await expect.poll(() => host.problems(), patience).toMatchObject([{ line: 1, column: 14 }]);
    expect(await result()).toEqual({ result: 1 });
    folder.write('a.ts', pluginText('a.one', '4'));
    await expect.poll(() => host.problems(), patience).toEqual([]);
    expect(await result()).toEqual({ result: 4 });
  });
});

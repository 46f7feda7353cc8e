import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPluginHost } from '../../src/plugin-host/create-plugin-host.ts';
import type { PluginHost } from '../../src/plugin-host/plugin-host.ts';
import { pluginFolder, pluginText } from './plugin-folder.ts';
import type { PluginFolder } from './plugin-folder.ts';
import { runPlugin } from './run-plugin.ts';

const manifest = (main: string): string =>
  JSON.stringify({
    type: 'module',
    exports: { module: './wrong.js', import: main, default: './wrong.js' },
  });

describe('bundle', () => {
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

  const resultOf = async (file: string, input: unknown = {}): Promise<unknown> => {
    const [plugin] = await host.load(file);
    return runPlugin(plugin, input);
  };

  it('takes decorators, enums, parameter properties and namespaces', async () => {
    const file = folder.write(
      'typed.ts',
      `import { definePlugin } from 'runstate/plugin';
      import { z } from 'zod';
      enum Color { Red = 'red' }
      namespace Units { export const kilo = 1_000; }
      function twice(method: (x: number) => number, _: ClassMethodDecoratorContext) {
        return function (this: unknown, x: number): number { return 2 * method.call(this, x); };
      }
      class Scale {
        constructor(private readonly factor: number) {}
        @twice of(x: number): number { return x * this.factor; }
      }
      export const plugin = definePlugin({
        name: 'typed.scale',
        input: z.object({ x: z.number() }),
        process: ({ input }) => ({ color: Color.Red, scaled: new Scale(Units.kilo).of(input.x) }),
      });`,
    );
    expect(await resultOf(file, { x: 3 })).toEqual({ color: 'red', scaled: 6_000 });
  });

  it('keeps import.meta of each file', async () => {
    const entry = folder.write(
      'tool/index.ts',
      pluginText(
        'tool.places',
        '[import.meta.url, import.meta.filename, import.meta.dirname, helper, readme]',
        `#!/usr/bin/env node
        import { readFileSync } from 'node:fs';
        import { helper } from './deep/helper.ts';
        const readme = readFileSync(new URL('./data/readme.txt', import.meta.url), 'utf8');`.trimStart(),
      ).trimStart(),
    );
    folder.write('tool/data/readme.txt', 'data beside the plugin');
    const helper = folder.write(
      'tool/deep/helper.ts',
      'const runstateModuleUrls = 1; export const helper = import.meta.url;',
    );
    expect(await resultOf(entry)).toEqual({
      result: [
        pathToFileURL(entry).href,
        entry,
        `${folder.path}/tool`,
        pathToFileURL(helper).href,
        'data beside the plugin',
      ],
    });
  });

  it('keeps names of classes and functions that two files use alike', async () => {
    folder.write('lib/other.ts', 'export class Frame {} export const other = Frame.name;');
    const file = folder.write(
      'frames.ts',
      pluginText(
        'frames.names',
        '[Frame.name, other]',
        `import { other } from './lib/other.ts'; class Frame {}`,
      ),
    );
    expect(await resultOf(file)).toEqual({ result: ['Frame', 'Frame'] });
  });

  it('gives plugins the zod and xstate of the host, whatever lies beside them', async () => {
    folder.write('node_modules/zod/index.js', 'throw new Error("the wrong zod")');
    folder.write('node_modules/runstate/package.json', '{"exports":{"./plugin":"./x.js"}}');
    folder.write('node_modules/runstate/x.js', 'throw new Error("the wrong runstate")');
    const file = folder.write(
      'shared.ts',
      pluginText(
        'shared.versions',
        '[typeof z.toJSONSchema, typeof setup, typeof getShortestPaths]',
        `import { z } from 'zod'; import { setup } from 'xstate';
         import { getShortestPaths } from 'xstate/graph';`,
      ),
    );
    expect(await resultOf(file)).toEqual({ result: ['function', 'function', 'function'] });
  });

  it('finds other packages from the file that imports them, as Node does', async () => {
    folder.write('node_modules/esm/package.json', manifest('./a.js'));
    folder.write('node_modules/esm/a.js', 'export const esm = import.meta.url;');
    folder.write('node_modules/esm/wrong.js', 'throw new Error("the wrong entry")');
    folder.write('node_modules/late/package.json', manifest('./a.js'));
    folder.write('node_modules/late/a.js', 'export const late = "late";');
    folder.write('node_modules/cjs/package.json', '{"main":"./lib/a.js","module":"./wrong.js"}');
    folder.write('node_modules/cjs/lib/a.js', 'exports.cjs = require("node:path").sep;');
    folder.write('deep/node_modules/nested/index.js', 'exports.nested = 1;');
    folder.write('deep/helper.ts', `export { nested } from 'nested';`);
    const file = folder.write(
      'packages.ts',
      pluginText(
        'packages.all',
        `[esm, cjs, nested, import('late').then(({ late }) => late)]`,
        `import { esm } from 'esm'; import { cjs } from 'cjs';
         import { nested } from './deep/helper.ts';`,
      )
        .replace('process: () => ({', 'process: async () => ({')
        .replace('import(', 'await import('),
    );
    expect(await resultOf(file)).toEqual({
      result: [pathToFileURL(`${folder.path}/node_modules/esm/a.js`).href, '/', 1, 'late'],
    });
  });

  it('misses an optional package only where it is used', async () => {
    const file = folder.write(
      'optional.ts',
      pluginText('optional.use', `await import('not-installed')`).replace('() =>', 'async () =>'),
    );
    const [plugin] = await host.load(file);
    await expect(runPlugin(plugin)).rejects.toThrow('not-installed');
  });

  it('names the place where a package is missing', async () => {
    const file = folder.write('a.ts', `const a = 1;\nimport { b } from 'not-installed';\nb(a);`);
    await expect(host.load(file)).rejects.toThrow(
      `${file}:2:19: Cannot find package "not-installed"`,
    );
  });

  it('takes CommonJS helpers that require what is built in', async () => {
    folder.write('lib/old.cjs', `const { sep } = require('node:path'); module.exports = { sep };`);
    const file = folder.write(
      'mixed.js',
      pluginText(
        'mixed.use',
        '[old.sep, require.resolve("node:fs")]',
        `import old from './lib/old.cjs'; import { createRequire } from 'node:module';
         const require = createRequire(import.meta.url);`,
      ),
    );
    expect(await resultOf(file)).toEqual({ result: ['/', 'node:fs'] });
  });

  it('takes JSON files', async () => {
    folder.write('lib/table.json', '{"rows":[1,2]}');
    const file = folder.write(
      'json.ts',
      pluginText(
        'json.rows',
        'table.rows',
        `import table from './lib/table.json' with { type: 'json' };`,
      ),
    );
    expect(await resultOf(file)).toEqual({ result: [1, 2] });
  });

  it('leaves runstate out, also when it is named by its path', async () => {
    const door = fileURLToPath(new URL('../../src/plugin.ts', import.meta.url));
    const file = folder.write('a.ts', pluginText('a.one', '1').replace('runstate/plugin', door));
    const [plugin] = await host.load(file);
    const url = plugin === undefined ? null : host.moduleUrlOf(plugin);
    const code = readFileSync(fileURLToPath(url ?? ''), 'utf8');
    const imports = [...code.matchAll(/^import .* from "(.*)";$/gm)].map(([, from]) => from);
    expect(imports).toEqual([expect.stringMatching(/^file:.*\/dist\/src\/plugin\.js$/)]);
  });
});

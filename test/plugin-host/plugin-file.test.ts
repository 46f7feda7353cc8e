import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { createPluginHost } from '../../src/plugin-host/create-plugin-host.ts';
import type { PluginHost } from '../../src/plugin-host/plugin-host.ts';
import type { PluginProblem } from '../../src/plugin-host/problem.ts';
import { pluginFolder, pluginText } from './plugin-folder.ts';
import type { PluginFolder } from './plugin-folder.ts';
import { runPlugin } from './run-plugin.ts';

let folder: PluginFolder;
let host: PluginHost;
let told: PluginProblem[];
beforeEach(() => {
  folder = pluginFolder();
  told = [];
  host = createPluginHost({ onProblem: (problem) => told.push(problem) });
});
afterEach(async () => {
  await host.close();
  folder[Symbol.dispose]();
});

const load = async (): Promise<void> => {
  await host.addDirectory(folder.path);
  await host.loadAll();
};

describe('PluginHost.refresh', () => {
  it('gives a new plugin when the file has changed, and leaves the old one as it was', async () => {
    folder.write('a.ts', pluginText('a.one', '1'));
    await load();
    const before = host.get('a.one');
    folder.write('a.ts', pluginText('a.one', '2'));
    const after = await host.refresh('A.ONE');
    expect(await runPlugin(before)).toEqual({ result: 1 });
    expect(await runPlugin(after)).toEqual({ result: 2 });
    expect(host.get('a.one')).toBe(after);
  });

  it('gives the same plugin when nothing has changed', async () => {
    folder.write('a.ts', pluginText('a.one', '1'));
    await load();
    const before = host.get('a.one');
    const url = before && host.moduleUrlOf(before);
    expect(await host.refresh('a.one')).toBe(before);
    folder.write('a.ts', pluginText('a.one', '1'));
    expect(await host.refresh('a.one')).toBe(before);
    expect(before && host.moduleUrlOf(before)).toBe(url);
  });

  it('notices a changed helper, and one that was changed twice at the same length', async () => {
    folder.write('lib/helper.ts', 'export const value = 1;');
    folder.write('a.ts', pluginText('a.one', 'value', `import { value } from './lib/helper.ts';`));
    await load();
    for (const value of [2, 3, 4, 5]) {
      folder.write('lib/helper.ts', `export const value = ${value};`);
      expect(await runPlugin(await host.refresh('a.one'))).toEqual({ result: value });
    }
  });

  it('sees what changed before the call, also while an earlier call is at work', async () => {
    folder.write('a.ts', pluginText('a.one', '0'));
    await load();
    const results: unknown[] = [];
    for (const value of [1, 2, 3, 4, 5]) {
      const earlier = [host.refresh('a.one'), host.refresh('a.one')];
      folder.write('a.ts', pluginText('a.one', String(value)));
      results.push(await runPlugin(await host.refresh('a.one')));
      await Promise.all(earlier);
    }
    expect(results).toEqual([1, 2, 3, 4, 5].map((result) => ({ result })));
  });

  it('gives the new version while other files are still being loaded', async () => {
    const gate = Object.assign(globalThis, { gateOfTest: deferred<void>() }).gateOfTest;
    folder.write('a.ts', pluginText('a.one', '1'));
    folder.write('b.ts', pluginText('b.one', '1'));
    await load();
    folder.write('a.ts', pluginText('a.one', '2'));
    folder.write('b.ts', `${pluginText('b.one', '2')}\nawait globalThis.gateOfTest.promise;`);
    const everything = host.reload();
    await host.refresh('a.one');
    expect(await runPlugin(await host.refresh('a.one'))).toEqual({ result: 2 });
    expect(await runPlugin(host.get('b.one'))).toEqual({ result: 1 });
    gate.resolve();
    await everything;
    expect(await runPlugin(host.get('b.one'))).toEqual({ result: 2 });
  });

  it('drops a plugin that the file no longer exports', async () => {
    folder.write('a.ts', pluginText('a.one', '1'));
    await load();
    folder.write('a.ts', pluginText('a.two', '2'));
    expect(await host.refresh('a.one')).toBeUndefined();
    expect(host.get('a.two')).toBeDefined();
  });

  it('keeps the last good version of a file that broke, until it is mended', async () => {
    const file = folder.write('a.ts', pluginText('a.one', '1'));
    await load();
    const good = host.get('a.one');
    folder.write('a.ts', `${pluginText('a.one', '2')}\nexport const = 3;`);
    expect(await host.refresh('a.one')).toBe(good);
    expect(host.problems()).toMatchObject([{ file, line: 9, column: 14 }]);
    expect(host.describe('a.one').problems).toEqual(host.problems());
    await host.refresh('a.one');
    expect(told).toEqual(host.problems());
    folder.write('a.ts', pluginText('a.one', '1'));
    expect(await runPlugin(await host.refresh('a.one'))).toEqual({ result: 1 });
    expect(host.problems()).toEqual([]);
  });

  it('tries again when a file that was missing has come', async () => {
    const text = pluginText('a.one', 'value', `import { value } from './lib/helper.ts';`);
    folder.write('a.ts', pluginText('a.one', '1'));
    await load();
    folder.write('a.ts', text);
    await host.refresh('a.one');
    expect(host.problems()).toMatchObject([{ message: 'Could not resolve "./lib/helper.ts"' }]);
    folder.write('lib/helper.ts', 'export const value = 7;');
    expect(await runPlugin(await host.refresh('a.one'))).toEqual({ result: 7 });
    expect(host.problems()).toEqual([]);
  });
});

describe('PluginHost.reload', () => {
  const counting = pluginText(
    'a.one',
    'loaded',
    'const loaded = (globalThis.aLoaded = (globalThis.aLoaded ?? 0) + 1);',
  );

  it('runs a file again that has not changed, when it is named', async () => {
    folder.write('a.ts', counting);
    await load();
    const first = await runPlugin(host.get('a.one'));
    await host.reload();
    expect(await runPlugin(host.get('a.one'))).toEqual(first);
    expect(await host.reload('a.ONE')).toEqual([]);
    const second = await runPlugin(host.get('a.one'));
    expect(second).not.toEqual(first);
    await host.refresh('a.one');
    expect(await runPlugin(host.get('a.one'))).toEqual(second);
    await expect(host.reload('b.one')).rejects.toMatchObject({ code: 'PLUGIN_UNKNOWN' });
  });

  it('runs a file that threw only when it has changed or is named', async () => {
    folder.write('good.ts', pluginText('good.one', '1'));
    folder.write(
      'a.ts',
      `globalThis.attempts = (globalThis.attempts ?? 0) + 1; throw new Error('attempt ' + globalThis.attempts);`,
    );
    await load();
    await host.refresh('good.one');
    await host.reload();
    expect(host.problems()).toMatchObject([{ message: 'attempt 1' }]);
  });
});

describe('PluginHost.problems', () => {
  const cases: readonly (readonly [string, string, object])[] = [
    [
      'a syntax error',
      'export const x = 1;\n  export const = 2;',
      { line: 2, column: 16, code: 'PLUGIN_LOAD_FAILED' },
    ],
    ['a syntax error after wide letters', `const 'é😀' = 1;`, { line: 1, column: 7 }],
    [
      'an error beside import.meta',
      'const a = import.meta.url; const = 2;',
      { line: 1, column: 34 },
    ],
    ['an import that is not there', `\nimport './nowhere.ts';`, { line: 2, column: 8 }],
    [
      'code that throws when it is loaded',
      `const a: number = 1;\n\nthrow new RangeError('too far');`,
      { line: 3, column: 7, message: 'too far' },
    ],
    [
      'an invalid definition',
      `import { definePlugin } from 'runstate/plugin';\nexport const a = 1;\n  definePlugin({ name: 'has space', process: () => 1 });`,
      { line: 3, column: 3, code: 'PLUGIN_INVALID' },
    ],
    [
      'no plugin',
      'export const x = 1;',
      { line: null, message: expect.stringContaining('exports no plugin') },
    ],
    ['nothing at all', '', { line: null, message: expect.stringContaining('exports no plugin') }],
    ['a promise that throws a text', `throw 'plain text';`, { message: 'plain text' }],
  ];

  it.each(cases)('names the place of %s, and loads the others', async (_, text, problem) => {
    const file = folder.write('x.ts', text);
    folder.write('good.ts', pluginText('good.one', '1'));
    await load();
    expect(host.problems()).toMatchObject([{ file, ...problem }]);
    expect(told).toEqual(host.problems());
    expect(host.list().map(({ name }) => name)).toEqual(['good.one']);
    const [{ line, column, message, text: whole } = { text: '' }] = host.problems();
    expect(whole).toBe(
      line === null ? `${file}: ${message}` : `${file}:${line}:${column}: ${message}`,
    );
    expect(() => host.assertKnown('X.thing')).toThrow(whole);
  });

  it('names the helper that an error lies in', async () => {
    const helper = folder.write('lib/helper.ts', '\n\nexport const a = ;');
    folder.write('a.ts', `import './lib/helper.ts';`);
    await load();
    expect(host.problems()).toMatchObject([{ file: helper, line: 3, column: 18 }]);
  });

  it('names an export that runstate does not have', async () => {
    const file = folder.write(
      'a.ts',
      `import { defineTask } from 'runstate/plugin';\ndefineTask();`,
    );
    await load();
    expect(host.problems()).toMatchObject([{ file, message: expect.stringMatching(/defineTask/) }]);
  });

  it('says nothing of a file that others import', async () => {
    folder.write('helper.ts', 'export const value = 1;');
    folder.write('a.ts', pluginText('a.one', 'value', `import { value } from './helper.ts';`));
    await load();
    expect(host.problems()).toEqual([]);
    expect(told).toEqual([]);
  });

  it('reports a package whose package.json is no JSON', async () => {
    folder.write('tool/package.json', '{');
    await load();
    expect(host.problems()).toMatchObject([{ file: `${folder.path}/tool/package.json` }]);
  });

  it('reports a file that does not finish loading', async () => {
    await host.close();
    const clock = simulatedClock();
    host = createPluginHost({ clock, loadTimeoutMs: 5_000 });
    folder.write('a.ts', 'await new Promise(() => {});');
    await host.addDirectory(folder.path);
    const loading = host.loadAll();
    await expect.poll(() => clock.pending).toBe(1);
    await clock.advance(5_000);
    await loading;
    expect(host.problems()).toMatchObject([
      { message: expect.stringContaining('did not finish loading within 5000 ms') },
    ]);
  });

  it('goes on when the listener throws', async () => {
    await host.close();
    host = createPluginHost({
      onProblem: () => {
        throw new Error('listener');
      },
    });
    folder.write('a.ts', '');
    await load();
    expect(host.problems()).toHaveLength(1);
  });
});

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importFile } from '../../src/plugin-host/import-file.ts';

describe('importFile', () => {
  let folder = '';
  const written = async (name: string, text: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, text);
    return file;
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runstate-import-'));
    await written('scale.ts', 'export const scale: number = 3;\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('gives what a TypeScript file exports, and what that imports', async () => {
    const file = await written(
      'devices.ts',
      "import { scale } from './scale.ts';\nexport const gain: number = scale * 2;\nexport default 'x';\n",
    );
    expect(await importFile(file)).toMatchObject({ gain: 6, default: 'x' });
  });

  it('gives it the copy of runstate that is running', async () => {
    const file = await written('door.mjs', "export { RunstateError } from 'runstate';\n");
    expect(await importFile(file)).toHaveProperty('RunstateError');
  });

  it('leaves nothing behind', async () => {
    await importFile(await written('plain.js', 'export const one = 1;\n'));
    const mine = `runstate-plugins-${process.pid}-`;
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith(mine));
    expect(left).toEqual([]);
  });

  it.each([
    ['syntax.ts', 'export const x: number =\n', /syntax\.ts:2:1/],
    ['throws.ts', '\n\nthrow new Error("no motor");\n', /throws\.ts:3:7: no motor/],
    ['missing.ts', "import './nowhere.ts';\n", /missing\.ts:1:8.*nowhere/],
  ])('names the place in %s that is wrong', async (name, text, message) => {
    const file = await written(name, text);
    await expect(importFile(file)).rejects.toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
      message: expect.stringMatching(message) as string,
    });
  });

  it.each(['nowhere.ts', '.'])('refuses %s', async (name) => {
    await expect(importFile(join(folder, name))).rejects.toMatchObject({
      code: 'PLUGIN_LOAD_FAILED',
    });
  });
});

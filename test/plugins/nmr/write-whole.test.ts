import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load } from '../../../plugins/nmr/libraries.ts';
import { writeWhole } from '../../../plugins/nmr/write-whole.ts';

describe('writeWhole', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nmr-write-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('replaces a file and leaves nothing else behind', async () => {
    const path = join(folder, 'a.svg');
    await writeFile(path, 'old');
    await writeWhole(path, 'new');
    expect(await readFile(path, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['a.svg']);
  });

  it('names the field and the folder that is missing', async () => {
    const path = join(folder, 'absent', 'a.svg');
    await expect(writeWhole(path, 'x')).rejects.toThrow(
      `Cannot write \`svg\` '${path}': the folder '${join(folder, 'absent')}' does not exist. ` +
        'Create the folder or choose another path.',
    );
  });

  it('refuses a path below a file', async () => {
    const path = join(folder, 'a.svg', 'b.svg');
    await expect(writeWhole(path, 'x')).rejects.toThrow(`Cannot write \`svg\` '${path}'`);
  });

  it('refuses the path of a folder and leaves no temporary file', async () => {
    const before = await readdir(tmpdir());
    await expect(writeWhole(folder, 'x')).rejects.toThrow(`Cannot write \`svg\` '${folder}'`);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('nmr-write-'))).toEqual(
      before.filter((name) => name.startsWith('nmr-write-')),
    );
  });
});

describe('load', () => {
  it('says which package to install', async () => {
    await expect(load('ml-gsd', () => Promise.reject(new Error('not found')))).rejects.toThrow(
      "The plugin nmr needs the package 'ml-gsd', which could not be loaded. " +
        'Install it with: npm install ml-gsd',
    );
  });
});

import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePlugin } from '../../src/index.ts';
import { readInputFile } from '../../src/engine/input-files.ts';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';

const square = definePlugin({
  name: 'example.square',
  input: z.object({ x: z.number() }),
  effect: 'idempotent',
  process: ({ input }) => ({ result: input.x ** 2 }),
});

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runstate-inputs-'));
});
afterEach(async () => {
  await closeEngines();
  await rm(folder, { recursive: true });
});

async function saved(text: string): Promise<string> {
  const path = join(folder, 'input.json');
  await writeFile(path, text);
  return path;
}

describe('an input that is a text', () => {
  it('is read as JSON, or as a file, and kept as what it stands for', async () => {
    const { engine } = await startEngine({ plugins: [square] });
    const fromText = engine.submit('example.square', '{ "x": 2 }');
    const fromFile = engine.submit('example.square', await saved('{ "x": 3 }'));
    expect([fromText.input, fromFile.input]).toEqual([{ x: 2 }, { x: 3 }]);
    expect(await fromFile.output()).toEqual({ result: 9 });
  });

  it('is the same submission as the value it stands for', async () => {
    const { engine } = await startEngine({ plugins: [square] });
    const key = { idempotencyKey: 'once' };
    const first = engine.submit('example.square', { x: 2 }, key);
    expect(engine.submit('example.square', '{ "x": 2 }', key)).toBe(first);
  });

  it('names no file on an engine that reads none', async () => {
    const { engine } = await startEngine({ plugins: [square], inputFiles: 'refuse' });
    const path = await saved('{ "x": 3 }');
    expect(() => engine.submit('example.square', path)).toThrow('files are not read here');
    expect(await engine.submit('example.square', '{ "x": 2 }').output()).toEqual({ result: 4 });
  });
});

describe('readInputFile', () => {
  it.each(['', 'no-such-file', 'a\u0000b', 'x'.repeat(10_000), tmpdir()])(
    'finds no file in %j',
    (path) => {
      expect(readInputFile(path)).toBeNull();
    },
  );

  it('reads a file up to 64 MB', async () => {
    const path = await saved('[1]');
    expect(readInputFile(path)).toBe('[1]');
    const file = await open(path, 'r+');
    await file.truncate(64 * 1024 * 1024 + 1);
    await file.close();
    expect(() => readInputFile(path)).toThrow('at most 67108864 are read');
  });
});

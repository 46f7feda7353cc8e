import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePlugin, RunstateError } from '../../src/index.ts';
import type { DefinedPlugin } from '../../src/index.ts';
import { readInput } from '../../src/wire/read-input.ts';
import type { ReadFile } from '../../src/wire/read-input.ts';

const pluginThatTakes = (input: z.ZodType): DefinedPlugin =>
  definePlugin({ name: 'test.input', input, process: () => null });

const objects = pluginThatTakes(z.object({ x: z.number() }));
const texts = pluginThatTakes(z.string());

const files: ReadFile = (path) => {
  if (path === 'locked.json') throw new Error('permission denied');
  return (
    { 'x.json': '{ "x": 3 }', 'bad.json': '{ "x": "3" }', shadow: 'root:secret' }[path] ?? null
  );
};

function refusal(plugin: DefinedPlugin, given: unknown, readFile: ReadFile | null): RunstateError {
  try {
    readInput(plugin, given, readFile);
  } catch (error) {
    if (error instanceof RunstateError) return error;
  }
  throw new Error('it was not refused');
}

describe('readInput', () => {
  it.each([{ x: 1 }, [1], 5, null, undefined])('leaves %j as it is', (given) => {
    expect(readInput(objects, given, files)).toBe(given);
  });

  it('takes JSON text, the path of a file, and bytes', () => {
    expect(readInput(objects, '{ "x": 1 }', files)).toEqual({ x: 1 });
    expect(readInput(objects, 'x.json', files)).toEqual({ x: 3 });
    expect(readInput(objects, Buffer.from('{ "x": 2 }'), files)).toEqual({ x: 2 });
  });

  it.each(['plain', '{ "x": 1 }', 'x.json', ''])(
    'leaves the text %j to a plugin that takes texts',
    (text) => {
      expect(readInput(texts, text, files)).toBe(text);
      expect(readInput(pluginThatTakes(z.unknown()), text, files)).toBe(text);
    },
  );

  it('names all ways in which a text was tried', () => {
    const { code, message, fields } = refusal(objects, 'y.json', files);
    expect(code).toBe('INVALID_INPUT');
    expect(message).toMatch(/schema does not take the text "y\.json".*no file.*no JSON text/);
    expect(fields).toMatchObject([{ path: '' }]);
  });

  it.each(['', '{ x: 1 }', '[1', 'null x'])(
    'refuses %j, as dahu refuses what is no JSON',
    (text) => {
      expect(refusal(objects, text, files)).toMatchObject({ code: 'INVALID_INPUT' });
    },
  );

  it.each([
    ['bad.json', 'read from file "bad.json"'],
    ['{ "x": "3" }', 'given as JSON text'],
  ])('names the bad field of %j and where it came from', (text, from) => {
    const { message, fields } = refusal(objects, text, files);
    expect(fields).toMatchObject([{ path: 'x' }]);
    expect(message).toContain(from);
  });

  it('says why a file cannot be read, and never shows what stands in one', () => {
    expect(refusal(objects, 'locked.json', files).message).toContain('permission denied');
    const { message, fields, cause } = refusal(objects, 'shadow', files);
    expect(message).toContain('file "shadow" does not hold JSON');
    expect(JSON.stringify([message, fields, cause])).not.toContain('secret');
  });

  it('reads no file where that is not allowed', () => {
    expect(readInput(objects, '{ "x": 1 }', null)).toEqual({ x: 1 });
    expect(refusal(objects, 'x.json', null).message).toContain('files are not read here');
  });

  it('counts a schema that throws at a text as a refusal', () => {
    const picky = pluginThatTakes(
      z.unknown().transform((value) => {
        if (typeof value === 'string') throw new Error('no texts');
        return value;
      }),
    );
    expect(readInput(picky, '[1, 2]', files)).toEqual([1, 2]);
  });
});

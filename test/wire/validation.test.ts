import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePlugin, RunstateError } from '../../src/index.ts';
import type { DefinedPlugin } from '../../src/index.ts';
import { showValue } from '../../src/wire/show-value.ts';
import { assertStorable, keepInput, parseInput, parseOutput } from '../../src/wire/validation.ts';

const taking = (input: z.ZodType): DefinedPlugin =>
  definePlugin({ name: 'test.scan', input, process: () => null });

const giving = (output: z.ZodType): DefinedPlugin =>
  definePlugin({ name: 'test.scan', output, process: () => null });

function refusalOf(work: () => unknown): RunstateError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(RunstateError);
    return error as RunstateError;
  }
  throw new Error('nothing was refused');
}

describe('parseInput', () => {
  it('fills in defaults and transforms', () => {
    const plugin = taking(
      z.object({ frames: z.string().transform(Number), gain: z.number().default(2) }),
    );
    expect(parseInput(plugin, { frames: '5' })).toEqual({ frames: 5, gain: 2 });
  });

  it('names every bad field with its value, and the way out', () => {
    const plugin = taking(
      z.object({
        scan: z.object({ frames: z.array(z.object({ ms: z.number() })) }),
        mode: z.enum(['fly', 'step']),
        sample: z.string().min(3),
        count: z.number(),
      }),
    );
    const error = refusalOf(() =>
      parseInput(plugin, {
        scan: { frames: [{ ms: 1 }, { ms: 'long' }] },
        mode: 'jump',
        sample: 'ab',
      }),
    );
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.fields.map(({ path }) => path)).toEqual([
      'scan.frames[1].ms',
      'mode',
      'sample',
      'count',
    ]);
    expect(error.fields.map(({ message }) => message)).toEqual([
      'Invalid input: expected number, received string, got "long"',
      'Invalid option: expected one of "fly"|"step", got "jump"',
      'Too small: expected string to have >=3 characters, got "ab"',
      'Invalid input: expected number, received undefined',
    ]);
    for (const { path } of error.fields) expect(error.message).toContain(`\`${path}\``);
    expect(error.message).toContain('`runstate plugins test.scan`');
    expect(error.cause).toBeInstanceOf(z.ZodError);
  });

  it('names each field that is not known', () => {
    const error = refusalOf(() =>
      parseInput(taking(z.strictObject({ x: z.number() })), { x: 1, y: 2, z: 'three' }),
    );
    expect(error.fields).toEqual([
      { path: 'y', message: 'is no field that is known here, got 2' },
      { path: 'z', message: 'is no field that is known here, got "three"' },
    ]);
  });

  it('says what each alternative of a union misses', () => {
    const target = z.union([z.number(), z.object({ ra: z.number(), dec: z.number() })]);
    const error = refusalOf(() => parseInput(taking(z.object({ target })), { target: { ra: 1 } }));
    expect(error.fields).toEqual([
      {
        path: 'target',
        message:
          'Invalid input: Invalid input: expected number, received object, got {"ra":1}, or ' +
          '`dec`: Invalid input: expected number, received undefined, got {"ra":1}',
      },
    ]);
  });

  it('says what is wrong with a key', () => {
    const error = refusalOf(() =>
      parseInput(taking(z.record(z.string().regex(/^m\d$/), z.number())), { motor: 1 }),
    );
    expect(error.fields[0]?.path).toBe('motor');
    expect(error.message).toContain('Invalid key in record');
  });

  it('says what is wrong with the value as a whole', () => {
    const error = refusalOf(() => parseInput(taking(z.number()), 'five'));
    expect(error.fields).toEqual([
      { path: '', message: 'Invalid input: expected number, received string, got "five"' },
    ]);
    expect(error.message).toContain('got "five" (see');
  });

  it('takes a transform that throws for a refusal', () => {
    const plugin = taking(z.string().transform((text) => JSON.parse(text) as unknown));
    const error = refusalOf(() => parseInput(plugin, '{broken'));
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.message).toContain('its schema threw: ');
    expect(error.cause).toBeInstanceOf(SyntaxError);
  });

  it.each([
    ['refinement', z.string().refine(async () => true)],
    ['transform', z.string().transform(async (text) => text)],
    [
      'optional field',
      z
        .string()
        .transform(async (text) => text)
        .optional(),
    ],
  ])('refuses an asynchronous %s and says what to do instead', (_, field) => {
    const error = refusalOf(() => parseInput(taking(z.object({ field })), { field: 'a' }));
    expect(error.code).toBe('PLUGIN_INVALID');
    expect(error.message).toContain('`input` must be a schema without asynchronous parts');
    expect(error.message).toContain('`setup`');
  });

  it('gives code an input of its own', () => {
    const kept = { list: [1] };
    const parsed = parseInput(taking(z.unknown()), kept) as typeof kept;
    parsed.list.push(2);
    expect(kept).toEqual({ list: [1] });
  });

  it('keeps the input from a schema that changes it', () => {
    const kept = { x: '5' };
    const schema = z.preprocess((value) => Object.assign(value as object, { x: 5 }), z.unknown());
    expect(parseInput(taking(schema), kept)).toEqual({ x: 5 });
    expect(kept).toEqual({ x: '5' });
  });
});

describe('keepInput', () => {
  it('copies what is given, as it is given', () => {
    const given = { frames: '5' };
    const kept = keepInput(taking(z.object({ frames: z.string().transform(Number) })), given);
    expect(kept).toEqual({ frames: '5' });
    expect(kept).not.toBe(given);
  });

  it.each([
    ['a schema that takes nothing', z.number().default(5), undefined],
    ['no schema', z.unknown(), undefined],
    ['defaults', z.object({ x: z.number().default(0) }), {}],
    ['optional fields', z.object({ x: z.number().optional() }), {}],
    ['fields that are missing', z.object({ x: z.number() }), {}],
    ['something that is no object', z.string(), undefined],
  ])('without an input makes one for %s', (_, schema, kept) => {
    expect(keepInput(taking(schema), undefined)).toEqual(kept);
  });

  it('lets the missing fields be named', () => {
    const plugin = taking(z.object({ x: z.number(), y: z.number() }));
    const error = refusalOf(() => parseInput(plugin, keepInput(plugin, undefined)));
    expect(error.fields.map(({ path }) => path)).toEqual(['x', 'y']);
  });

  it('lets the value that is missing be named', () => {
    const plugin = taking(z.string());
    const error = refusalOf(() => parseInput(plugin, keepInput(plugin, undefined)));
    expect(error.message).toContain('expected string, received undefined');
  });
});

describe('parseOutput', () => {
  it('fills in defaults, transforms, and leaves out what is not known', () => {
    const plugin = giving(
      z.object({ mean: z.number().transform(String), note: z.string().default('') }),
    );
    expect(parseOutput(plugin, { mean: 1.5, extra: true })).toEqual({ mean: '1.5', note: '' });
  });

  it('names every bad field', () => {
    const error = refusalOf(() =>
      parseOutput(giving(z.object({ peaks: z.array(z.number()), name: z.string() })), {
        peaks: [1, 'two'],
      }),
    );
    expect(error.code).toBe('INVALID_OUTPUT');
    expect(error.fields.map(({ path }) => path)).toEqual(['peaks[1]', 'name']);
  });

  it('names the place that cannot be stored, also after the schema', () => {
    const made = giving(z.object({ at: z.number().transform((ms) => new Date(ms)) }));
    expect(refusalOf(() => parseOutput(made, { at: 5 }))).toMatchObject({
      code: 'NOT_STORABLE',
      message: 'The value at `output.at` cannot be stored as JSON: it is a Date.',
      fields: [{ path: 'at', message: 'is a Date' }],
    });
    const unchecked = definePlugin({ name: 'test.raw', process: () => null });
    expect(refusalOf(() => parseOutput(unchecked, [1, NaN])).message).toContain('`output[1]`');
  });

  it('takes no output', () => {
    const unchecked = definePlugin({ name: 'test.raw', process: () => null });
    expect(parseOutput(unchecked, undefined)).toBeUndefined();
  });

  it('shares nothing with what the code goes on using', () => {
    const frames = [[1, 2]];
    const kept = parseOutput(giving(z.unknown()), { frames });
    frames[0]?.push(3);
    expect(kept).toEqual({ frames: [[1, 2]] });
  });
});

describe('assertStorable', () => {
  it.each([
    [Number.NaN, 'input', 'NaN'],
    [[1n], 'input[0]', 'a bigint'],
    [{ a: { run: () => 1 } }, 'input.a.run', 'a function'],
  ])('names the place of %o', (value, place, what) => {
    expect(refusalOf(() => assertStorable(value, 'input')).message).toBe(
      `The value at \`${place}\` cannot be stored as JSON: it is ${what}.`,
    );
  });
});

describe('showValue', () => {
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;

  it.each([
    ['text', '"text"'],
    [5, '5'],
    [Number.NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    [5n, '5n'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
    [{ a: [1] }, '{"a":[1]}'],
    [circle, '[object Object]'],
  ])('shows %o', (value, shown) => {
    expect(showValue(value)).toBe(shown);
  });

  it('cuts what is long', () => {
    for (const value of ['x'.repeat(10_000_000), Array.from({ length: 1_000 }).fill(5)]) {
      expect(showValue(value)).toMatch(/^.{60}…$/);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  hasSecrets,
  redact,
  secret,
  secretPaths,
  secretsOf,
  secretWord,
} from '../../src/wire/secret-fields.ts';

const password = z.string().meta({ secret: true });

interface Node {
  readonly name: string;
  readonly token?: string | undefined;
  readonly children: readonly Node[];
}

const tree: z.ZodType<Node> = z.lazy(() =>
  z.object({ name: z.string(), token: password.optional(), children: z.array(tree) }),
);

const recursive = z.object({
  token: password,
  get next() {
    return recursive.optional();
  },
});

type Case = readonly [what: string, schema: z.ZodType, input: unknown, paths: readonly unknown[][]];

const decided: readonly Case[] = [
  ['the whole input', password, 'hunter2', [[]]],
  [
    'a field',
    z.object({ user: z.string(), password }),
    { user: 'a', password: 'b' },
    [['password']],
  ],
  ['a field that is absent', z.object({ password: password.optional() }), {}, []],
  [
    'a field at any depth',
    z.object({ a: z.object({ b: password }) }),
    { a: { b: 'x' } },
    [['a', 'b']],
  ],
  [
    'an object as a whole',
    z.object({ login: z.object({ u: z.string() }).meta({ secret: true }) }),
    { login: { u: 'x' } },
    [['login']],
  ],
  [
    'items of an array',
    z.array(z.object({ password })),
    [{ password: 'a' }, { password: 'b' }],
    [
      [0, 'password'],
      [1, 'password'],
    ],
  ],
  ['items of a tuple', z.tuple([z.string(), password], password), ['a', 'b', 'c'], [[1], [2]]],
  ['values of a record', z.record(z.string(), password), { a: 'x', b: 'y' }, [['a'], ['b']]],
  ['keys of a record', z.record(password, z.string()), { a: 'x' }, [[]]],
  [
    'fields that are not named',
    z.object({ a: z.string() }).catchall(password),
    { a: 'x', b: 'y' },
    [['b']],
  ],
  [
    'optional, nullable and default fields',
    z.object({
      a: password.optional(),
      b: password.nullable(),
      c: password.default('z'),
      d: password.prefault('z'),
      e: password.readonly(),
      f: z.nonoptional(password),
    }),
    { a: '1', b: null, c: '3', d: '4', e: '5', f: '6' },
    [['a'], ['b'], ['c'], ['d'], ['e'], ['f']],
  ],
  [
    'a marked wrapper',
    z.object({ a: z.string().optional().meta({ secret: true }) }),
    { a: 'x' },
    [['a']],
  ],
  [
    'fields with checks',
    z.object({
      a: password
        .min(3)
        .trim()
        .refine(() => true),
    }),
    { a: 'xyz' },
    [['a']],
  ],
  [
    'a field with a transform',
    z.object({ a: password.transform((text) => text.length) }),
    { a: 'xyz' },
    [['a']],
  ],
  ['a field that has caught', z.object({ a: password.catch('') }), { a: 5 }, [['a']]],
  [
    'an object with a transform',
    z.object({ a: password }).transform(({ a }) => a),
    { a: 'x' },
    [['a']],
  ],
  [
    'the option of a union that is meant',
    z.union([
      z.object({ kind: z.literal('a'), word: password }),
      z.object({ kind: z.literal('b'), word: z.string() }),
    ]),
    { kind: 'a', word: 'x' },
    [['word']],
  ],
  [
    'no option of a union that is not meant',
    z.union([
      z.object({ kind: z.literal('a'), word: password }),
      z.object({ kind: z.literal('b'), word: z.string() }),
    ]),
    { kind: 'b', word: 'x' },
    [],
  ],
  ['every option that may be meant', z.union([z.string(), password]), 'x', [[]]],
  [
    'all options when none takes the value',
    z.union([z.object({ n: z.number(), word: password }), z.number()]),
    { n: 'one', word: 'x' },
    [['word']],
  ],
  [
    'a discriminated union',
    z.discriminatedUnion('by', [
      z.object({ by: z.literal('key'), key: password }),
      z.object({ by: z.literal('none') }),
    ]),
    { by: 'key', key: 'x' },
    [['key']],
  ],
  [
    'both sides of an intersection',
    z.intersection(z.object({ a: password }), z.object({ b: password })),
    { a: 'x', b: 'y' },
    [['a'], ['b']],
  ],
  [
    'schemas that hold themselves',
    tree,
    { name: 'a', children: [{ name: 'b', token: 't', children: [] }] },
    [['children', 0, 'token']],
  ],
  [
    'objects that hold themselves',
    recursive,
    { token: 'a', next: { token: 'b' } },
    [['token'], ['next', 'token']],
  ],
  [
    'a part of a secret once',
    z.object({ a: z.object({ b: password }).meta({ secret: true }) }),
    { a: { b: 'x' } },
    [['a']],
  ],
];

/** What says nothing of the shape that was given: all of it is secret. */
const strict: readonly Case[] = [
  [
    'another shape than an object',
    z.object({ login: z.object({ password }) }),
    { login: 'user:hunter2' },
    [['login']],
  ],
  ['another shape than an array', z.array(password), { 0: 'x' }, [[]]],
  ['an array in place of an object', z.object({ password }), ['x'], [[]]],
  ['what code takes apart first', z.preprocess((text) => text, z.object({ password })), '{}', [[]]],
  [
    'what a pipe leads to',
    z
      .string()
      .transform((text) => text)
      .pipe(password),
    'x',
    [[]],
  ],
  ['what is no JSON', z.map(z.string(), password), {}, [[]]],
  ['a template with a secret in it', z.templateLiteral(['key=', password]), 'key=x', [[]]],
];

describe('secretPaths', () => {
  it.each([...decided, ...strict])('finds %s', (_, schema, input, paths) => {
    expect(secretPaths(schema, input)).toEqual(paths);
    expect(hasSecrets(schema)).toBe(true);
  });

  it('finds none where nothing is marked', () => {
    const schema = z.object({ a: z.array(z.union([z.string(), z.record(z.string(), z.json())])) });
    expect(hasSecrets(schema)).toBe(false);
    expect(secretPaths(schema, { a: ['x'] })).toEqual([]);
    expect(hasSecrets(z.string().meta({ secret: false }))).toBe(false);
  });

  it('comes to an end where a schema does not', () => {
    const circle: z.ZodType = z.lazy(() => z.union([circle, z.object({ password })]));
    expect(secretPaths(circle, { other: 1 })).toEqual([[]]);
  });

  it('knows no field by the name of what every object has', () => {
    const schema = z.object({ password });
    expect(secretPaths(schema, JSON.parse('{"constructor":"x","toString":"y"}'))).toEqual([]);
  });
});

describe('secret', () => {
  it('marks a schema, and keeps what was said of it', () => {
    const marked = secret(z.string().min(3).describe('of the archive'));
    expect(marked.meta()).toEqual({ description: 'of the archive', secret: true });
    expect(marked.safeParse('ab').success).toBe(false);
    expect(secretPaths(z.object({ marked }), { marked: 'abc' })).toEqual([['marked']]);
  });
});

describe('redact', () => {
  const schema = z.object({ user: z.string(), logins: z.array(z.object({ password })) });
  const input = { user: 'a', logins: [{ password: 'x' }, { password: 'y' }] };

  it('puts a word in the place of each secret, in a copy', () => {
    expect(redact(schema, input)).toEqual({
      user: 'a',
      logins: [{ password: secretWord }, { password: secretWord }],
    });
    expect(input.logins[0]).toEqual({ password: 'x' });
    expect(secretsOf(schema, input)).toEqual(['x', 'y']);
  });

  it('gives an input without secrets as it is', () => {
    const plain = { a: 1 };
    expect(redact(z.unknown(), plain)).toBe(plain);
  });
});

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RunstateError } from '../../src/kernel/errors.ts';
import { definePlugin } from '../../src/wire/plugin.ts';
import { readInput } from '../../src/wire/read-input.ts';
import { secret } from '../../src/wire/secret-fields.ts';
import { parseInput, parseOutput } from '../../src/wire/validation.ts';

const word = 'correct-horse-battery-staple';

function refusalOf(work: () => unknown): RunstateError {
  try {
    work();
  } catch (error) {
    return error instanceof RunstateError ? error : expect.fail('of another kind');
  }
  return expect.fail('nothing was refused');
}

/** What is wrong with an input; checks that nothing of it tells the secret. */
function problemsOf(schema: z.ZodType, input: unknown): RunstateError {
  const plugin = definePlugin({ name: 'test.login', input: schema, process: () => null });
  const error = refusalOf(() => parseInput(plugin, input));
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(word.slice(0, 12));
  return error;
}

const key = secret(z.string());

describe('what is said of a bad input', () => {
  it('names a secret field, and shows nothing of it', () => {
    const { fields, message } = problemsOf(z.object({ key: key.max(5) }), { key: word });
    expect(fields).toEqual([
      { path: 'key', message: 'Too big: expected string to have <=5 characters' },
    ]);
    expect(message).toContain('`key`');
  });

  it('shows the other fields as ever', () => {
    const { fields } = problemsOf(z.object({ key, n: z.number() }), { key: word, n: 'many' });
    expect(fields).toEqual([
      { path: 'n', message: 'Invalid input: expected number, received string, got "many"' },
    ]);
  });

  it('shows what holds a secret without it', () => {
    const login = z.object({ user: z.string(), key }).refine(() => false, 'is not allowed');
    expect(problemsOf(z.object({ login }), { login: { user: 'a', key: word } }).fields).toEqual([
      { path: 'login', message: 'is not allowed, got {"user":"a","key":"[secret]"}' },
    ]);
  });

  it('shows nothing of a part of a secret', () => {
    const login = secret(z.strictObject({ user: z.string(), words: z.array(z.string().max(4)) }));
    const input = { login: { user: word, words: [word], [word]: word } };
    const { fields } = problemsOf(z.object({ login }), input);
    expect(new Set(fields.map(({ path }) => path))).toEqual(new Set(['login']));
  });

  it('shows nothing of a value that has another shape than it should', () => {
    const schema = z.object({ login: z.object({ user: z.string(), key }) });
    expect(problemsOf(schema, { login: `me:${word}` }).fields).toEqual([
      { path: 'login', message: 'Invalid input: expected object, received string' },
    ]);
    expect(problemsOf(schema, word).fields).toMatchObject([{ path: '' }]);
  });

  it('shows nothing of a secret in what each alternative of a union misses', () => {
    const target = z.union([
      z.object({ host: z.string(), key }),
      z.object({ port: z.number(), key: key.max(3) }),
      z.literal('none'),
    ]);
    const { fields } = problemsOf(z.object({ target }), { target: { port: 'x', key: word } });
    expect(fields).toEqual([
      {
        path: 'target',
        message: [
          'Invalid input: `host`: Invalid input: expected string, received undefined',
          'or `port`: Invalid input: expected number, received string, got "x"; `key`: Too big: expected string to have <=3 characters',
          'or Invalid input: expected "none", got {"port":"x","key":"[secret]"}',
          'got {"port":"x","key":"[secret]"}',
        ].join(', '),
      },
    ]);
  });

  it('shows nothing of secret keys', () => {
    const schema = z.object({ keys: z.record(key.max(3), z.string()) });
    expect(problemsOf(schema, { keys: { [word]: 'x' } }).fields).toMatchObject([{ path: 'keys' }]);
  });

  it('names a key that is not valid, and not its value', () => {
    const schema = z.object({ keys: z.record(z.string().max(3), key) });
    expect(problemsOf(schema, { keys: { long: word } }).fields).toMatchObject([
      { path: 'keys.long', message: expect.not.stringContaining('got') },
    ]);
  });

  it('takes the secret out of what the plugin’s own checks say', () => {
    const says = (text: unknown): string => `"${String(text)}" is too common`;
    const checked = key.refine(() => false, { error: ({ input }) => says(input) });
    expect(problemsOf(z.object({ key: checked }), { key: word }).fields).toEqual([
      { path: 'key', message: '"[secret]" is too common' },
    ]);
    const throws = z.object({ key: key.transform((text) => expect.fail(says(text))) });
    expect(problemsOf(throws, { key: word }).message).toContain('"[secret]" is too common');
  });

  it('refuses the word that stands for a secret where people see it', () => {
    const schema = z.object({ login: z.object({ user: z.string(), key }) });
    expect(problemsOf(schema, { login: { user: '[secret]', key: '[secret]' } }).fields).toEqual([
      {
        path: 'login.key',
        message: 'holds [secret] in place of a secret that was not kept: give the secret',
      },
    ]);
  });

  it('shows nothing of a text that is no JSON', () => {
    const plugin = definePlugin({
      name: 'test.login',
      input: z.object({ key }),
      process: () => null,
    });
    for (const text of [`{"key":"${word}`, word]) {
      const error = refusalOf(() => readInput(plugin, text, () => null));
      expect(inspect(error, { depth: 20 })).not.toContain(word.slice(0, 9));
    }
  });
});

describe('what is said of a bad output', () => {
  const plugin = definePlugin({
    name: 'test.login',
    input: z.object({ key }),
    output: z.object({ n: z.number() }),
    process: () => ({ n: 1 }),
  });

  it('shows no value: it may be made of a secret', () => {
    const error = refusalOf(() => parseOutput(plugin, { n: `${word}!` }));
    expect(error).toMatchObject({ code: 'INVALID_OUTPUT', fields: [{ path: 'n' }] });
    expect(inspect(error, { depth: 20 })).not.toContain(word.slice(0, 12));
  });
});

import { fromPromise } from 'xstate';
import { describe, expect, it } from 'vitest';
import { RunstateError } from '../../src/kernel/errors.ts';
import { isSupervisorDefinition } from '../../src/supervisor/supervisor-definition.ts';
import { supervisor } from '../../src/supervisor/supervisor.ts';

const logic = fromPromise(async () => 1);
const leaf = supervisor({ name: 'leaf', children: [] });

/** Options as JavaScript callers may give them. */
const define = (options: unknown) => supervisor(options as Parameters<typeof supervisor>[0]);

describe('supervisor', () => {
  it('fills in what is left out', () => {
    expect(supervisor({ children: [{ name: 'a', logic }] })).toMatchObject({
      name: 'supervisor',
      strategy: 'one-for-one',
      maxRestarts: 3,
      windowMs: 60_000,
      children: [{ name: 'a', logic, input: undefined, restart: 'permanent', shutdownMs: 5_000 }],
    });
  });

  it('keeps what is given', () => {
    const options = {
      name: 'cryostat',
      strategy: 'rest-for-one',
      maxRestarts: 0,
      windowMs: 1,
      children: [{ name: 'a', logic, input: undefined, restart: 'temporary', shutdownMs: 0 }],
    } as const;
    expect(supervisor(options)).toMatchObject(options);
  });

  it('takes a supervisor as a child, without a deadline of its own', () => {
    const { children } = supervisor({ children: [{ name: 'inner', logic: leaf }] });
    expect(children).toMatchObject([{ name: 'inner', logic: leaf, shutdownMs: null }]);
  });

  it('cannot be changed afterwards', () => {
    const children = [{ name: 'a', logic }];
    const definition = supervisor({ children });
    children.push({ name: 'b', logic });
    expect(definition.children).toHaveLength(1);
    expect(Object.isFrozen(definition)).toBe(true);
    expect(Object.isFrozen(definition.children)).toBe(true);
    expect(Object.isFrozen(definition.children[0])).toBe(true);
  });

  it.each([
    [undefined, 'options', 'an object', 'undefined'],
    ['x', 'options', 'an object', '"x"'],
    [{}, 'children', 'an array of children', 'undefined'],
    [{ children: {} }, 'children', 'an array of children', '{}'],
    [{ name: '', children: [] }, 'name', 'a text that is not empty and has no `/`', '""'],
    [{ name: 7, children: [] }, 'name', 'a text that is not empty and has no `/`', '7'],
    [
      { strategy: 'all', children: [] },
      'strategy',
      '`one-for-one`, `one-for-all` or `rest-for-one`',
      '"all"',
    ],
    [{ maxRestarts: -1, children: [] }, 'maxRestarts', 'a whole number of at least 0', '-1'],
    [{ maxRestarts: 1.5, children: [] }, 'maxRestarts', 'a whole number of at least 0', '1.5'],
    [{ maxRestarts: '3', children: [] }, 'maxRestarts', 'a whole number of at least 0', '"3"'],
    [{ windowMs: 0, children: [] }, 'windowMs', 'a positive number of milliseconds', '0'],
    [{ windowMs: Number.NaN, children: [] }, 'windowMs', 'a positive number of milliseconds', ''],
    // oxlint-disable-next-line no-sparse-arrays -- What a hole in the list does.
    [{ children: [{ name: 'a', logic }, ,] }, 'children[1]', 'an object', 'undefined'],
    [{ children: [null] }, 'children[0]', 'an object', 'null'],
    [{ children: [{ logic }] }, 'children[0].name', 'a text that is not empty', 'undefined'],
    [{ children: [{ name: ' ', logic }] }, 'children[0].name', 'a text that is not empty', '" "'],
    [{ children: [{ name: 'a/b', logic }] }, 'children[0].name', 'has no `/`', '"a/b"'],
    [
      {
        children: [
          { name: 'a', logic },
          { name: 'a', logic },
        ],
      },
      'children[1].name',
      'unique among its siblings',
      '"a"',
    ],
    [{ children: [{ name: 'a' }] }, 'children[0].logic', 'XState actor logic', 'undefined'],
    [{ children: [{ name: 'a', logic: {} }] }, 'children[0].logic', 'XState actor logic', '{}'],
    [
      { children: [{ name: 'a', logic: () => {} }] },
      'children[0].logic',
      'XState actor logic',
      '() => {',
    ],
    [
      { children: [{ name: 'a', logic, restart: 'always' }] },
      'children[0].restart',
      '`permanent`, `transient` or `temporary`',
      '"always"',
    ],
    [
      { children: [{ name: 'a', logic, shutdownMs: -1 }] },
      'children[0].shutdownMs',
      'a number of milliseconds of at least 0',
      '-1',
    ],
    [
      { children: [{ name: 'a', logic, shutdownMs: Number.POSITIVE_INFINITY }] },
      'children[0].shutdownMs',
      'a number of milliseconds of at least 0',
      '',
    ],
    [
      { children: [{ name: 'a', logic: leaf, shutdownMs: 5 }] },
      'children[0].shutdownMs',
      'left out for a supervisor',
      '5',
    ],
    [
      { children: [{ name: 'a', logic: leaf, input: 5 }] },
      'children[0].input',
      'left out for a supervisor',
      '5',
    ],
  ])('refuses %j at %s', (options, option, demand, value) => {
    const refusal = (): unknown => define(options);
    expect(refusal).toThrow(RunstateError);
    expect(refusal).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
    expect(refusal).toThrow(`Option \`${option}\` must be`);
    expect(refusal).toThrow(demand);
    expect(refusal).toThrow(`got ${value}`);
  });
});

describe('isSupervisorDefinition', () => {
  it.each([
    [leaf, true],
    [{ ...leaf }, true],
    [logic, false],
    [null, false],
    ['supervisor', false],
  ])('tells %o: %s', (value, expected) => {
    expect(isSupervisorDefinition(value)).toBe(expected);
  });
});

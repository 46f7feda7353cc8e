import { fromPromise } from 'xstate';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePlugin, RunstateError } from '../../src/index.ts';
import { finishPlugin, isDefinedPlugin } from '../../src/wire/plugin.ts';

const process = (): null => null;

const refusal = (definition: object): unknown => {
  try {
    definePlugin(definition as never);
  } catch (error) {
    return error;
  }
  return null;
};

describe('definePlugin', () => {
  it('fills in what is not said', () => {
    expect(definePlugin({ name: 'a.b', process })).toMatchObject({
      name: 'a.b',
      effect: 'unsafe',
      runner: 'inline',
      suspend: 'refuse',
      output: null,
      logic: null,
      onSettled: null,
    });
  });

  it.each([
    [{ effect: 'idempotent' }, 'cooperative'],
    [{ effect: 'resumable' }, 'cooperative'],
    [{ effect: 'unsafe' }, 'refuse'],
    [{ effect: 'unsafe', suspend: 'cooperative' }, 'cooperative'],
    [{ effect: 'idempotent', suspend: 'refuse' }, 'refuse'],
  ] as const)('suspends %o by %s', (traits, suspend) => {
    expect(definePlugin({ name: 'a.b', process, ...traits }).suspend).toBe(suspend);
  });

  it('does not suspend an actor', () => {
    const logic = fromPromise(async () => 1);
    expect(definePlugin({ name: 'a.b', effect: 'idempotent', logic }).suspend).toBe('refuse');
  });

  it('is not changed any more', () => {
    expect(Object.isFrozen(definePlugin({ name: 'a.b', process }))).toBe(true);
  });

  it.each([
    ['name', ''],
    ['name', 'with space'],
    ['name', undefined],
    ['name', 5],
    ['description', 5],
    ['effect', 'harmless'],
    ['runner', 'cloud'],
    ['suspend', 'always'],
    ['timeoutMs', 0],
    ['timeoutMs', Number.NaN],
    ['timeoutMs', Infinity],
    ['timeoutMs', '5'],
    ['queueTimeoutMs', -1],
    ['deadlineMs', null],
    ['heartbeatTimeoutMs', -1],
    ['teardownTimeoutMs', 0],
    ['graceMs', -1],
    ['retries', -1],
    ['retries', { max: 1, jitter: 2 }],
    ['resources', ''],
    ['resources', ['motor', '']],
    ['resources', [5]],
    ['resources', { motor: 0 }],
    ['resources', { motor: 1.5 }],
    ['resources', null],
    ['reprocessIgnore', 'x'],
    ['implSchemas', [5]],
    ['implSchemas', 5],
    ['module', './here.ts'],
    ['input', { x: 'number' }],
    ['output', {}],
    ['onSettled', 'later'],
    ['setup', true],
    ['process', 'code'],
    ['teardown', {}],
    ['abort', 5],
    ['timoutMs', 5],
  ])('refuses %s %o by name and value', (field, value) => {
    const error = refusal({ name: 'a.b', process, [field]: value });
    expect(error).toBeInstanceOf(RunstateError);
    expect(error).toMatchObject({ code: 'PLUGIN_INVALID' });
    expect((error as Error).message).toContain(`\`${field}\``);
    expect((error as Error).message).toContain('got ');
  });

  it('wants logic to be that of an actor', () => {
    expect(refusal({ name: 'a.b', logic: () => null })).toMatchObject({
      code: 'PLUGIN_INVALID',
      message: expect.stringContaining('`logic` must be the logic of an XState actor') as string,
    });
  });

  it.each([
    ['nexus; peaks;;nexus', ['nexus', 'peaks']],
    [
      [' nexus ', '', 'peaks'],
      ['nexus', 'peaks'],
    ],
    [' ; ', undefined],
    [[], undefined],
  ])('reads implSchemas %j as a list of names', (implSchemas, names) => {
    expect(definePlugin({ name: 'a.b', process, implSchemas }).implSchemas).toEqual(names);
  });

  it('takes undefined as not said', () => {
    const said = { name: 'a.b', process, timeoutMs: undefined, output: undefined };
    expect(refusal(said)).toBeNull();
  });

  it('wants process or logic, and not both', () => {
    const logic = fromPromise(async () => 1);
    for (const definition of [{ name: 'a.b' }, { name: 'a.b', process, logic }]) {
      expect(refusal(definition)).toMatchObject({ code: 'PLUGIN_INVALID' });
    }
  });

  it('wants a process group for the signal that suspends', () => {
    expect(refusal({ name: 'a.b', process, suspend: 'signal' })).toMatchObject({
      code: 'PLUGIN_INVALID',
    });
  });

  it.each(['thread', 'process'] as const)('wants to know where code for a %s is', (runner) => {
    expect(refusal({ name: 'a.b', process, runner })).toMatchObject({
      code: 'PLUGIN_NOT_PORTABLE',
    });
    expect(refusal({ name: 'a.b', process, runner, module: import.meta.url })).toBeNull();
  });

  it('runs actors inline only', () => {
    const logic = fromPromise(async () => 1);
    const definition = { name: 'a.b', logic, runner: 'thread', module: import.meta.url };
    expect(refusal(definition)).toMatchObject({ code: 'PLUGIN_INVALID' });
  });
});

describe('finishPlugin', () => {
  it('takes a defined plugin under another name', () => {
    const plugin = definePlugin({
      name: 'a.b',
      process: () => ({}),
      output: z.object({}),
      onSettled: () => {},
    });
    const renamed = finishPlugin({ ...plugin, name: 'a.c' });
    expect(renamed).toEqual({ ...plugin, name: 'a.c' });
    expect(isDefinedPlugin(renamed)).toBe(true);
  });
});

describe('isDefinedPlugin', () => {
  it.each([null, undefined, 'a.b', {}, process, { name: 'a.b', process }])(
    'refuses %o',
    (value) => {
      expect(isDefinedPlugin(value)).toBe(false);
    },
  );
});

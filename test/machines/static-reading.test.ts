import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { machineJson } from '../../src/inspect/machine-json.ts';
import { machines } from '../../src/inspect/machines.ts';
import { importsOf } from '../support/module-imports.ts';
import { code, codeKeys, readMachine } from '../support/static-reading.ts';
import type { Read } from '../support/static-reading.ts';
import { namesIn, statesIn, staticTree } from '../support/static-tree.ts';

/** Machines of which many are alive at once: an invoked actor would cost too much. */
const hotMachines = new Set(['task', 'background-task', 'long-running-command', 'pool']);

const names = readdirSync('machines').map((file) => file.replace(/\.machine\.ts$/, ''));
const cases = names.map((name) => {
  const file = `machines/${name}.machine.ts`;
  return { name, file, reading: readMachine(file), machine: machines[name] };
});

/** The configuration that runs, with the same marks as a reading, and without what setup adds. */
function withoutCode(value: unknown): Read {
  if (Array.isArray(value)) return value.map(withoutCode);
  if (typeof value !== 'object' || value === null) return value as Read;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => key !== 'schemas' && item !== undefined)
      .map(([key, item]) => [key, codeKeys.has(key) ? code : withoutCode(item)]),
  );
}

const camelCase = (name: string): string =>
  name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** A file whose machine has this configuration. */
const around = (config: string, before = ''): string =>
  `import { setup } from 'xstate';\n${before}\nexport const aMachine = setup({}).createMachine(${config});`;

describe.each(cases)('machines/$name', ({ name, file, reading, machine }) => {
  const tree = staticTree(reading.config);
  const states = statesIn(tree);

  it('reads as the configuration that runs', () => {
    expect(reading.config).toEqual(withoutCode(machine?.config));
  });

  it('reads as the tree of states and transitions that runs', () => {
    expect(machine === undefined ? null : machineJson(machine)).toEqual(tree);
  });

  it('leads every transition to a state that exists', () => {
    const ids = states.map(({ id }) => `#${id}`);
    const targets = states.flatMap(({ on = {}, after = {}, always = [] }) =>
      [...Object.values(on), ...Object.values(after), always].flat().flatMap((one) => one.target),
    );
    expect(ids).toEqual(expect.arrayContaining(targets.filter((id) => id !== undefined)));
  });

  it('imports nothing at run time but xstate', () => {
    const needed = importsOf(file).filter(({ isType }) => !isType);
    expect(needed.map(({ specifier }) => specifier)).toEqual(['xstate']);
  });

  it('has one name in its file, its id and its export', () => {
    expect(reading.config['id']).toBe(camelCase(name));
    expect(reading.exportName).toBe(`${camelCase(name)}Machine`);
  });

  it('says what it is, and of every state what it means', () => {
    expect(reading.description).toMatch(/^[A-Z].*\.$/s);
    const silent = states.filter(
      ({ id, description }) => id !== tree.id && !/^[A-Z].*\.$/.test(description ?? ''),
    );
    expect(silent.map(({ id }) => id)).toEqual([]);
  });

  it('declares every name it uses, and uses every name it declares', () => {
    const kinds = ['actions', 'guards', 'actors', 'delays'];
    const declared = kinds.map((kind) => [kind, new Set(reading.declared[kind])]);
    expect(Object.fromEntries(declared)).toEqual(namesIn(tree));
  });

  it('declares in setup only types and the four kinds of names', () => {
    const kinds = ['types', 'actors', 'actions', 'guards', 'delays'];
    expect(kinds).toEqual(expect.arrayContaining(Object.keys(reading.declared)));
  });

  it('names states in camelCase and events as noun.verb', () => {
    for (const { id } of states) expect(id).toMatch(/^[a-zA-Z]+(?:\.[a-z][a-zA-Z]*)*$/);
    for (const { on = {} } of states) {
      for (const event of Object.keys(on)) {
        expect(event).toMatch(/^(?:xstate\.|[a-z][a-zA-Z]*(?:\.[a-z][a-zA-Z]*)+$)/);
      }
    }
  });

  const isHot = reading.description.includes('A hot machine');

  it('says that it is hot when it is', () => {
    expect(isHot || !hotMachines.has(name)).toBe(true);
  });

  it.runIf(isHot)('invokes nothing and sets no timer, being hot', () => {
    const busy = states.filter(({ invoke, after }) => invoke !== undefined || after !== undefined);
    expect(busy).toEqual([]);
  });
});

describe('readMachine', () => {
  it('reads a literal to the last leaf', () => {
    const { config } = readMachine(
      'a.ts',
      around("{ id: 'a', context: f(), states: { b: { tags: ['t'] } } }"),
    );
    expect(config).toEqual({ id: 'a', context: code, states: { b: { tags: ['t'] } } });
  });

  it.each([
    ['a computed key', around('{ states: { [name]: {} } }')],
    ['a spread', around('{ states: { ...others } }')],
    ['a spread in a list', around('{ tags: [...others] }')],
    ['a helper that returns a state', around('{ states: { b: waiting() } }')],
    ['a name', around('{ states: { b: c } }')],
    ['a shorthand', around('{ states: { b } }')],
    ['a method', around('{ states: { b: { entry() {} } } }')],
    ['a template string', around('{ initial: `b` }')],
    ['a sum of strings', around("{ initial: 'a' + 'b' }")],
    ['a cast', around('{ states: { b: {} as never } }')],
    ['a function in place', around('{ states: { b: { entry: () => {} } } }')],
    ['a configuration in a variable', around('config')],
    ['a constant beside the machine', around("{ id: 'a' }", "const b = 'c';")],
    [
      'a second machine',
      around("{ id: 'a' }", 'export const bMachine = setup({}).createMachine({});'),
    ],
    ['a machine without setup', 'export const aMachine = createMachine({});'],
    ['a machine that is provided', 'export const a = setup({}).createMachine({}).provide({});'],
    ['no machine', "import { setup } from 'xstate';"],
    ['what is no TypeScript', 'export const = 1'],
  ])('refuses %s', (_, source) => {
    expect(() => readMachine('a.ts', source)).toThrow(/^a\.ts/);
  });
});

describe('staticTree', () => {
  it.each([
    ['a transition that is a string', { on: { e: 'b' } }],
    ['an action that is a string', { entry: ['act'] }],
    ['actions that are no list', { on: { e: { actions: { type: 'act' } } } }],
    ['a guard that is a string', { on: { e: { guard: 'g' } } }],
    ['a transition with a key nobody reads', { on: { e: { cond: 'x' } } }],
  ])('refuses %s', (_, state) => {
    expect(() =>
      staticTree({ id: 'a', states: { b: state as Record<string, Read & {}> } }),
    ).toThrow(/is not written as|which is not read/);
  });
});

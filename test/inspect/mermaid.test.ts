import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { machineJson } from '../../src/inspect/machine-json.ts';
import { machines } from '../../src/inspect/machines.ts';
import { mermaidOf } from '../../src/inspect/mermaid.ts';
import { statesIn } from '../support/static-tree.ts';

const drawn = (config: object): string => mermaidOf(createMachine(config));

describe('mermaidOf', () => {
  it('draws where a machine begins and ends, and every transition with its event and guard', () => {
    expect(
      drawn({
        id: 'lamp',
        initial: 'off',
        states: {
          off: {
            on: {
              'lamp.on': { target: 'on', guard: { type: 'hasPower' } },
              'lamp.test': { actions: [{ type: 'blink' }, { type: 'count' }] },
            },
          },
          on: {
            on: { 'lamp.off': 'off', 'lamp.break': 'broken' },
            after: { 500: 'off', dusk: 'off' },
          },
          broken: { type: 'final' },
        },
      }),
    ).toMatchInlineSnapshot(`
      "stateDiagram-v2
        [*] --> off
        state "off" as off
        off : lamp.test / blink, count
        state "on" as on
        state "broken" as broken
        broken --> [*]
        off --> on : lamp.on [hasPower]
        on --> off : lamp.off<br/>after 500 ms<br/>after dusk
        on --> broken : lamp.break
      "
    `);
  });

  it('draws states inside states', () => {
    expect(
      drawn({
        id: 'job',
        initial: 'active',
        states: {
          active: {
            initial: 'a',
            states: { a: { always: { target: 'b', guard: 'isReady' } }, b: { type: 'final' } },
            onDone: 'ended',
            on: { note: { actions: 'keep' } },
          },
          ended: {},
        },
      }),
    ).toMatchInlineSnapshot(`
      "stateDiagram-v2
        [*] --> active
        state "active" as active {
          [*] --> active_a
          state "a" as active_a
          state "b" as active_b
          active_b --> [*]
        }
        state "ended" as ended
        active --> ended : done
        active_a --> active_b : [isReady]
        note right of active
          note / keep
        end note
      "
    `);
  });

  it('draws parallel regions, in a frame', () => {
    expect(
      drawn({
        id: 'camera',
        type: 'parallel',
        states: { shutter: { initial: 'shut', states: { shut: {} } }, cooler: {} },
      }),
    ).toMatchInlineSnapshot(`
      "stateDiagram-v2
        state "camera" as camera {
          state "shutter" as shutter {
            [*] --> shutter_shut
            state "shut" as shutter_shut
          }
          --
          state "cooler" as cooler
        }
      "
    `);
  });

  it('draws a transition into its own state from each state that can take it', () => {
    const text = drawn({
      id: 'm',
      initial: 'a',
      on: { reset: '.a' },
      states: { a: {}, b: { initial: 'c', states: { c: {} } }, end: { type: 'final' } },
    });
    expect(text).toContain('\n  a --> a : reset\n  b --> a : reset\n');
    expect(text).not.toContain('m -->');
    expect(text).not.toMatch(/end_? --> a/);
  });

  it('draws what follows the end of a state from where it ends', () => {
    const text = drawn({
      id: 'm',
      initial: 'a',
      states: {
        a: { initial: 'b', onDone: '.b', states: { b: {}, c: { type: 'final' } } },
      },
    });
    expect(text).toContain('\n  a_c --> a_b : done\n');
    expect(text).not.toContain('a_b -->');
  });

  it('draws a transition to a state around its own to where that begins', () => {
    const text = drawn({
      id: 'm',
      initial: 'a',
      states: { a: { initial: 'b', states: { b: {}, c: { on: { again: '#m.a' } } } } },
    });
    expect(text).toContain('\n  a_c --> a_b : again\n');
  });

  it('gives states that share a key, or have a word of Mermaid as key, names of their own', () => {
    const text = drawn({
      id: 'm',
      initial: 'end',
      states: { end: {}, a: { initial: 'b-c', states: { 'b-c': {} } }, 'a_b-c': {}, note: {} },
    });
    const names = [...text.matchAll(/state "([^"]+)" as (\w+)/g)].map(([, key, name]) => [
      key,
      name,
    ]);
    expect(names).toEqual([
      ['end', 'end_'],
      ['a', 'a'],
      ['b-c', 'a_b_c'],
      ['a_b-c', 'a_b_c_'],
      ['note', 'note_'],
    ]);
  });

  it('escapes what Mermaid would read as its own', () => {
    const text = drawn({ id: 'm', initial: 'a', states: { a: { on: { 'x:"y";%%\n<z>': 'a' } } } });
    expect(text).toContain('a --> a : x#58;#34;y#34;#59;#37;#37; #60;z#62;\n');
  });

  it('draws history states by their sign', () => {
    const states = { shallow: { type: 'history' }, deep: { type: 'history', history: 'deep' } };
    const text = drawn({ id: 'm', initial: 'a', states: { a: {}, ...states } });
    expect(text).toContain('state "H" as shallow');
    expect(text).toContain('state "H*" as deep');
  });

  it('draws a machine that has one state only', () => {
    expect(drawn({ id: 'counter', on: { add: { actions: 'count' } } })).toBe(
      'stateDiagram-v2\n  state "counter" as counter\n  counter : add / count\n',
    );
  });

  it('draws a description that was written as JSON', () => {
    const json = machineJson(createMachine({ id: 'm', initial: 'a', states: { a: {} } }));
    expect(mermaidOf(JSON.parse(JSON.stringify(json)) as typeof json)).toContain('[*] --> a');
  });

  describe.each(Object.entries(machines))('of %s', (_, machine) => {
    const text = mermaidOf(machine);
    const [, ...states] = statesIn(machineJson(machine));

    it('holds every state once', () => {
      const found = [...text.matchAll(/^ *state "[^"]+" as (\w+)/gm)].map(([, name]) => name);
      expect(new Set(found).size).toBe(found.length);
      expect(found.length).toBeGreaterThanOrEqual(states.length);
    });

    it('holds every event and every guard', () => {
      const transitions = states.flatMap(({ on = {} }) => Object.entries(on));
      const events = transitions
        .map(([event]) => event)
        .filter((name) => !name.startsWith('xstate.'));
      const guards = transitions.flatMap(([, found]) => found.flatMap(({ guard }) => guard ?? []));
      const told = [...events, ...guards.map(({ type }) => `[${type}]`)];
      expect(told.filter((label) => !text.includes(label))).toEqual([]);
    });
  });
});

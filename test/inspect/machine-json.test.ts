import { describe, expect, it } from 'vitest';
import { and, assign, createMachine, fromPromise, not, setup } from 'xstate';
import { machineJson } from '../../src/inspect/machine-json.ts';
import { machines } from '../../src/inspect/machines.ts';

function isWarm(): boolean {
  return true;
}

describe('machineJson', () => {
  it('describes states, transitions and names as data', () => {
    const door = setup({
      actions: { ring: () => {}, count: assign({}) },
      guards: { isClosed: () => true },
    }).createMachine({
      id: 'door',
      initial: 'shut',
      entry: [{ type: 'count' }],
      states: {
        shut: {
          description: 'Nobody gets in.',
          tags: ['safe'],
          exit: [{ type: 'ring', params: { times: 2 } }],
          on: { 'door.open': { guard: { type: 'isClosed' }, target: 'open', reenter: true } },
        },
        open: { type: 'final' },
      },
    });
    expect(machineJson(door)).toEqual({
      id: 'door',
      type: 'compound',
      initial: 'shut',
      entry: [{ type: 'count' }],
      states: {
        shut: {
          id: 'door.shut',
          type: 'atomic',
          description: 'Nobody gets in.',
          tags: ['safe'],
          exit: [{ type: 'ring', params: { times: 2 } }],
          on: {
            'door.open': [{ target: ['#door.open'], guard: { type: 'isClosed' }, reenter: true }],
          },
        },
        open: { id: 'door.open', type: 'final' },
      },
    });
  });

  it('shows timers as delays, not as the actions that XState makes of them', () => {
    const machine = createMachine({
      id: 'wait',
      initial: 'a',
      states: { a: { entry: 'begin', after: { 500: 'b', backoff: { target: 'b' } } }, b: {} },
    });
    expect(machineJson(machine).states?.['a']).toEqual({
      id: 'wait.a',
      type: 'atomic',
      entry: [{ type: 'begin' }],
      after: { 500: [{ target: ['#wait.b'] }], backoff: [{ target: ['#wait.b'] }] },
    });
  });

  it('shows what an invoked actor leads to as events', () => {
    const machine = createMachine({
      id: 'call',
      invoke: { id: 'work', src: fromPromise(async () => 1), onDone: { actions: 'keep' } },
    });
    expect(machineJson(machine)).toEqual({
      id: 'call',
      type: 'atomic',
      invoke: [{ id: 'work', src: '(inline)' }],
      on: { 'xstate.done.actor.work': [{ actions: [{ type: 'keep' }] }] },
    });
  });

  it('names what is written in place as well as it can', () => {
    const machine = createMachine({
      id: 'code',
      on: {
        a: { guard: () => true, actions: [() => {}, assign({}), isWarm] },
        b: { guard: isWarm, actions: { type: 'log', params: () => ({}) } },
        c: { guard: and([isWarm, not('isCold')]) },
      },
    });
    expect(machineJson(machine).on).toEqual({
      a: [
        {
          guard: { type: '(inline)' },
          actions: [{ type: '(inline)' }, { type: 'xstate.assign' }, { type: 'isWarm' }],
        },
      ],
      b: [{ guard: { type: 'isWarm' }, actions: [{ type: 'log' }] }],
      c: [{ guard: { type: 'and(isWarm, not(isCold))' } }],
    });
  });

  it('keeps parallel regions, history, version and explicit ids', () => {
    const machine = createMachine({
      id: 'camera',
      version: '2',
      type: 'parallel',
      states: {
        shutter: {
          id: 'the-shutter',
          initial: 'shut',
          states: { shut: {}, last: { type: 'history', history: 'deep' } },
        },
        cooler: { on: { reset: '#the-shutter' } },
      },
    });
    const json = machineJson(machine);
    expect(json).toMatchObject({ version: '2', type: 'parallel' });
    expect(json.states?.['shutter']?.states?.['last']).toMatchObject({
      type: 'history',
      history: 'deep',
    });
    expect(json.states?.['cooler']?.on?.['reset']).toEqual([{ target: ['#the-shutter'] }]);
  });

  describe.each(Object.entries(machines))('of %s', (_, machine) => {
    it('is data that JSON keeps whole', () => {
      const json = machineJson(machine);
      expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    });

    it('makes a machine of the same shape', () => {
      const json = machineJson(machine);
      expect(machineJson(createMachine(json as object))).toEqual(json);
    });
  });
});

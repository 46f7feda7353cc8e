import { describe, expect, it } from 'vitest';
import {
  groupOf,
  needsRestart,
  planRecovery,
  planRestart,
} from '../../src/supervisor/child-plan.ts';
import type { PlannedChild } from '../../src/supervisor/child-plan.ts';

const limits = { maxRestarts: 1, windowMs: 1_000 };

type Named = PlannedChild & { readonly name: string };

const child = (name: string, traits: Partial<PlannedChild> = {}): Named => ({
  name,
  restartType: 'permanent',
  isAlive: true,
  isUnjudged: false,
  intent: null,
  rest: 'stopped',
  budget: [],
  ...traits,
});

const failed = child('failed', { isAlive: false });

const shown = (
  changes: readonly { child: Named; intent: string; budget: readonly number[] }[],
): string[] => changes.map((c) => `${c.child.name} ${c.intent} [${c.budget.join()}]`);

describe('needsRestart', () => {
  it.each([
    ['permanent', 'error', true],
    ['permanent', 'done', true],
    ['transient', 'error', true],
    ['transient', 'done', false],
    ['temporary', 'error', false],
    ['temporary', 'done', false],
  ] as const)('says of a %s child that ended by %s: %s', (type, outcome, expected) => {
    expect(needsRestart(type, outcome)).toBe(expected);
  });
});

describe('groupOf', () => {
  it.each([
    ['one-for-one', 'b'],
    ['one-for-all', 'abc'],
    ['rest-for-one', 'bc'],
  ] as const)('of the second of three is, in %s, %s', (strategy, expected) => {
    expect(groupOf(strategy, ['a', 'b', 'c'], 1).join('')).toBe(expected);
  });
});

describe('planRecovery', () => {
  it.each([
    ['one that is alive', {}, ['failed restart [9]', 'other restart [9]']],
    [
      'one that is done',
      { isAlive: false, rest: 'completed' },
      ['failed restart [9]', 'other restart [9]'],
    ],
    [
      'one that ended in the same moment',
      { isAlive: false, isUnjudged: true },
      ['failed restart [9]', 'other restart [9]'],
    ],
    ['one that a person stopped', { isAlive: false }, ['failed restart [9]']],
    ['one that is being stopped for a person', { intent: 'stop' }, ['failed restart [9]']],
    ['one that is down', { isAlive: false, rest: 'down' }, ['failed restart [9]']],
    [
      'one that waits for its start, which is not counted twice',
      { isAlive: false, intent: 'restart', budget: [8] },
      ['failed restart [9]', 'other restart [8]'],
    ],
    [
      'a temporary one, which ends with the group',
      { restartType: 'temporary' },
      ['failed restart [9]', 'other stop []'],
    ],
    [
      'a temporary one that has ended',
      { restartType: 'temporary', isAlive: false, rest: 'completed' },
      ['failed restart [9]'],
    ],
    [
      'a temporary one that ended in the same moment, which is judged by itself',
      { restartType: 'temporary', isAlive: false, isUnjudged: true },
      ['failed restart [9]'],
    ],
  ] as const)('decides about %s', (_, traits, expected) => {
    const { isSpent, changes } = planRecovery(failed, [failed, child('other', traits)], 9, limits);
    expect(isSpent).toBe(false);
    expect(shown(changes)).toEqual(expected);
  });

  it('takes the group down when the budget of the one that ended is spent', () => {
    const spent = { ...failed, budget: [8] };
    const { isSpent, changes } = planRecovery(spent, [child('other'), spent], 9, limits);
    expect(isSpent).toBe(true);
    expect(shown(changes)).toEqual(['other down []', 'failed down [8]']);
  });

  it('takes the group down when the budget of any of its members is spent', () => {
    const other = child('other', { budget: [8] });
    const { isSpent, changes } = planRecovery(failed, [failed, other], 9, limits);
    expect(isSpent).toBe(true);
    expect(shown(changes)).toEqual(['failed down []', 'other down [8]']);
  });

  it('stops temporary siblings of a group that goes down, and does not mark them', () => {
    const spent = { ...failed, budget: [8] };
    const guest = child('guest', { restartType: 'temporary' });
    const { changes } = planRecovery(spent, [spent, guest], 9, limits);
    expect(shown(changes)).toEqual(['failed down [8]', 'guest stop []']);
  });
});

describe('planRestart', () => {
  it.each([
    ['alive', {}],
    ['stopped', { isAlive: false }],
    ['down', { isAlive: false, rest: 'down' }],
    ['done', { isAlive: false, rest: 'completed' }],
    ['temporary', { isAlive: false, restartType: 'temporary' }],
    ['being stopped', { intent: 'stop' }],
  ] as const)('starts the named child with a new budget when it is %s', (_, traits) => {
    const named = child('named', { budget: [8], ...traits });
    expect(shown(planRestart(named, [named]))).toEqual(['named restart []']);
  });

  it('takes along what is alive, done, down or going down, and leaves what a person stopped', () => {
    const named = child('named');
    const group = [
      named,
      child('alive', { budget: [8] }),
      child('done', { isAlive: false, rest: 'completed' }),
      child('down', { isAlive: false, rest: 'down', budget: [8] }),
      child('falling', { intent: 'down', budget: [8] }),
      child('stopped', { isAlive: false }),
      child('guest', { restartType: 'temporary' }),
    ];
    expect(shown(planRestart(named, group))).toEqual([
      'named restart []',
      'alive restart []',
      'done restart []',
      'down restart []',
      'falling restart []',
      'guest stop []',
    ]);
  });
});

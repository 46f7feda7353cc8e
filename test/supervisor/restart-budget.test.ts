import { describe, expect, it } from 'vitest';
import { restartBudgetDefaults, spendRestart } from '../../src/supervisor/restart-budget.ts';

const limits = { maxRestarts: 2, windowMs: 1_000 };

describe('spendRestart', () => {
  it.each([
    ['records the first restart', [], 5, [5]],
    ['puts the newest first', [5], 6, [6, 5]],
    ['refuses one too many', [6, 5], 7, null],
    ['counts what is as old as the window', [1_000, 0], 1_000, null],
    ['forgets what is older than the window', [1_000, 0], 1_001, [1_001, 1_000]],
    ['forgets all after a quiet time', [6, 5], 9_000, [9_000]],
    ['gives nothing back when the clock is set back', [900, 800], 100, null],
  ])('%s', (_, budget, nowMs, expected) => {
    expect(spendRestart(budget, nowMs, limits)).toEqual(expected);
  });

  it('leaves the given budget as it is', () => {
    const budget = Object.freeze([5]);
    spendRestart(budget, 6, limits);
    expect(budget).toEqual([5]);
  });

  it('allows none when none is allowed', () => {
    expect(spendRestart([], 0, { maxRestarts: 0, windowMs: 1_000 })).toBeNull();
  });

  it('allows three restarts a minute by default', () => {
    const spent = [10, 20, 30].reduce<readonly number[] | null>(
      (budget, nowMs) => spendRestart(budget ?? [], nowMs, restartBudgetDefaults),
      [],
    );
    expect(spent).toEqual([30, 20, 10]);
    expect(spendRestart(spent ?? [], 40, restartBudgetDefaults)).toBeNull();
    expect(spendRestart(spent ?? [], 60_011, restartBudgetDefaults)).toEqual([60_011, 30, 20]);
  });
});

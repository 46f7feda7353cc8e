import { describe, expect, it } from 'vitest';
import { waitingKey, waitingText } from '../../src/cli/waiting-text.ts';
import { momentText } from '../../src/cli/words.ts';
import type { WaitingFor } from '../../src/kernel/waiting.ts';

const at = 1_000_000_000_000;

const onDoor = (value: string): WaitingFor => ({
  reason: 'condition',
  conditions: [
    {
      name: 'door closed',
      problem: 'unmet',
      message: `condition "door closed" is not met: ${value}`,
      value,
    },
    { name: 'beam on', problem: 'stale', message: 'condition "beam on" is stale:\nold' },
  ],
});

describe('waitingText', () => {
  it.each([
    [
      onDoor('"open"'),
      'condition "door closed" is not met: "open"; condition "beam on" is stale: old',
    ],
    [{ reason: 'dependency', tasks: [3, 4] }, 'task 3, task 4'],
    [{ reason: 'concurrency', limit: 8 }, 'a free slot (of 8)'],
    [
      { reason: 'resource', resources: [{ name: 'motor', units: 1, heldBy: [2] }] },
      'resource "motor"',
    ],
    [{ reason: 'schedule', until: at }, `its time: ${momentText(at)}`],
    [{ reason: 'retry', until: at, attempt: 2 }, `attempt 2: ${momentText(at)}`],
    [{ reason: 'hold', by: { who: 'ada' }, note: 'lunch' }, 'the end of the hold of ada: lunch'],
    [{ reason: 'hold' }, 'the end of the hold'],
    [{ reason: 'plugin', plugin: 'a.b' }, 'plugin "a.b"'],
    [{ reason: 'worker', runner: 'thread' }, 'a place to run (thread)'],
    [
      { reason: 'operator', code: 'X', message: 'what became of it?' },
      'an operator: what became of it?',
    ],
  ] satisfies [WaitingFor, string][])('of %j is %j', (waiting, text) => {
    expect(waitingText(waiting)).toBe(text);
  });

  it('is told again for another problem, and not for a value that moves', () => {
    expect(waitingKey(onDoor('1'))).toBe(waitingKey(onDoor('2')));
    expect(waitingKey({ reason: 'concurrency', limit: 8 })).not.toBe(waitingKey(onDoor('1')));
  });
});

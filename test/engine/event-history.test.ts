import { describe, expect, it } from 'vitest';
import type { TaskEvent } from '../../src/index.ts';
import { EventHistory } from '../../src/engine/event-history.ts';
import { expectRising } from '../support/task-events.ts';

describe('EventHistory', () => {
  const event = (seq: number, type: 'progress' | 'status'): TaskEvent =>
    ({ type, seq, taskId: 1, at: seq }) as TaskEvent;

  it('puts the gap where the dropped events were', () => {
    const history = new EventHistory();
    let seq = 0;
    history.push(event((seq += 1), 'status'));
    for (let count = 0; count < 500; count += 1) history.push(event((seq += 1), 'progress'));
    history.push(event((seq += 1), 'status'));
    for (let count = 0; count < 1_200; count += 1) history.push(event((seq += 1), 'progress'));
    history.push(event((seq += 1), 'status'));
    const events = history.replay();
    expect(events.map(({ type }) => type).filter((type) => type !== 'progress')).toEqual([
      'status',
      'status',
      'gap',
      'status',
    ]);
    expect(events.find(({ type }) => type === 'gap')).toEqual({
      type: 'gap',
      seq: 702,
      taskId: 1,
      at: 702,
      missed: 700,
    });
    expectRising(events);
  });

  it('gives a reader a gap for each time it falls behind', () => {
    const history = new EventHistory();
    const position = { lasting: 0, recent: 0 };
    const read = (): readonly TaskEvent[] => {
      const events: TaskEvent[] = [];
      for (;;) {
        const next = history.read(position);
        if (next === undefined) return events;
        events.push(next);
      }
    };
    let seq = 0;
    const missed = [1_500, 900, 2_600, 0, 1_001].map((count) => {
      for (let step = 0; step < count; step += 1) history.push(event((seq += 1), 'progress'));
      const [first] = read();
      return first?.type === 'gap' ? first.missed : 0;
    });
    expect(missed).toEqual([500, 0, 1_600, 0, 1]);
    expect([position.recent, seq]).toEqual([6_001, 6_001]);
  });
});

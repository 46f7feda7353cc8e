import { describe, expect, it } from 'vitest';
import { EventLog } from '../../src/streams/event-log.ts';

describe('EventLog', () => {
  it('hands every event to everyone once, in order, also those appended while it hands out', () => {
    const log = new EventLog<number>();
    const one: number[] = [];
    const other: number[] = [];
    log.events$.subscribe((value) => {
      one.push(value);
      if (value < 3) log.append(value + 1);
    });
    log.events$.subscribe((value) => other.push(value));
    log.append(1);
    expect(one).toEqual([1, 2, 3]);
    expect(other).toEqual([1, 2, 3]);
  });

  it('completes after the last event, also when it ends while it hands out', () => {
    const log = new EventLog<number>();
    const seen: unknown[] = [];
    log.events$.subscribe({
      next: (value) => {
        seen.push(value);
        if (value === 1) {
          log.append(2);
          log.end();
        }
      },
      complete: () => seen.push('complete'),
    });
    log.append(1);
    expect(seen).toEqual([1, 2, 'complete']);
  });

  it('gives nothing more to those who have left', () => {
    const log = new EventLog<number>();
    const seen: number[] = [];
    const subscription = log.events$.subscribe((value) => {
      seen.push(value);
      subscription.unsubscribe();
    });
    log.append(1);
    log.append(2);
    expect(seen).toEqual([1]);
  });

  it('shows a view that does not grow', () => {
    const log = new EventLog<string>();
    log.append('a');
    log.append('b');
    const { view } = log;
    log.append('c');
    expect([view.length, view.at(0), view.at(-1), view.at(2), view.at(-3)]).toEqual([
      2,
      'a',
      'b',
      undefined,
      undefined,
    ]);
    expect(view.toArray()).toEqual(['a', 'b']);
    expect([...view]).toEqual(['a', 'b']);
  });
});

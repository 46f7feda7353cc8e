import { BehaviorSubject, Observable, of, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { ConditionWatch } from '../../src/engine/condition-watch.ts';
import { condition } from '../../src/index.ts';
import type { ConditionOptions } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { Condition, ConditionSource, ReadContext } from '../../src/wire/condition.ts';

const isTrue = (value: unknown): boolean => value === true;

const conditionOf = (
  source: ConditionSource<unknown>,
  options: Partial<ConditionOptions> = {},
): Condition => condition(source, isTrue, { name: 'a', ...options });

/** An open watch, what it told, and what was thrown. */
function watchOf(source: ConditionSource<unknown>, options: Partial<ConditionOptions> = {}) {
  const clock = simulatedClock();
  const told: boolean[] = [];
  const thrown: unknown[] = [];
  const watch: ConditionWatch = new ConditionWatch(conditionOf(source, options), {
    clock,
    changed: () => void told.push(watch.isMet),
    threw: (error) => void thrown.push(error),
  });
  watch.open();
  return { watch, clock, told, thrown };
}

describe('ConditionWatch of a function', () => {
  it('calls it at once and once each period, and tells only of changes', async () => {
    const values = [false, false, true, true, false];
    let calls = 0;
    const { watch, clock, told } = watchOf(() => values[calls++], { periodMs: 100 });
    expect([calls, watch.reading.problem]).toEqual([1, 'unmet']);
    await clock.advance(99);
    expect(calls).toBe(1);
    await clock.advance(301);
    expect([calls, told]).toEqual([5, [true, false]]);
    watch.close();
    expect(clock.pending).toBe(0);
  });

  it('counts the period from call to call, and has one call at a time', async () => {
    const answers = [deferred<boolean>(), deferred<boolean>()];
    let calls = 0;
    const { watch, clock } = watchOf(() => answers[calls++]?.promise, { periodMs: 100 });
    await clock.advance(250);
    expect(calls).toBe(1);
    answers[0]?.resolve(true);
    await clock.advance(50);
    expect([calls, watch.isMet]).toEqual([2, true]);
    watch.close();
  });

  it('takes what is thrown, and what is rejected, as a reading', async () => {
    let calls = 0;
    const { watch, clock, told } = watchOf(() => {
      calls += 1;
      if (calls === 1) throw new Error('no route');
      return calls === 2 ? Promise.reject(new Error('no answer')) : true;
    });
    expect(watch.reading.message).toBe('condition "a" cannot be read: no route');
    await clock.advance(1_000);
    expect(watch.reading.message).toBe('condition "a" cannot be read: no answer');
    await clock.advance(1_000);
    expect(told).toEqual([true]);
    watch.close();
  });

  it('waits for an answer no longer than three periods, aborts the call, and calls again', async () => {
    const signals: AbortSignal[] = [];
    const late = deferred<boolean>();
    const read = ({ signal }: ReadContext): unknown => {
      signals.push(signal);
      return signals.length === 1 ? late.promise : new Promise(() => {});
    };
    const { watch, clock, told } = watchOf(read, { periodMs: 100 });
    await clock.advance(299);
    expect([watch.reading.message, signals[0]?.aborted]).toEqual([
      'condition "a" cannot be read: no value has come yet',
      false,
    ]);
    await clock.advance(1);
    expect([watch.reading.message, signals.length, signals[0]?.aborted]).toEqual([
      'condition "a" cannot be read: no answer came within 300 ms',
      2,
      true,
    ]);
    late.resolve(true);
    await clock.advance(0);
    expect(told).toEqual([]);
    watch.close();
    expect([signals.at(-1)?.aborted, clock.pending]).toEqual([true, 0]);
  });

  it('is stale when its value is too old', async () => {
    let calls = 0;
    const read = (): unknown => (calls++ === 0 ? true : new Promise(() => {}));
    const { watch, clock, told } = watchOf(read, { periodMs: 100, staleMs: 150 });
    await clock.advance(149);
    expect(watch.isMet).toBe(true);
    await clock.advance(1);
    expect(watch.reading).toMatchObject({ problem: 'stale', value: true });
    expect(watch.reading.message).toContain('150 ms');
    expect(told).toEqual([true, false]);
    watch.close();
  });

  it('logs what a listener of the signal throws', async () => {
    const { watch, clock, thrown } = watchOf(
      ({ signal }) => {
        signal.addEventListener('abort', () => {
          throw new Error('listener');
        });
        return new Promise(() => {});
      },
      { periodMs: 100 },
    );
    await clock.advance(300);
    expect(thrown).toEqual([new Error('listener')]);
    watch.close();
  });

  it('listens to the Observable that it gives, and calls again when that ends', async () => {
    const streams: Subject<unknown>[] = [];
    const { watch, clock } = watchOf(() => {
      const stream = new Subject<unknown>();
      streams.push(stream);
      return stream;
    });
    streams[0]?.next(true);
    await clock.advance(60_000);
    expect([watch.isMet, streams.length]).toEqual([true, 1]);
    streams[0]?.error(new Error('strict'));
    expect(watch.reading.message).toBe('condition "a" cannot be read: strict');
    await clock.advance(1_000);
    streams[1]?.next(true);
    expect([watch.isMet, streams.length]).toEqual([true, 2]);
    watch.close();
    expect([streams[1]?.observed, clock.pending]).toEqual([false, 0]);
  });

  it('looks again when asked: at once, or by the answer that is under way', async () => {
    let isOn = true;
    const atOnce = watchOf(() => isOn);
    isOn = false;
    expect([atOnce.watch.isMet, atOnce.watch.look(), atOnce.watch.isMet]).toEqual([
      true,
      null,
      false,
    ]);
    atOnce.watch.close();
    const answer = deferred<boolean>();
    const { watch } = watchOf(() => answer.promise);
    const first = watch.look();
    expect(watch.look()).toBe(first);
    answer.resolve(true);
    await first;
    expect(watch.isMet).toBe(true);
    watch.close();
  });

  it('answers whoever waits for a look when it is closed', async () => {
    const { watch } = watchOf(() => new Promise(() => {}));
    const look = watch.look();
    watch.close();
    expect(await look).toBeUndefined();
    expect(watch.look()).toBeNull();
  });
});

describe('ConditionWatch of an Observable', () => {
  it('has its last value for as long as it is open', async () => {
    const values = new BehaviorSubject<unknown>(true);
    const { watch, clock, told } = watchOf(values);
    await clock.advance(1_000_000);
    expect([watch.isMet, told, clock.pending]).toEqual([true, [true], 0]);
    values.next(false);
    expect([watch.reading.problem, told]).toEqual(['unmet', [true, false]]);
    watch.close();
    expect(values.observed).toBe(false);
  });

  it('is stale staleMs after its last value, where that is said', async () => {
    const values = new BehaviorSubject<unknown>(true);
    const { watch, clock } = watchOf(values, { staleMs: 100 });
    await clock.advance(60);
    values.next(true);
    await clock.advance(99);
    expect(watch.isMet).toBe(true);
    await clock.advance(1);
    expect(watch.reading.problem).toBe('stale');
    values.next(true);
    expect(watch.isMet).toBe(true);
    watch.close();
  });

  it('is stale when its stream has ended, and listens again one period later', async () => {
    let subscriptions = 0;
    const stream = new Observable<unknown>((subscriber) => {
      subscriptions += 1;
      return of(true).subscribe(subscriber);
    });
    const { watch, clock } = watchOf(stream, { periodMs: 100 });
    expect(watch.reading).toMatchObject({ problem: 'stale', value: true });
    await clock.advance(300);
    expect(subscriptions).toBe(4);
    watch.close();
    expect(clock.pending).toBe(0);
  });

  it('takes an Observable of another library, and logs what its end throws', () => {
    const stream = {
      subscribe: ({ next }: { next: (value: unknown) => void }) => {
        next(true);
        return {
          unsubscribe: () => {
            throw new Error('torn');
          },
        };
      },
    };
    const { watch, thrown } = watchOf(stream as never);
    expect(watch.isMet).toBe(true);
    watch.close();
    expect(thrown).toEqual([new Error('torn')]);
  });

  it('is unreadable when it cannot be listened to', async () => {
    const stream = {
      subscribe: () => {
        throw new Error('no stream');
      },
    };
    const { watch, clock } = watchOf(stream as never);
    expect(watch.reading.message).toBe('condition "a" cannot be read: no stream');
    await clock.advance(10_000);
    watch.close();
    expect(clock.pending).toBe(0);
  });

  it('is settling until it has been met for settleMs without a break', async () => {
    const values = new BehaviorSubject<unknown>(true);
    const { watch, clock, told } = watchOf(values, { settleMs: 100 });
    expect(watch.reading).toMatchObject({ problem: 'settling', value: true });
    await clock.advance(50);
    values.next(true);
    await clock.advance(49);
    values.next(false);
    values.next(true);
    await clock.advance(99);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect([told, watch.reading.problem]).toEqual([[true], null]);
    watch.close();
    expect(clock.pending).toBe(0);
  });

  it('hears nothing once it is closed, also when its first value closes it', () => {
    const values = new BehaviorSubject<unknown>(true);
    const clock = simulatedClock();
    const watch: ConditionWatch = new ConditionWatch(conditionOf(values), {
      clock,
      changed: () => watch.close(),
      threw: () => {},
    });
    watch.open();
    expect(values.observed).toBe(false);
    values.next(false);
    expect(watch.isMet).toBe(true);
  });
});

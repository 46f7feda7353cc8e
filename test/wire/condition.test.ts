import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type {
  AttributeValue,
  ErrorNotification,
  GapNotification,
  ValueNotification,
} from '../../src/kernel/device-proxy.ts';
import { condition, isCondition, isRequires, whyNotRequired } from '../../src/wire/condition.ts';
import { readingOf, shownValue, waitOf } from '../../src/wire/condition-reading.ts';

const doorClosed = condition(
  () => 'OPEN',
  (position) => position === 'CLOSED',
  { name: 'door closed' },
);

const attribute: AttributeValue = {
  attribute: 'Position',
  value: 'CLOSED',
  quality: 'valid',
  at: 1,
  shape: [],
};

const told: ValueNotification = {
  ...attribute,
  type: 'value',
  via: 'event',
  receivedAt: 2,
  isStale: false,
};

const lost: ErrorNotification = {
  type: 'error',
  attribute: 'Position',
  error: new Error('the device is down'),
  receivedAt: 3,
};

const gap: GapNotification = { type: 'gap', attribute: 'Position', missed: 2, receivedAt: 4 };

describe('condition', () => {
  it('has what was said of it, and the defaults', () => {
    expect(doorClosed).toMatchObject({
      name: 'door closed',
      during: null,
      settleMs: 0,
      periodMs: 1_000,
      staleMs: null,
    });
    const options = { name: 'b', during: 'cancel', settleMs: 1, periodMs: 2, staleMs: 3 } as const;
    expect(condition(of(1), () => true, options)).toMatchObject(options);
  });

  it.each([
    [{ name: '' }, 'name'],
    [{}, 'name'],
    [{ name: 'a', during: 'stop' }, 'during'],
    [{ name: 'a', settleMs: -1 }, 'settleMs'],
    [{ name: 'a', periodMs: 0 }, 'periodMs'],
    [{ name: 'a', staleMs: Number.NaN }, 'staleMs'],
    [{ name: 'a', settle: 1 }, 'settle'],
    [null, 'options'],
  ])('refuses %j, naming the option', (options, name) => {
    expect(() => condition(() => 1, Boolean, options as never)).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTION',
        message: expect.stringContaining(`\`${name}\``) as string,
      }),
    );
  });

  it('refuses a source that is neither a function nor an Observable, and a predicate that is none', () => {
    expect(() => condition(1 as never, Boolean, { name: 'a' })).toThrow('`read`');
    expect(() => condition(() => 1, 1 as never, { name: 'a' })).toThrow('`predicate`');
  });

  it('is known by its brand, and in lists of requirements beside names', () => {
    expect([isCondition(doorClosed), isCondition({ name: 'door closed' })]).toEqual([true, false]);
    expect(isRequires([doorClosed, 'beam on'])).toBe(true);
    expect([isRequires(doorClosed), isRequires(['']), isRequires([{}])]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('that suspends is refused where the plugin refuses suspension, only when it says so', () => {
    const suspending = condition(() => 1, Boolean, { name: 'a', during: 'suspend' });
    expect(whyNotRequired('refuse', [suspending])).toContain('condition "a"');
    expect(whyNotRequired('cooperative', [suspending])).toBeNull();
    expect(whyNotRequired('refuse', [doorClosed, 'a'])).toBeNull();
  });
});

describe('readingOf', () => {
  it('hands the predicate a plain value as it is, and of an attribute its value', () => {
    expect(readingOf(doorClosed, 'CLOSED')).toMatchObject({ problem: null, value: 'CLOSED' });
    expect(readingOf(doorClosed, attribute)).toMatchObject({ problem: null, value: 'CLOSED' });
    expect(readingOf(doorClosed, told)).toMatchObject({ problem: null, value: 'CLOSED' });
    expect(readingOf(doorClosed, { ...told, value: 'OPEN' })).toMatchObject({
      problem: 'unmet',
      message: 'condition "door closed" is not met: "OPEN"',
    });
  });

  it.each(['alarm', 'changing', 'warning'] as const)('takes the quality %s', (quality) => {
    expect(readingOf(doorClosed, { ...told, quality })).toMatchObject({ problem: null });
  });

  it('is unreadable for the quality invalid and for an error', () => {
    expect(readingOf(doorClosed, { ...told, quality: 'invalid', value: null })).toMatchObject({
      problem: 'unreadable',
      hasValue: false,
      message: expect.stringContaining('quality "invalid"') as string,
    });
    expect(readingOf(doorClosed, lost)).toMatchObject({
      problem: 'unreadable',
      message: 'condition "door closed" cannot be read: the device is down',
    });
  });

  it('is stale where the device says so, whatever the value', () => {
    expect(readingOf(doorClosed, { ...told, isStale: true })).toMatchObject({
      problem: 'stale',
      value: 'CLOSED',
    });
  });

  it('says nothing of lost events', () => {
    expect(readingOf(doorClosed, gap)).toBeNull();
  });

  it('is unreadable when the predicate throws, or gives neither true nor false', () => {
    const throwing = condition(
      () => 1,
      () => {
        throw new Error('no such field');
      },
      { name: 'a' },
    );
    const asked = condition(() => 1, (async () => true) as never, { name: 'a' });
    expect(readingOf(throwing, 1)).toMatchObject({
      problem: 'unreadable',
      message: 'condition "a" cannot be read: its predicate threw: no such field',
      value: 1,
    });
    expect(readingOf(asked, 1)).toMatchObject({ problem: 'unreadable' });
  });
});

describe('shownValue', () => {
  it('is the value itself when it is small and can be stored', () => {
    expect([1, 'a', null, { a: [1] }].map(shownValue)).toEqual([1, 'a', null, { a: [1] }]);
  });

  it('is cut when it is large', () => {
    const text = shownValue('a'.repeat(10_000)) as string;
    expect(text.length).toBe(201);
    expect(shownValue({ text })).toMatch(/^\{"text":"a+…$/);
    expect(shownValue(new Float64Array(1_000_000))).toBe('a list of 1000000 values');
    expect(shownValue([Array.from({ length: 2_000 }, () => 0)])).toBe('a list of 1 values');
  });

  it('is a text when it cannot be stored', () => {
    expect([shownValue(Number.NaN), shownValue(3n), shownValue(() => 1)]).toEqual([
      'NaN',
      '3n',
      '() => 1',
    ]);
  });
});

describe('waitOf', () => {
  it('has no value where there is none, and is nothing when the condition is met', () => {
    const reading = { message: 'm', hasValue: false, value: undefined };
    expect(waitOf('a', { ...reading, problem: 'unreadable' })).toEqual({
      name: 'a',
      problem: 'unreadable',
      message: 'm',
    });
    expect(waitOf('a', { ...reading, problem: null })).toBeNull();
  });
});

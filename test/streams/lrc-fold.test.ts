import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LrcEvent } from '../../src/kernel/lrc.ts';
import { LrcTaskStatus } from '../../src/kernel/task-state.ts';
import { LrcFold } from '../../src/streams/lrc-fold.ts';
import { readUpdates } from '../../src/streams/lrc-updates.ts';
import type { LrcUpdate } from '../../src/streams/lrc-updates.ts';
import { isLrcEnd } from '../../src/streams/lrc-words.ts';

const on = '1795230188.955607_52969056615025_On';
const abort = '1795230189.1_52969056615025_Abort';

const { STAGING, QUEUED, IN_PROGRESS, ABORTED, COMPLETED, FAILED } = LrcTaskStatus;

type Value = readonly [attribute: string, value: unknown];

/** Folds what a device sends, as far as it is about one command. */
const folded = (id: string, values: readonly Value[]): LrcFold => {
  const fold = new LrcFold();
  for (const [attribute, value] of values) {
    readUpdates(attribute, value, {
      wants: (each) => each === id,
      take: (_, update) => fold.apply(update, 0, 'event'),
      misunderstood: () => {},
    });
  }
  return fold;
};

const event = (id: string, told: object): Value => ['_lrcEvent', [id, JSON.stringify(told)]];
const status = (...pairs: string[]): Value => ['longRunningCommandStatus', pairs];
const progress = (...pairs: string[]): Value => ['longRunningCommandProgress', pairs];
const result = (id: string, text: string): Value => ['longRunningCommandResult', [id, text]];

const bare = (fold: LrcFold): unknown[] =>
  fold.log.view.toArray().map((each: LrcEvent) => {
    if (each.type === 'status') return each.status;
    if (each.type === 'progress') return `${each.percent} %`;
    return each.type === 'result' ? { result: each.result } : each.type;
  });

describe('LrcFold, by the sequences that devices send', () => {
  it('folds On in version 2', () => {
    const fold = folded(on, [
      ['_lrcEvent', []],
      event(on, { status: 0 }),
      event(on, { status: 1 }),
      event(on, { status: 2 }),
      event(on, { progress: 33 }),
      event(on, { progress: 66 }),
      event(on, { status: 5, result: [0, 'On command completed OK'] }),
    ]);
    expect(bare(fold)).toEqual([
      STAGING,
      QUEUED,
      IN_PROGRESS,
      '33 %',
      '66 %',
      { result: [0, 'On command completed OK'] },
      COMPLETED,
    ]);
  });

  it('folds On in version 1, where the result comes before the status', () => {
    const fold = folded(on, [
      ['longRunningCommandResult', ['', '']],
      ['longRunningCommandStatus', null],
      ['longRunningCommandProgress', []],
      status(on, 'STAGING'),
      status(on, 'QUEUED'),
      status(on, 'IN_PROGRESS'),
      progress(on, '33'),
      progress(on, '66'),
      result(on, '[0, "On command completed OK"]'),
      status(on, 'COMPLETED'),
    ]);
    expect(bare(fold)).toEqual([
      STAGING,
      QUEUED,
      IN_PROGRESS,
      '33 %',
      '66 %',
      { result: [0, 'On command completed OK'] },
      COMPLETED,
    ]);
  });

  const aborting = [
    event(on, { status: 2 }),
    event(abort, { status: 0 }),
    event(abort, { status: 2 }),
    event(on, { status: 3, result: [7, 'Command has been aborted'] }),
    event(abort, { status: 5, result: [0, 'Abort completed OK'] }),
  ];

  it('folds an abort in version 2, for both commands', () => {
    expect(folded(on, aborting).statuses).toEqual([IN_PROGRESS, ABORTED]);
    expect(folded(abort, aborting).statuses).toEqual([STAGING, IN_PROGRESS, COMPLETED]);
    expect(folded(on, aborting).result).toEqual([7, 'Command has been aborted']);
  });

  it('drops the repeats of version 1, whose every status event tells of all commands', () => {
    const fold = folded(on, [
      status(on, 'IN_PROGRESS'),
      status(on, 'IN_PROGRESS', abort, 'STAGING'),
      status(on, 'IN_PROGRESS', abort, 'IN_PROGRESS'),
      result(on, '[7, "Command has been aborted"]'),
      status(on, 'ABORTED', abort, 'IN_PROGRESS'),
      result(abort, '[0, "Abort completed OK"]'),
      status(on, 'ABORTED', abort, 'COMPLETED'),
    ]);
    expect(fold.statuses).toEqual([IN_PROGRESS, ABORTED]);
    expect(fold.result).toEqual([7, 'Command has been aborted']);
  });

  it('takes transitions that the protocol does not allow as they are told', () => {
    const fold = folded(on, [
      event(on, { status: 1 }),
      event(on, { status: 7, result: [3, 'Unhandled exception during execution'] }),
    ]);
    expect(fold.statuses).toEqual([QUEUED, FAILED]);
    const repeated = folded(
      on,
      [2, 1, 2, 2].map((each) => event(on, { status: each })),
    );
    expect(repeated.statuses).toEqual([IN_PROGRESS, QUEUED, IN_PROGRESS]);
  });

  it.each([
    ['a name', { status: 'IN_PROGRESS' }, [IN_PROGRESS]],
    ['a name in lower case', { status: 'in_progress' }, [IN_PROGRESS]],
    ['a qualified name', { status: 'TaskStatus.QUEUED' }, [QUEUED]],
    ['a number as text', { status: '5' }, [COMPLETED]],
    ['no status of ours', { status: 42 }, []],
    ['a word of nobody', { status: 'DREAMING' }, []],
    ['not found', { status: 4 }, []],
    ['null', { status: null }, []],
  ])('reads a status that is %s', (_, told, statuses) => {
    expect(folded(on, [event(on, told)]).statuses).toEqual(statuses);
  });

  it('keeps what else an event tells when its status is unknown', () => {
    const fold = folded(on, [event(on, { status: 'DREAMING', progress: '50 %' })]);
    expect(fold.percent).toBe(50);
  });

  it.each([
    ['text', '"Completed"', 'Completed'],
    ['text that is no JSON', 'Completed', 'Completed'],
    ['a pair', '[0, "x"]', [0, 'x']],
    ['null', 'null', null],
  ])('reads a result of version 1 that is %s', (_, text, value) => {
    expect(folded(on, [result(on, text)]).result).toEqual(value);
  });

  it('reads a result of version 2 that was made JSON twice', () => {
    expect(folded(on, [event(on, { result: '[3, "no"]' })]).result).toEqual([3, 'no']);
    expect(folded(on, [event(on, { result: '12' })]).result).toBe('12');
  });

  it.each([
    ['no pairs', ['x']],
    ['no list', 'x'],
    ['no JSON', [on, '{']],
    ['a list', [on, '[1]']],
    ['numbers', [1, 2]],
    ['nothing of its own', [on, '{"other":1}']],
  ])('tells nothing of an event that is %s', (_, value) => {
    expect(folded(on, [['_lrcEvent', value]]).log.view.length).toBe(0);
  });
});

const anyStatus = fc.constantFrom(...Object.values(LrcTaskStatus));
const anyUpdate: fc.Arbitrary<LrcUpdate> = fc.record(
  {
    status: anyStatus,
    percent: fc.integer({ min: 0, max: 100 }),
    result: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

describe('LrcFold, whatever comes', () => {
  const sources = fc.constantFrom('event', 'look');

  it('never repeats a status, and keeps the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyUpdate, sources)), (updates) => {
        const fold = new LrcFold();
        for (const [update, via] of updates) fold.apply(update, 0, via);
        const { statuses } = fold;
        expect(statuses.every((each, at) => at === 0 || each !== statuses[at - 1])).toBe(true);
        const told = updates.map(([update]) => update.status);
        let at = -1;
        for (const each of statuses) {
          at = told.indexOf(each, at + 1);
          expect(at).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('is taken forward only by looks', () => {
    fc.assert(
      fc.property(fc.array(anyUpdate), (updates) => {
        const fold = new LrcFold();
        for (const update of updates) fold.apply(update, 0, 'look');
        const { statuses } = fold;
        expect(statuses.length).toBeLessThanOrEqual(4);
        expect(statuses.slice(0, -1).some(isLrcEnd)).toBe(false);
        expect(
          statuses.toSorted((a, b) => Number(isLrcEnd(a)) - Number(isLrcEnd(b)) || a - b),
        ).toEqual(statuses);
      }),
    );
  });

  it('never throws for what a device sends', () => {
    const attribute = fc.constantFrom(
      '_lrcEvent',
      'longRunningCommandStatus',
      'longRunningCommandProgress',
      'longRunningCommandResult',
    );
    const value = fc.oneof(
      fc.anything(),
      fc.tuple(fc.constant(on), fc.anything()),
      fc.tuple(fc.constant(on), fc.json()),
      fc.array(fc.oneof(fc.constant(on), fc.string(), fc.constantFrom(null, undefined, 1n))),
    );
    fc.assert(
      fc.property(attribute, value, (name, told) => {
        folded(on, [[name, told]]);
      }),
    );
  });
});

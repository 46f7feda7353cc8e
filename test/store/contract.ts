import { describe, expect, it } from 'vitest';
import { describeEvents } from './contract-events.ts';
import { describeFigures } from './contract-figures.ts';
import { describeLists } from './contract-lists.ts';
import { describeLiveTasks } from './contract-live.ts';
import { describeSteps } from './contract-steps.ts';
import { describeRetention } from './contract-retention.ts';
import { attemptRow, errorOf, resultOf, settledAs, settleRow, taskOf, taskRow } from './rows.ts';
import { foundIn, useStore } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** What every store must do. */
export function describeTaskStore(name: string, driver: StoreUnderTest): void {
  describe(name, () => {
    for (const [part, describePart] of parts) {
      describe(part, () => {
        describePart(driver);
      });
    }
  });
}

const parts: readonly (readonly [name: string, describePart: (driver: StoreUnderTest) => void])[] =
  [
    ['commit and lookup', describeKeeping],
    ['unsettled and open', describeLiveTasks],
    ['list', describeLists],
    ['events', describeEvents],
    ['steps', describeSteps],
    ['statistics', describeFigures],
    ['retention', describeRetention],
  ];

/** Values that JSON keeps, and that are easily lost on the way. */
const oddValues: readonly (readonly [name: string, value: unknown])[] = [
  ['null', null],
  ['a number', -1.5e-300],
  ['a whole number beyond 2^53', 2 ** 60],
  ['a truth', false],
  ['an empty text', ''],
  ['text of every plane', 'Ångström · 測定 · 🔬 · \u0000 \u0007 \ud800 " \\ \' % _ é é'],
  ['a long text', 'µ'.repeat(300_000)],
  ['an empty list', []],
  ['nested nulls', { a: null, b: [null, { c: null }], '': { '': null } }],
  ['names of SQL and of JavaScript', { constructor: 1, "'); DROP TABLE tasks; --": [], $: '$.x' }],
  ['many levels', Array.from({ length: 400 }).reduce<unknown>((inner) => [inner], 'deep')],
];

function describeKeeping(driver: StoreUnderTest): void {
  const opened = useStore(driver);

  it('finds nothing of an id that was never given', async () => {
    for (const id of [0, 1, -1, 1.5, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY]) {
      expect(await opened().lookup(id)).toEqual({ found: 'nothing' });
    }
  });

  it('tells an id that was set aside from one that was given', async () => {
    await opened().commit([{ kind: 'ids', end: 1_001 }, taskRow(1)]);
    expect(await opened().lookup(2)).toEqual({ found: 'nothing' });
  });

  it('finds a task without a result until it has settled', async () => {
    await opened().commit([taskRow(1)]);
    expect(await opened().lookup(1)).toEqual({
      found: 'task',
      task: taskOf(1),
      state: 'pending',
      startedAt: null,
      endedAt: null,
      attempts: 0,
      error: null,
      result: null,
      output: null,
      checkpoint: undefined,
      attemptList: [],
    });
  });

  it('keeps every word of a submission', async () => {
    const task = taskOf(1, {
      note: 'the second try',
      idempotencyKey: 'k',
      rerunOf: 7,
      isEnduring: true,
      isSaved: false,
      effect: 'resumable',
      by: { who: 'ada', role: 'operator', via: 'http', from: '10.0.0.1' },
      options: {
        priority: -1.5,
        after: [3, 4],
        resources: { detector: 2 },
        timeoutMs: 1,
        queueTimeoutMs: 2,
        deadlineMs: 3,
        heartbeatTimeoutMs: 4,
        teardownTimeoutMs: 5,
        graceMs: 6,
        retries: { max: 2, baseMs: 10 },
      },
    });
    await opened().commit([{ kind: 'task', task }]);
    expect((await foundIn(opened(), 1)).task).toEqual(task);
  });

  it.each(oddValues)('gives back %s as it was, wherever it stands', async (_name, value) => {
    await opened().commit([taskRow(1, { input: value, tags: [], options: {} })]);
    await opened().commit([
      { kind: 'checkpoint', taskId: 1, attempt: 1, at: 1, value },
      {
        kind: 'settle',
        result: resultOf(1, { payload: value, summary: { value } }),
        output: [value],
        events: { replay: () => [] },
      },
    ]);
    const found = await foundIn(opened(), 1);
    expect(found.task.input).toEqual(value);
    expect(found.checkpoint).toEqual(value);
    expect(found.output).toEqual([value]);
    expect(found.result).toEqual(resultOf(1, { payload: value, summary: { value } }));
  });

  it('keeps an input and a checkpoint that are undefined', async () => {
    await opened().commit([
      taskRow(1, { input: undefined }),
      { kind: 'checkpoint', taskId: 1, attempt: 1, at: 1, value: undefined },
    ]);
    const found = await foundIn(opened(), 1);
    expect([found.task.input, found.checkpoint]).toEqual([undefined, undefined]);
  });

  it('keeps a payload that is the output itself, and one that only equals it', async () => {
    const output = { big: 'data' };
    for (const [id, payload] of [[1, output] as const, [2, { ...output }] as const]) {
      const result = resultOf(id, { payload });
      const settle = { kind: 'settle', result, output, events: { replay: () => [] } } as const;
      await opened().commit([taskRow(id), settle]);
      const found = await foundIn(opened(), id);
      expect([found.result, found.output]).toEqual([result, output]);
    }
  });

  it('finds how each attempt went', async () => {
    const place = { pid: 7, startedAt: 'boot 1', host: 'h' };
    await opened().commit([taskRow(1), attemptRow(1)]);
    expect(await foundIn(opened(), 1)).toMatchObject({ state: 'running', attempts: 1 });
    await opened().commit([{ kind: 'place', taskId: 1, attempt: 1, place }]);
    const error = errorOf('BROKEN');
    const end = { taskId: 1, at: 2_500, outcome: 'failed', error } as const;
    await opened().commit([{ kind: 'attemptEnd', attempt: 1, ...end }]);
    expect(await foundIn(opened(), 1)).toMatchObject({ state: 'pending' });
    await opened().commit([
      attemptRow(1, 2),
      { kind: 'attemptEnd', taskId: 1, attempt: 2, at: 2_600, outcome: 'succeeded' },
    ]);
    const begun = { at: 2_001, runner: 'process', environment: 'e1' };
    expect((await foundIn(opened(), 1)).attemptList).toEqual([
      { attempt: 1, ...begun, place, endedAt: 2_500, outcome: 'failed', error },
      { attempt: 2, ...begun, place: null, endedAt: 2_600, outcome: 'succeeded', error: null },
    ]);
  });

  it('finds the last checkpoint', async () => {
    const row = { kind: 'checkpoint', taskId: 1, attempt: 1, at: 1 } as const;
    await opened().commit([taskRow(1), { ...row, value: { step: 1 } }]);
    await opened().commit([{ ...row, value: { step: 2 } }]);
    expect((await foundIn(opened(), 1)).checkpoint).toEqual({ step: 2 });
  });

  it.each([
    ['completed', 'completed'],
    ['failed', 'failed'],
    ['cancelled', 'cancelled'],
    ['timedout', 'timedOut'],
  ] as const)('finds a settled task that is %s', async (status, state) => {
    await opened().commit([taskRow(1), attemptRow(1)]);
    await opened().commit([settledAs(1, status)]);
    const error = status === 'completed' ? null : errorOf('BROKEN');
    expect(await foundIn(opened(), 1)).toMatchObject({
      state,
      startedAt: 2_001,
      endedAt: 3_002,
      attempts: 1,
      error,
      result: resultOf(1, { taskStatus: status, error }),
      output: { z: 1 },
    });
  });

  it('settles a task once', async () => {
    await opened().commit([taskRow(1), settleRow(1)]);
    await opened().commit([settledAs(1, 'failed')]);
    expect((await foundIn(opened(), 1)).state).toBe('completed');
  });

  it('finds a task in doubt until a person has spoken', async () => {
    const doubt = errorOf('AWAITING_OPERATOR');
    await opened().commit([taskRow(1), attemptRow(1), { kind: 'doubt', taskId: 1, doubt }]);
    const waiting = { state: 'awaitingOperator', startedAt: 2_001, attempts: 1, error: doubt };
    expect(await foundIn(opened(), 1)).toMatchObject({ ...waiting, result: null, endedAt: null });
    await opened().commit([{ kind: 'doubt', taskId: 1, doubt: null }]);
    expect(await foundIn(opened(), 1)).toMatchObject({ state: 'running', error: null });
    await opened().commit([{ kind: 'doubt', taskId: 1, doubt }]);
    await opened().commit([settleRow(1)]);
    expect(await foundIn(opened(), 1)).toMatchObject({ state: 'completed', error: null });
  });

  it('keeps an environment once for each key', async () => {
    await opened().commit([{ kind: 'environment', key: 'a', variables: { PATH: '/bin' } }]);
    await opened().commit([{ kind: 'environment', key: 'a', variables: { PATH: '/other' } }]);
    expect(await opened().environment('a')).toEqual({ PATH: '/bin' });
    expect(await opened().environment('b')).toBeNull();
  });

  it('takes rows of a task that it does not know, and keeps nothing of them', async () => {
    await opened().commit([settleRow(7)]);
    await opened().commit([
      attemptRow(8),
      { kind: 'attemptEnd', taskId: 8, attempt: 1, at: 0, outcome: 'failed' },
      { kind: 'checkpoint', taskId: 8, attempt: 1, at: 0, value: 1 },
      { kind: 'change', taskId: 8, change: { priority: 1 } },
      { kind: 'timer', taskId: 8, timer: 'delay', dueAt: 1 },
      { kind: 'doubt', taskId: 8, doubt: errorOf('X') },
      { kind: 'forget', taskIds: [8, 9] },
    ]);
    expect(await opened().lookup(8)).toEqual({ found: 'nothing' });
    expect(await opened().list({ limit: 10 })).toEqual([]);
    expect((await opened().statistics()).counts.completed).toBe(0);
  });

  it('keeps all rows of a commit or none: one bad row fails them', async () => {
    await opened().commit([taskRow(1)]);
    const writing = async () => opened().commit([taskRow(2), settleRow(1), taskRow(1), taskRow(3)]);
    await expect(writing()).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(await opened().lookup(2)).toEqual({ found: 'nothing' });
    expect((await foundIn(opened(), 1)).state).toBe('pending');
    expect((await opened().statistics()).counts.completed).toBe(0);
    await opened().commit([taskRow(2), settleRow(1)]);
    expect((await foundIn(opened(), 1)).state).toBe('completed');
    expect((await opened().statistics()).counts.completed).toBe(1);
  });

  it('keeps none of two rows with one id', async () => {
    const writing = async () => opened().commit([taskRow(4), taskRow(4)]);
    await expect(writing()).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(await opened().lookup(4)).toEqual({ found: 'nothing' });
  });

  it('keeps commits in the order in which they are asked for', async () => {
    const writes = [];
    for (let id = 1; id <= 50; id += 1) {
      writes.push(opened().commit([taskRow(id)]), opened().commit([settleRow(id)]));
    }
    for (const write of writes) await write;
    expect(await opened().list({ limit: 100 })).toHaveLength(50);
  });
}

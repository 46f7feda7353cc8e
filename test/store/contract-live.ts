import { expect, it } from 'vitest';
import {
  attemptRow,
  errorOf,
  openingOf,
  personsEvent,
  settleRow,
  taskOf,
  taskRow,
} from './rows.ts';
import { foundIn, useStore } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** What comes back when a store is opened again. */
export function describeLiveTasks(driver: StoreUnderTest): void {
  const opened = useStore(driver);

  it('begins with id and number 1, or with the first id that was asked for', async () => {
    const store = driver.make();
    expect(await store.open(openingOf())).toEqual({ nextId: 1, nextSeq: 1 });
    await store.close();
    const other = driver.make();
    expect(await other.open(openingOf({ firstId: 500 }))).toMatchObject({ nextId: 500 });
    await other.close();
  });

  const reopened = async (given = {}) => {
    await opened().close();
    const store = driver.again(opened());
    const answer = await store.open(openingOf(given));
    return { store, answer };
  };

  it('goes on from the last numbers that were set aside, or given back', async () => {
    await opened().commit([
      { kind: 'ids', end: 1_001 },
      { kind: 'seqs', end: 501 },
    ]);
    await opened().commit([
      { kind: 'ids', end: 900 },
      { kind: 'seqs', end: 400 },
    ]);
    const { store, answer } = await reopened({ firstId: 10 });
    expect(answer).toEqual({ nextId: 900, nextSeq: 400 });
    await store.close();
  });

  it('gives no id of a task again, whatever was given back', async () => {
    await opened().commit([{ kind: 'ids', end: 1_001 }, taskRow(7)]);
    await opened().commit([{ kind: 'ids', end: 2 }]);
    const { store, answer } = await reopened();
    expect(answer).toMatchObject({ nextId: 8 });
    await store.close();
  });

  it('finds what was committed before', async () => {
    await opened().commit([taskRow(1), taskRow(2), attemptRow(2), settleRow(1)]);
    const { store } = await reopened();
    expect(await foundIn(store, 1)).toMatchObject({ state: 'completed', output: { z: 1 } });
    expect(await foundIn(store, 2)).toMatchObject({ attempts: 1 });
    expect((await store.statistics()).counts.completed).toBe(1);
    await store.commit([settleRow(2)]);
    expect((await store.statistics()).counts.completed).toBe(2);
    await store.close();
  });

  it('gives the tasks that have not settled, oldest first', async () => {
    const hold = { by: { who: 'ada' }, reason: 'beam is off', at: 5 };
    const cancel = { by: { who: 'bob' }, at: 6 };
    const doubt = errorOf('AWAITING_OPERATOR');
    const place = { pid: 7, startedAt: null, host: 'h' };
    await opened().commit([5, 3, 1, 4, 2].map((id) => taskRow(id)));
    await opened().commit([
      settleRow(2),
      attemptRow(3),
      { kind: 'place', taskId: 3, attempt: 1, place },
      { kind: 'doubt', taskId: 3, doubt },
      { kind: 'checkpoint', taskId: 4, attempt: 1, at: 9, value: { frame: 12 } },
      { kind: 'change', taskId: 4, change: { hold, priority: 9 } },
      { kind: 'change', taskId: 5, change: { hold } },
      { kind: 'timer', taskId: 4, timer: 'delay', dueAt: 77 },
      { kind: 'timer', taskId: 4, timer: 'deadline', dueAt: 88 },
      { kind: 'timer', taskId: 4, timer: 'retry', dueAt: 99 },
      personsEvent(1, 4),
    ]);
    await opened().commit([
      { kind: 'change', taskId: 4, change: { cancel } },
      { kind: 'change', taskId: 5, change: { hold: null } },
      { kind: 'timer', taskId: 4, timer: 'delay', dueAt: null },
      { kind: 'timer', taskId: 4, timer: 'retry', dueAt: 100 },
    ]);
    const { store } = await reopened();
    const none = { attemptList: [], hold: null, cancel: null, doubt: null, timers: {}, events: [] };
    const attempt = { attempt: 1, at: 2_003, runner: 'process', environment: 'e1', place };
    const isOpen = { endedAt: null, outcome: null, error: null };
    expect(await store.unsettled()).toEqual([
      { ...none, task: taskOf(1) },
      { ...none, task: taskOf(3), doubt, attemptList: [{ ...attempt, ...isOpen }] },
      {
        ...none,
        task: taskOf(4, { options: { ...taskOf(4).options, priority: 9 } }),
        hold,
        cancel,
        checkpoint: { frame: 12 },
        timers: { deadline: 88, retry: 100 },
        events: [personsEvent(1, 4).event],
      },
      { ...none, task: taskOf(5) },
    ]);
    await store.close();
  });

  it('gives the keys of tasks that are not too old, oldest first', async () => {
    const keyed = (id: number, submittedAt: number) =>
      taskRow(id, { submittedAt, idempotencyKey: `k${id}` });
    await opened().commit([keyed(1, 100), keyed(2, 300), keyed(3, 200), taskRow(4)]);
    await opened().commit([settleRow(3)]);
    const { store } = await reopened();
    const keys = await store.idempotencyKeys(200);
    expect(keys.map(({ key, brief }) => [key, brief.task.id, brief.state])).toEqual([
      ['k3', 3, 'completed'],
      ['k2', 2, 'pending'],
    ]);
    await store.close();
  });
}

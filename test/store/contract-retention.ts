import { expect, it } from 'vitest';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { Retention, StoredBrief, TaskStore } from '../../src/kernel/task-store.ts';
import { errorOf, openingOf, personsEvent, settledAs, settleRow, taskRow } from './rows.ts';
import { useStore } from './store-under-test.ts';
import type { StoreUnderTest } from './store-under-test.ts';

/** What is not kept any longer. A store may drop it a little later. */
export function describeRetention(driver: StoreUnderTest): void {
  const opened = useStore(driver);

  /** The new store keeps what the rule says, and tells what it drops. */
  const keeping = async (retention: Retention, now = 10_000) => {
    const forgotten: StoredBrief[] = [];
    const clock = simulatedClock({ now });
    await opened().close();
    const store = driver.again(opened());
    const onForgotten = (briefs: readonly StoredBrief[]) => void forgotten.push(...briefs);
    await store.open(openingOf({ retention, clock, onForgotten }));
    return { store, clock, forgotten };
  };

  const keptIds = async (store: TaskStore): Promise<number[]> =>
    (await store.list({ limit: 2_000 })).map(({ task }) => task.id);

  const untilKept = (store: TaskStore, ids: readonly number[]) =>
    expect.poll(() => keptIds(store), { timeout: 20_000 }).toEqual(ids);

  const endedAt = (id: number, at: number) =>
    settleRow(id, { times: { submittedAt: 1, startedAt: 2, endedAt: at } });

  it('drops the settled tasks that are too many, those that ended first, first', async () => {
    const { store, forgotten } = await keeping({ settled: 2 });
    await store.commit([1, 2, 3].map((id) => taskRow(id)));
    for (const [id, at] of [[2, 100] as const, [1, 200] as const, [3, 300] as const]) {
      await store.commit([endedAt(id, at)]);
    }
    await untilKept(store, [3, 1]);
    expect(await store.lookup(2)).toEqual({ found: 'forgotten' });
    await expect.poll(() => forgotten.map(({ task }) => task.id)).toEqual([2]);
    expect(forgotten).toMatchObject([{ state: 'completed', task: { name: 'a scan' } }]);
    await store.close();
  });

  it('drops every settled task when told to keep none, and no other', async () => {
    const { store } = await keeping({ settled: 0 });
    await store.commit([1, 2, 3].map((id) => taskRow(id)));
    await store.commit([{ kind: 'doubt', taskId: 2, doubt: errorOf('X') }]);
    await store.commit([settleRow(1)]);
    await untilKept(store, [2]);
    expect(await store.lookup(1)).toEqual({ found: 'forgotten' });
    expect(await store.lookup(3)).toMatchObject({ found: 'task' });
    await store.close();
  });

  it('drops settled tasks that are too old, as time goes by', async () => {
    const { store, clock } = await keeping({ ageMs: 100_000 }, 1_000_000);
    await store.commit([1, 2, 3].map((id) => taskRow(id)));
    await store.commit([endedAt(1, 890_000), endedAt(2, 950_000), endedAt(3, 999_999)]);
    await untilKept(store, [3, 2]);
    await clock.advance(120_000);
    await untilKept(store, []);
    expect(await store.lookup(3)).toEqual({ found: 'forgotten' });
    await store.close();
  });

  it('keeps the tasks of a status as long as its own rule says', async () => {
    const rule = { settled: 1, statuses: { failed: { settled: 2 }, cancelled: {} } };
    const { store } = await keeping(rule);
    await store.commit([1, 2, 3, 4, 5, 6, 7, 8].map((id) => taskRow(id)));
    const failed = [1, 2, 3].map((id) => settledAs(id, 'failed'));
    const cancelled = [4, 5].map((id) => settledAs(id, 'cancelled'));
    const others = [settledAs(6, 'completed'), settledAs(7, 'timedout'), settledAs(8, 'completed')];
    await store.commit([...failed, ...cancelled, ...others]);
    await untilKept(store, [8, 5, 4, 3, 2]);
    await store.close();
  });

  it('drops many in small steps, and tells of each once', async () => {
    const { store, forgotten } = await keeping({ settled: 10 });
    const ids = Array.from({ length: 1_300 }, (_, index) => index + 1);
    await store.commit(ids.map((id) => taskRow(id, { tags: ['many'], idempotencyKey: `k${id}` })));
    await store.commit(ids.map((id) => settleRow(id)));
    await untilKept(store, ids.slice(-10).toReversed());
    await expect.poll(() => forgotten.length).toBe(1_290);
    expect(new Set(forgotten.map(({ task }) => task.id)).size).toBe(1_290);
    expect(await store.idempotencyKeys(0)).toHaveLength(10);
    expect(await store.list({ tags: ['many'], limit: 100 })).toHaveLength(10);
    await store.close();
  });

  it('begins with what is due already when it is opened', async () => {
    await opened().commit([1, 2, 3].flatMap((id) => [taskRow(id), settleRow(id)]));
    const { store } = await keeping({ settled: 1 });
    await untilKept(store, [3]);
    await store.close();
  });

  it('drops settled tasks that it is told to, and no live ones', async () => {
    const { store, forgotten } = await keeping({});
    await store.commit([1, 2, 3].map((id) => taskRow(id)));
    await store.commit([settleRow(1), settleRow(2)]);
    await store.commit([{ kind: 'forget', taskIds: [1, 3, 77, 1] }]);
    expect(await store.lookup(1)).toEqual({ found: 'forgotten' });
    expect(await store.lookup(2)).toMatchObject({ found: 'task' });
    expect(await store.lookup(3)).toMatchObject({ found: 'task', result: null });
    await expect.poll(() => forgotten.map(({ task }) => task.id)).toEqual([1]);
    await store.close();
  });

  it('does not take an id for new when all tasks are dropped', async () => {
    const { store } = await keeping({ settled: 0 });
    await store.commit([taskRow(1), settleRow(1)]);
    await untilKept(store, []);
    await store.close();
    const again = driver.again(store);
    await again.open(openingOf());
    expect(await again.lookup(1)).toEqual({ found: 'forgotten' });
    expect(await again.lookup(2)).toEqual({ found: 'nothing' });
    await again.close();
  });

  it('keeps what people did to a task that is dropped', async () => {
    const { store } = await keeping({ settled: 0 });
    await store.commit([taskRow(1), personsEvent(1, 1)]);
    await store.commit([settleRow(1), personsEvent(2, 1)]);
    await expect.poll(() => store.lookup(1)).toEqual({ found: 'forgotten' });
    const events = await store.events({ isAttributed: true, limit: 10 });
    expect(events).toEqual([personsEvent(1, 1).event, personsEvent(2, 1).event]);
    await store.close();
  });

  it.each([
    { settled: -1 },
    { settled: 1.5 },
    { ageMs: Number.NaN },
    { statuses: { running: {} } },
  ])('refuses the rule %o', async (retention) => {
    const store = driver.make();
    const opening = async () => store.open(openingOf({ retention }));
    await expect(opening()).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    await store.close();
  });
}

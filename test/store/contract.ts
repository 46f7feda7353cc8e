import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskEvent, TaskResult, TaskStore } from '../../src/index.ts';
import type { StoredTask, StoreRow } from '../../src/kernel/task-store.ts';

const taskOf = (id: number): StoredTask => ({
  id,
  plugin: 'test.work',
  input: { x: id },
  submittedAt: 1_000 + id,
  name: 'a scan',
  tags: ['night'],
  by: { who: 'ada' },
});

const resultOf = (taskId: number): TaskResult => ({
  taskId,
  taskName: 'test.work',
  taskStatus: 'completed',
  summary: '',
  payload: { y: taskId },
  implSchemas: null,
  error: null,
  teardown: 'done',
  times: { submittedAt: 1_000 + taskId, startedAt: 2_000, endedAt: 3_000 },
  attempts: 1,
});

const ended = (taskId: number): TaskEvent => ({
  type: 'status',
  seq: taskId,
  taskId,
  at: 3_000,
  state: 'completed',
  status: 'completed',
  attempt: 1,
});

export const taskRow = (id: number): StoreRow => ({ kind: 'task', task: taskOf(id) });

export const settleRow = (id: number): StoreRow => ({
  kind: 'settle',
  result: resultOf(id),
  output: { z: id },
  events: { replay: () => [ended(id)] },
});

/** What every store must do; `open` gives a new one that is empty. */
export function describeTaskStore(name: string, open: () => TaskStore): void {
  describe(name, () => {
    let store: TaskStore;
    beforeEach(async () => {
      store = open();
      await store.open({});
    });
    afterEach(() => store.close());

    it('finds nothing of an id that was never given', async () => {
      for (const id of [0, 1, -1, 1.5, Number.NaN, 2 ** 31]) {
        expect(await store.lookup(id)).toEqual({ found: 'nothing' });
      }
    });

    it('finds a task without a result until it has settled', async () => {
      await store.commit([taskRow(1)]);
      expect(await store.lookup(1)).toMatchObject({
        found: 'task',
        task: taskOf(1),
        result: null,
      });
      expect(await store.settled(10)).toEqual([]);
    });

    it('finds a settled task with its result, output and events', async () => {
      await store.commit([taskRow(1)]);
      await store.commit([settleRow(1)]);
      const kept = {
        task: taskOf(1),
        result: resultOf(1),
        output: { z: 1 },
        events: [ended(1)],
      };
      expect(await store.lookup(1)).toEqual({ found: 'task', ...kept });
      expect(await store.settled(10)).toEqual([kept]);
    });

    it('lists the newest settled tasks first, in whatever order they ended', async () => {
      for (const id of [1, 2, 3]) await store.commit([taskRow(id)]);
      for (const id of [3, 1, 2]) await store.commit([settleRow(id)]);
      const listed = async (limit: number): Promise<number[]> =>
        (await store.settled(limit)).map(({ task }) => task.id);
      expect([await listed(10), await listed(2), await listed(0)]).toEqual([[3, 2, 1], [3, 2], []]);
    });

    it('takes rows of a task that it does not know, and keeps nothing of them', async () => {
      await store.commit([settleRow(7)]);
      await store.commit([
        { kind: 'attempt', taskId: 8, attempt: 1, at: 0 },
        { kind: 'checkpoint', taskId: 8, value: 1 },
        { kind: 'event', event: ended(8) },
      ]);
      expect(await store.settled(10)).toEqual([]);
    });

    it('gives no id again that was set aside', async () => {
      await store.commit([{ kind: 'ids', end: 1_001 }]);
      expect(await store.open({})).toEqual({ nextId: 1_001 });
    });

    it('tells an id that was set aside from one that was given', async () => {
      await store.commit([{ kind: 'ids', end: 1_001 }, taskRow(1)]);
      expect(await store.lookup(2)).toEqual({ found: 'nothing' });
    });

    it('forgets the settled tasks that are too many, those that ended first, first', async () => {
      await store.open({ retention: { settled: 2 } });
      for (const id of [1, 2, 3]) await store.commit([taskRow(id)]);
      for (const id of [2, 1, 3]) await store.commit([settleRow(id)]);
      expect(await store.lookup(2)).toEqual({ found: 'forgotten' });
      expect((await store.settled(10)).map(({ task }) => task.id)).toEqual([3, 1]);
    });

    it('forgets every settled task at once when told to keep none', async () => {
      await store.open({ retention: { settled: 0 } });
      await store.commit([taskRow(1)]);
      await store.commit([settleRow(1)]);
      expect(await store.lookup(1)).toEqual({ found: 'forgotten' });
    });
  });
}

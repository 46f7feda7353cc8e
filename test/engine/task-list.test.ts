import { describe, expect, it } from 'vitest';
import { Registry } from '../../src/engine/registry.ts';
import { storedRecord } from '../../src/engine/stored-record.ts';
import { listTasks } from '../../src/engine/task-list.ts';
import type { TaskRecord } from '../../src/engine/task-record.ts';
import type { TaskState } from '../../src/kernel/task-state.ts';
import type { StoredBrief, TaskQuery } from '../../src/kernel/task-store.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { recordingLogger } from '../support/recording-logger.ts';

const briefOf = (id: number, state: TaskState = 'pending'): StoredBrief => ({
  task: {
    id,
    plugin: id % 2 === 0 ? 'test.even' : 'test.odd',
    input: null,
    submittedAt: id,
    effect: 'idempotent',
    options: {},
    ...(id % 1_000 === 0 ? { tags: ['round'] } : {}),
  },
  state,
  startedAt: null,
  endedAt: null,
  attempts: 0,
  error: null,
});

const recordOf = (id: number): TaskRecord => storedRecord(briefOf(id));

/** Lists out of tasks that came in this order. */
function lister(
  ids: Iterable<number>,
  stored: readonly StoredBrief[] = [],
): (query: TaskQuery) => Promise<readonly number[]> {
  const live = new Map(Array.from(ids, (id) => [id, recordOf(id)]));
  const logger = recordingLogger();
  const registry = new Registry({ logger, unsettled: (id) => live.get(id), isDurable: false });
  const store = { ...memoryStore(), list: () => stored };
  const doubts = new Map<number, TaskRecord>();
  return async (query) =>
    (await listTasks({ live, doubts, store }, registry, query)).map(({ id }) => id);
}

describe('listTasks', () => {
  it('finds the newest of a hundred thousand live tasks', async () => {
    const list = lister(Array.from({ length: 100_000 }, (_, index) => index + 1));
    expect(await list({ limit: 3 })).toEqual([100_000, 99_999, 99_998]);
    expect(await list({ limit: 2, after: 50_000 })).toEqual([49_999, 49_998]);
    expect(await list({ limit: 2, plugin: 'Test.Odd' })).toEqual([99_999, 99_997]);
    expect(await list({ limit: 2, tags: ['round'], after: 98_765 })).toEqual([98_000, 97_000]);
    expect(await list({ limit: 5, until: 3 })).toEqual([2, 1]);
    expect(await list({ limit: 5, tags: ['none'] })).toEqual([]);
  });

  it('puts those that came back to life late in their place', async () => {
    const list = lister([1, 5, 9, 3, 2, 7]);
    expect(await list({ limit: 10 })).toEqual([9, 7, 5, 3, 2, 1]);
    expect(await list({ limit: 2, after: 7 })).toEqual([5, 3]);
  });

  it('takes a task that came back to life for what it is now', async () => {
    const list = lister([2], [briefOf(2, 'awaitingOperator'), briefOf(1, 'awaitingOperator')]);
    expect(await list({ limit: 5, status: ['stopped'] })).toEqual([1]);
    expect(await list({ limit: 5 })).toEqual([2, 1]);
  });
});

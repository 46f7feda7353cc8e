import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import type { StoreRow } from '../../src/kernel/store-rows.ts';
import type { TaskQuery } from '../../src/kernel/task-store.ts';
import { sqliteReader, sqliteStore } from '../../src/store/sqlite.ts';
import { recordingLogger } from '../support/recording-logger.ts';

const taskRow = (id: number): StoreRow => ({
  kind: 'task',
  task: {
    id,
    plugin: id % 2 === 0 ? 'test.even' : 'test.odd',
    input: { id },
    submittedAt: 1_000 + id,
    effect: 'idempotent',
    options: {},
    ...(id === 3 ? { name: 'calibration', tags: ['blue'] } : {}),
  },
});

const statusRow = (taskId: number, seq: number, state: 'running' | 'suspended'): StoreRow => ({
  kind: 'event',
  event: { type: 'status', seq, taskId, at: 2_000, state, status: 'running', attempt: 1 },
});

describe('the live tasks that a reader finds', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runstate-live-'));
    const store = sqliteStore(join(folder, 'runs.db'));
    await store.open({ clock: systemClock, logger: recordingLogger() });
    await store.commit(Array.from({ length: 1_200 }, (_, index) => taskRow(index + 1)));
    await store.commit([
      { kind: 'attempt', taskId: 1, attempt: 1, at: 1_500, runner: 'inline' },
      { kind: 'attempt', taskId: 2, attempt: 1, at: 1_500, runner: 'inline' },
      statusRow(2, 1, 'running'),
      statusRow(2, 2, 'suspended'),
    ]);
    await store.close();
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function live(query: TaskQuery) {
    const reader = await sqliteReader(join(folder, 'runs.db'));
    const found = await reader.live(query);
    await reader.close();
    return found;
  }

  const idsOf = async (query: TaskQuery) => (await live(query)).map(({ task }) => task.id);

  it('are all there, newest first', async () => {
    const ids = await idsOf({ limit: Number.POSITIVE_INFINITY });
    expect(ids).toEqual(Array.from({ length: 1_200 }, (_, index) => 1_200 - index));
  });

  it('come in pages', async () => {
    expect(await idsOf({ limit: 3 })).toEqual([1_200, 1_199, 1_198]);
    expect(await idsOf({ limit: 3, after: 1_198 })).toEqual([1_197, 1_196, 1_195]);
  });

  it('are found by what was said of them, however old', async () => {
    expect(await idsOf({ limit: 5, tags: ['blue'] })).toEqual([3]);
    expect(await idsOf({ limit: 5, text: 'CALIB' })).toEqual([3]);
    expect(await idsOf({ limit: 2, plugin: 'Test.Odd' })).toEqual([1_199, 1_197]);
  });

  it('have the state that was last committed', async () => {
    expect(await live({ limit: 5, status: ['running'] })).toMatchObject([
      { task: { id: 1 }, state: 'running', startedAt: 1_500, attempts: 1 },
    ]);
    expect(await live({ limit: 5, status: ['stopped'] })).toMatchObject([
      { task: { id: 2 }, state: 'suspended' },
    ]);
    expect(await live({ limit: 1, status: ['pending'] })).toMatchObject([{ state: 'pending' }]);
  });
});

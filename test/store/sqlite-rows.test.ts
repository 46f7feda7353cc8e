import { statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { TaskEvent } from '../../src/kernel/task-event.ts';
import type { StoreRow } from '../../src/kernel/store-rows.ts';
import type { TaskStore } from '../../src/kernel/task-store.ts';
import { Connection, loadLibsql } from '../../src/store/sqlite/connection.ts';
import { sqliteReader, sqliteStore } from '../../src/store/sqlite.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { useFolder } from './programs.ts';
import { attemptRow, openingOf, personsEvent, settleRow, statusEvent, taskRow } from './rows.ts';
import { foundIn } from './store-under-test.ts';

describe('sqliteStore', () => {
  const at = useFolder();

  const opened = async (name: string, given = {}): Promise<TaskStore> => {
    const store = sqliteStore(at(name), { durability: 'normal', retention: {} });
    await store.open(openingOf(given));
    return store;
  };

  it('survives the process, and says so', () => {
    expect(sqliteStore(at('any.db')).isDurable).toBe(true);
  });

  it('keeps every event as it comes, whoever caused it', async () => {
    const store = await opened('events.db');
    const base = { taskId: 1, at: 5 };
    const events: TaskEvent[] = [
      { ...base, seq: 1, type: 'status', state: 'pending', status: 'pending', attempt: 0 },
      { ...base, seq: 2, type: 'status', state: 'running', status: 'running', attempt: 12 },
      { ...base, seq: 3, type: 'status', state: 'running', status: 'running', attempt: 1 },
      { ...base, seq: 4, type: 'progress', percent: 50 },
      { ...base, seq: 5, type: 'log', level: 'info', message: 'µ "\n' },
      { ...base, seq: 6, type: 'checkpoint', value: null },
      { ...base, seq: 7, type: 'alarm', taskId: null, source: 's', message: 'm' },
    ];
    await store.commit([taskRow(1), ...events.map((event) => ({ kind: 'event', event }) as const)]);
    expect(await store.events({ limit: 10 })).toEqual(events);
    expect(await store.events({ taskId: 1, limit: 10 })).toEqual(events.slice(0, 6));
    expect(await store.events({ isAttributed: true, limit: 10 })).toEqual([]);
    await store.close();
    expect((await store.open(openingOf())).nextSeq).toBe(8);
    await store.close();
  });

  it('finds a live task in the state of its last event', async () => {
    const store = await opened('live.db');
    await store.commit([taskRow(1), attemptRow(1)]);
    await store.commit([statusEvent(1, 1), statusEvent(2, 1, { state: 'suspended' } as object)]);
    expect((await foundIn(store, 1)).state).toBe('suspended');
    await store.close();
  });

  it('gives back with a live task the last thousand of its passing events', async () => {
    const store = await opened('many.db');
    const log = (seq: number): StoreRow => ({
      kind: 'event',
      event: { type: 'log', seq, taskId: 1, at: seq, level: 'info', message: `line ${seq}` },
    });
    const rows = Array.from({ length: 2_500 }, (_, index) =>
      index % 500 === 0 ? statusEvent(index + 1, 1) : log(index + 1),
    );
    await store.commit([taskRow(1), ...rows]);
    const [task] = await store.unsettled();
    const seqs = task?.events.map(({ seq }) => seq) ?? [];
    expect(task?.events.filter(({ type }) => type === 'log')).toHaveLength(1_000);
    expect(seqs.slice(0, 4)).toEqual([1, 501, 1_001, 1_499]);
    expect(seqs.at(-1)).toBe(2_500);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    await store.close();
  });

  it('stores the value of a checkpoint once, for its row and for its event', async () => {
    const store = await opened('checkpoints.db');
    const value = { image: 'x'.repeat(50_000) };
    const checkpoint = { kind: 'checkpoint', taskId: 1, attempt: 1, at: 1, value } as const;
    const event = { type: 'checkpoint', taskId: 1, at: 1, value } as const;
    await store.commit([taskRow(1), checkpoint, { kind: 'event', event: { ...event, seq: 1 } }]);
    await store.commit([checkpoint]);
    await store.commit([{ kind: 'event', event: { ...event, seq: 2 } }]);
    const other = { ...event, seq: 3, value: { image: 'another' } };
    await store.commit([{ kind: 'event', event: other }]);
    expect(await store.events({ types: ['checkpoint'], limit: 9 })).toEqual([
      { ...event, seq: 1 },
      { ...event, seq: 2 },
      other,
    ]);
    const [task] = await store.unsettled();
    expect(task?.checkpoint).toEqual(value);
    expect(task?.events).toHaveLength(3);
    await store.close();
    const connection = new Connection(await loadLibsql(), at('checkpoints.db'));
    expect(connection.all(`SELECT sum(length(body)) < 200 AS small FROM task_events`)).toEqual([
      { small: 1 },
    ]);
    connection.close();
  });

  it('keeps what people did, and alarms, as long as a task is kept, from when they happened', async () => {
    const clock = simulatedClock({ now: 1_000_000 });
    const store = await opened('audit.db', { clock, retention: { ageMs: 100_000 } });
    const alarm = { type: 'alarm', taskId: null, source: 's', message: 'm' } as const;
    await store.commit([
      taskRow(1),
      taskRow(2),
      personsEvent(1, 1, { at: 910_000 }),
      personsEvent(2, 2, { at: 910_000 }),
      { kind: 'event', event: { ...alarm, seq: 3, at: 910_000 } },
      personsEvent(4, 1, { at: 1_000_000 }),
      settleRow(1, { times: { submittedAt: 1, startedAt: 1, endedAt: 1 } }),
    ]);
    await expect.poll(() => store.lookup(1)).toEqual({ found: 'forgotten' });
    const seqs = async () => (await store.events({ limit: 9 })).map(({ seq }) => seq);
    expect(await seqs()).toEqual([1, 2, 3, 4]);
    await clock.advance(60_000);
    // The task of the second event still lives; the fourth is young.
    await expect.poll(seqs).toEqual([2, 4]);
    await store.close();
  });

  it('gives the disk back when much was dropped', async () => {
    const store = await opened('shrinks.db', { retention: { settled: 5 } });
    const ids = Array.from({ length: 400 }, (_, index) => index + 1);
    const input = 'x'.repeat(20_000);
    await store.commit(ids.map((id) => taskRow(id, { input })));
    await store.commit(ids.map((id) => settleRow(id)));
    await expect
      .poll(async () => (await store.list({ limit: 500 })).length, { timeout: 20_000 })
      .toBe(5);
    await store.statistics();
    await store.close();
    // Pages are given back a step at a time, and the file is cut when it is closed.
    const sizeAfterAnotherTurn = async (): Promise<number> => {
      await store.open(openingOf({ retention: { settled: 5 } }));
      await store.statistics();
      await store.close();
      return statSync(at('shrinks.db')).size;
    };
    await expect.poll(sizeAfterAnotherTurn, { timeout: 20_000 }).toBeLessThan(4_000_000);
  });

  it('tells a reader beside it what was committed', async () => {
    const store = await opened('beside.db');
    await store.commit([taskRow(1)]);
    const reader = await sqliteReader(at('beside.db'));
    expect(await reader.lookup(1)).toMatchObject({ found: 'task', result: null });
    await store.commit([settleRow(1), statusEvent(1, 1)]);
    expect(await reader.list({ limit: 9 })).toEqual(await store.list({ limit: 9 }));
    expect(await reader.events({ limit: 9 })).toEqual(await store.events({ limit: 9 }));
    expect(await reader.statistics()).toEqual(await store.statistics());
    await store.close();
    expect(await reader.lookup(1)).toMatchObject({ found: 'task' });
    await reader.close();
  });

  it('is closed in order, with nothing but the file and its lock left', async () => {
    const logger = recordingLogger();
    const store = await opened('tidy.db', { logger });
    await store.commit([taskRow(1)]);
    await store.close();
    expect(logger.lines).toEqual([]);
    expect(statSync(at('tidy.db-wal'), { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });
});

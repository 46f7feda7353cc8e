import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import type { TaskLookup } from '../../src/kernel/task-store.ts';
import { Connection, loadLibsql } from '../../src/store/sqlite/connection.ts';
import { migrations } from '../../src/store/sqlite/migrations.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import { goldenCommits, goldenEvents } from '../fixtures/stores/golden-v1.ts';
import { useFolder } from './programs.ts';
import { openingOf } from './rows.ts';

const folder = join(import.meta.dirname, '../fixtures/stores');
const files = readdirSync(folder).filter((name) => name.endsWith('.db'));

describe('a database of a released version', () => {
  const at = useFolder();

  it('is there for every version', () => {
    expect(files).toEqual(migrations.map(({ number }) => `v${number}.db`));
  });

  it.each(files)('%s is opened with every field as it was written', async (name) => {
    copyFileSync(join(folder, name), at(name));
    const store = sqliteStore(at(name), { retention: {} });
    expect(await store.open(openingOf())).toEqual({ nextId: 1_001, nextSeq: 501 });
    const plain = memoryStore({ retention: {} });
    await plain.open(openingOf());
    for (const rows of goldenCommits) await plain.commit(rows);

    const lookups = async (each: typeof store): Promise<TaskLookup[]> => {
      const found = [];
      for (let id = 1; id <= 10; id += 1) found.push(await each.lookup(id));
      return found;
    };
    expect(await lookups(store)).toEqual(await lookups(plain));
    expect(await store.list({ limit: 100 })).toEqual(await plain.list({ limit: 100 }));
    expect(await store.statistics()).toEqual(await plain.statistics());
    expect(await store.idempotencyKeys(0)).toEqual(await plain.idempotencyKeys(0));
    expect(await store.environment('e1')).toEqual({ PATH: '/bin', BEAMLINE: 'ID02' });
    expect(await store.events({ limit: 100 })).toEqual(goldenEvents);
    expect(await store.unsettled()).toEqual(
      (await plain.unsettled()).map((task) => ({
        ...task,
        events: goldenEvents.filter(({ taskId }) => taskId === task.task.id),
      })),
    );
    await store.close();
    const connection = new Connection(await loadLibsql(), at(name));
    expect(connection.pragma('user_version')).toBe(migrations.length);
    expect(connection.all('SELECT number, name FROM migrations')).toEqual(
      migrations.map(({ number, name: step }) => ({ number, name: step })),
    );
    connection.close();
  });
});

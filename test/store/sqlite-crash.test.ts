import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Connection, loadLibsql } from '../../src/store/sqlite/connection.ts';
import { migrations } from '../../src/store/sqlite/migrations.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import { randomOf } from '../support/random.ts';
import { runProgram, useFolder } from './programs.ts';
import { openingOf, settleRow, statusEvent, taskRow } from './rows.ts';

/** What the file holds, looked at past the store. */
async function look<T>(path: string, use: (connection: Connection) => T): Promise<T> {
  const connection = new Connection(await loadLibsql(), path);
  try {
    return use(connection);
  } finally {
    connection.close();
  }
}

const numberOf = (connection: Connection, sql: string): number =>
  connection.all<{ n: number }>(`SELECT (${sql}) AS n`)[0]?.n ?? -1;

describe('a SQLite store whose process is killed', () => {
  const at = useFolder();

  it(
    'has every commit that was acknowledged, and none by halves, twenty times over',
    { timeout: 120_000 },
    async () => {
      const path = at('killed.db');
      const random = randomOf(11);
      let acknowledged = 0;
      for (let round = 0; round < 20; round += 1) {
        const program = runProgram('commits-for-ever', path);
        const enough = 3 + random.below(120);
        await expect
          .poll(() => program.printed().split('\n').length, { timeout: 20_000, interval: 1 })
          .toBeGreaterThan(enough);
        program.child.kill('SIGKILL');
        await program.ended;
        const ids = program.printed().split('\n').slice(0, -1).map(Number);
        expect(ids[0]).toBeGreaterThan(acknowledged);
        acknowledged = ids.at(-1) ?? 0;
        const found = await look(path, (connection) => ({
          check: connection.all('PRAGMA integrity_check'),
          missing: ids.filter(
            (id) => numberOf(connection, `SELECT count(*) FROM tasks WHERE id = ${id}`) !== 1,
          ),
          halves: numberOf(
            connection,
            `SELECT count(*) FROM tasks WHERE 9 <>
               (SELECT count(*) FROM task_events WHERE task_id = tasks.id)`,
          ),
        }));
        expect(found).toEqual({ check: [{ integrity_check: 'ok' }], missing: [], halves: 0 });
      }
      const store = sqliteStore(path);
      await store.open(openingOf());
      expect((await store.unsettled()).length).toBeGreaterThanOrEqual(20 * 3);
      await store.close();
    },
  );

  it('tells the ends that nobody was told of, and no other', async () => {
    const path = at('untold.db');
    const program = runProgram('settles-untold', path);
    await expect.poll(program.printed, { timeout: 20_000 }).toBe('settled\n');
    program.child.kill('SIGKILL');
    await program.ended;
    const store = sqliteStore(path, { retention: {} });
    const { nextSeq } = await store.open(openingOf());
    const states = (await store.events({ limit: 10 })).map((event) =>
      event.type === 'status' ? [event.seq, event.taskId, event.state] : [],
    );
    expect(states).toEqual([
      [1, 1, 'pending'],
      [2, 2, 'pending'],
      [3, 1, 'completed'],
      [500, 2, 'failed'],
    ]);
    expect(nextSeq).toBe(501);
    await store.close();
  });

  it('has what it had when it is killed in the middle of a migration', async () => {
    const path = at('migrating.db');
    const store = sqliteStore(path, { retention: {} });
    await store.open(openingOf());
    await store.commit([taskRow(1), settleRow(1)]);
    await store.close();
    const program = runProgram('migrates-for-ever', path);
    const logged = () => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    await expect.poll(logged, { timeout: 20_000 }).toBeGreaterThan(1_000_000);
    program.child.kill('SIGKILL');
    expect(await program.ended).toBe('SIGKILL');
    await store.open(openingOf());
    expect(await store.lookup(1)).toMatchObject({ found: 'task', output: { z: 1 } });
    await store.commit([taskRow(2)]);
    await store.close();
    const found = await look(path, (connection) => ({
      version: connection.pragma('user_version'),
      tables: numberOf(connection, `SELECT count(*) FROM sqlite_schema WHERE name = 'endless'`),
      steps: numberOf(connection, 'SELECT count(*) FROM migrations'),
    }));
    expect(found).toEqual({ version: migrations.length, tables: 0, steps: migrations.length });
  });

  it('has everything when it ends right after it was closed', async () => {
    const path = at('closed.db');
    expect(await runProgram('closes-a-store', path).ended).toBe(0);
    const store = sqliteStore(path);
    await store.open(openingOf());
    expect(await store.unsettled()).toHaveLength(300);
    await store.close();
  });
});

describe('a SQLite store whose log is torn', () => {
  const at = useFolder();
  const pageOfLog = 4_096 + 24;

  /** Ten commits, the last of which stand in the log, as they are after a crash. */
  const crashed = async (name: string): Promise<string> => {
    const path = at(`${name}.db`);
    const store = sqliteStore(at(`${name}-open.db`), { retention: {} });
    await store.open(openingOf());
    for (let id = 1; id <= 10; id += 1) {
      await store.commit([taskRow(id, { input: 'x'.repeat(3_000) }), statusEvent(id, id)]);
    }
    // Another process copies: one that closes a file loses SQLite's locks on it.
    for (const end of ['', '-wal']) {
      execFileSync('cp', [at(`${name}-open.db${end}`), `${path}${end}`]);
    }
    await store.close();
    return path;
  };

  const found = async (path: string): Promise<number[]> => {
    const store = sqliteStore(path, { retention: {} });
    await store.open(openingOf());
    const tasks = await store.unsettled();
    for (const { events } of tasks) expect(events).toHaveLength(1);
    await store.commit([taskRow(99)]);
    expect(await store.lookup(99)).toMatchObject({ found: 'task' });
    await store.close();
    return tasks.map(({ task }) => task.id);
  };

  it('has all of an untorn log', async () => {
    expect(await found(await crashed('whole'))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it.each([
    ['cut off in its last page', (log: string) => truncateSync(log, statSync(log).size - 1_000)],
    [
      'scribbled over in its last page',
      (log: string) => {
        const bytes = readFileSync(log);
        bytes.fill(0xa5, bytes.length - 3_000);
        writeFileSync(log, bytes);
      },
    ],
  ])('has everything but the last commit of one that is %s', async (name, tear) => {
    const path = await crashed(name);
    expect((statSync(`${path}-wal`).size - 32) % pageOfLog).toBe(0);
    tear(`${path}-wal`);
    expect(await found(path)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('has all that was written into the file when the log is gone or nothing but noise', async () => {
    const path = at('noise.db');
    const store = sqliteStore(path, { retention: {} });
    await store.open(openingOf());
    await store.commit([taskRow(1), statusEvent(1, 1)]);
    await store.close();
    writeFileSync(`${path}-wal`, Buffer.alloc(50_000, 'noise'));
    expect(await found(path)).toEqual([1]);
  });
});

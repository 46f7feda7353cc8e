import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { StoreRow } from '../../src/kernel/store-rows.ts';
import { Encoder } from '../../src/store/sqlite/encode.ts';
import { Connection, loadLibsql } from '../../src/store/sqlite/connection.ts';
import { DatabaseWriter } from '../../src/store/sqlite/database-writer.ts';
import { openDatabase } from '../../src/store/sqlite/open-database.ts';
import { sqliteReader, sqliteStore } from '../../src/store/sqlite.ts';
import { useFolder } from './programs.ts';
import { openingOf, personsEvent, settleRow, taskRow } from './rows.ts';

const large = (id: number): StoreRow => taskRow(id, { input: 'x'.repeat(100_000) });

/** Whether file systems can be mounted here: it takes root, and not every container lets it. */
function canMount(folder: string): boolean {
  try {
    mkdirSync(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const mounts = canMount(`/tmp/runstate-mount-${process.pid}`);

/** Whether files can be made unchangeable here, also for root. */
function canFreeze(file: string): boolean {
  try {
    writeFileSync(file, '');
    execFileSync('chattr', ['+i', file], { stdio: 'ignore' });
    execFileSync('chattr', ['-i', file]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(file, { force: true });
  }
}

const attributes = canFreeze(`/tmp/runstate-frozen-${process.pid}`);

/** A file system of three megabytes. */
function smallDisk(folder: string): void {
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
}

describe('a SQLite store that cannot write', () => {
  const at = useFolder();

  const failed = (path: string, reason: string) => ({
    code: 'STORE_WRITE_FAILED',
    message: expect.stringContaining(`The store ${path} could not be written: ${reason}`) as string,
    cause: { code: expect.stringMatching(/^SQLITE_/) as string },
  });

  const readOnly = (path: string, reason: string) => ({
    code: 'STORE_UNREADABLE',
    message: expect.stringContaining(`The store ${path} cannot be opened: ${reason}`) as string,
  });

  it('takes nothing of a batch for which the file has no room, and the next that fits', async () => {
    const path = at('full.db');
    const options = { path, durability: 'full', nowMs: 0, retention: { settled: 100 } } as const;
    const connection = openDatabase(await loadLibsql(), options);
    const writer = new DatabaseWriter(connection, options, () => {});
    const write = (...rows: readonly StoreRow[]) => {
      const encoder = new Encoder({ next: 1, known: new Map() });
      for (const row of rows) encoder.add(row);
      writer.commit(encoder.batch, 0);
    };
    write(taskRow(1));
    connection.exec(`PRAGMA max_page_count = ${connection.pragma('page_count') + 5}`);
    const full = expect.objectContaining({ code: 'SQLITE_FULL' }) as Error;
    expect(() => write(taskRow(2), settleRow(1), large(3))).toThrow(full);
    write(taskRow(2), settleRow(2));
    expect(writer.statistics().counts).toMatchObject({ completed: 1 });
    connection.exec('PRAGMA max_page_count = 100000; PRAGMA query_only = ON');
    const readOnlyError = expect.objectContaining({ code: 'SQLITE_READONLY' }) as Error;
    expect(() => write(settleRow(1))).toThrow(readOnlyError);
    connection.exec('PRAGMA query_only = OFF');
    write(settleRow(1), large(3));
    expect(writer.statistics().counts).toMatchObject({ completed: 2 });
    writer.close();
    const reader = await sqliteReader(path);
    expect(await reader.lookup(3)).toMatchObject({ found: 'task' });
    await reader.close();
  });

  it.skipIf(!mounts)(
    'says that the disk is full, keeps what it acknowledged, and goes on when there is room',
    async () => {
      smallDisk(at('small-disk'));
      const path = at('small-disk/runs.db');
      const store = sqliteStore(path);
      await store.open(openingOf());
      const kept: number[] = [];
      const fill = async () => {
        for (let id = 1; id < 100; id += 1) {
          await store.commit([large(id)]);
          kept.push(id);
        }
      };
      await expect(fill()).rejects.toMatchObject(failed(path, 'the disk is full'));
      expect(kept.length).toBeGreaterThan(3);
      for (const id of kept) expect(await store.lookup(id)).toMatchObject({ found: 'task' });
      expect(await store.lookup(kept.length + 1)).toEqual({ found: 'nothing' });
      execFileSync('mount', ['-o', 'remount,size=30m', at('small-disk')]);
      await store.commit([large(kept.length + 1)]);
      await store.close();
      const reader = await sqliteReader(path);
      expect(await reader.lookup(kept.length + 1)).toMatchObject({ found: 'task' });
      await reader.close();
    },
  );

  it.skipIf(!mounts)('says that the file system is read-only', async () => {
    smallDisk(at('old-disk'));
    const path = at('old-disk/runs.db');
    const store = sqliteStore(path);
    await store.open(openingOf());
    await store.commit([taskRow(1)]);
    await store.close();
    execFileSync('mount', ['-o', 'remount,ro', at('old-disk')]);
    const opening = async () => store.open(openingOf());
    await expect(opening()).rejects.toMatchObject(readOnly(path, 'it cannot be locked'));
    const reader = await sqliteReader(path);
    expect(await reader.lookup(1)).toMatchObject({ found: 'task' });
    await reader.close();
    execFileSync('mount', ['-o', 'remount,rw', at('old-disk')]);
    await opening();
    await store.commit([taskRow(2)]);
    await store.close();
  });

  it.skipIf(!attributes)('says that the file is read-only', async () => {
    const path = at('immutable.db');
    const store = sqliteStore(path);
    await store.open(openingOf());
    await store.commit([taskRow(1)]);
    await store.close();
    execFileSync('chattr', ['+i', path]);
    onTestFinished(() => void execFileSync('chattr', ['-i', path]));
    const opening = async () => store.open(openingOf());
    await expect(opening()).rejects.toMatchObject(readOnly(path, 'the file is read-only'));
    const reader = await sqliteReader(path);
    expect(await reader.lookup(1)).toMatchObject({ found: 'task' });
    await reader.close();
  });

  it('says that another process keeps it locked, and goes on when that has ended', async () => {
    const path = at('busy.db');
    const store = sqliteStore(path);
    await store.open(openingOf());
    const other = new Connection(await loadLibsql(), path);
    other.exec('BEGIN IMMEDIATE');
    const writing = async () => store.commit([taskRow(1)]);
    await expect(writing()).rejects.toMatchObject(failed(path, 'another process keeps it locked'));
    other.exec('ROLLBACK');
    other.close();
    await writing();
    expect(await store.lookup(1)).toMatchObject({ found: 'task' });
    await store.close();
  });

  it('names a value that is not JSON, and takes none of its rows', async () => {
    const path = at('odd.db');
    const store = sqliteStore(path);
    await store.open(openingOf());
    const cycle: unknown[] = [];
    cycle.push(cycle);
    for (const input of [1n, cycle]) {
      const writing = async () => store.commit([taskRow(1), taskRow(2, { input })]);
      await expect(writing()).rejects.toMatchObject({
        code: 'STORE_WRITE_FAILED',
        message: expect.stringContaining('a row is not JSON'),
        cause: expect.any(TypeError),
      });
    }
    expect(await store.lookup(1)).toEqual({ found: 'nothing' });
    await store.close();
  });

  it('takes a number of an event once', async () => {
    const store = sqliteStore(at('twice.db'));
    await store.open(openingOf());
    await store.commit([personsEvent(1, 1)]);
    const writing = async () => store.commit([personsEvent(2, 1), personsEvent(1, 1)]);
    await expect(writing()).rejects.toMatchObject({ code: 'STORE_WRITE_FAILED' });
    expect(await store.events({ limit: 9 })).toEqual([personsEvent(1, 1).event]);
    await store.close();
  });

  it('is broken when its file is damaged under it, says so once, and writes no more', async () => {
    const path = at('broken.db');
    const broken: Error[] = [];
    const store = sqliteStore(path, { retention: {} });
    await store.open(openingOf({ onBroken: (error) => void broken.push(error) }));
    for (let id = 1; id <= 40; id += 1) await store.commit([large(id)]);
    await store.close();
    await store.open(openingOf({ onBroken: (error) => void broken.push(error) }));
    const bytes = readFileSync(path).fill(0xa5, 4_096);
    writeFileSync(path, bytes);
    const writing = async () => {
      for (let id = 41; id < 100; id += 1) await store.commit([large(id), settleRow(id - 40)]);
    };
    await expect(writing()).rejects.toMatchObject({
      code: 'STORE_BROKEN',
      message: expect.stringContaining(`The store ${path} can be written no more`),
    });
    expect(broken).toHaveLength(1);
    await expect(async () => store.commit([taskRow(500)])).rejects.toBe(broken[0]);
    await store.close();
  });
});

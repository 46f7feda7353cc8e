import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TaskStore } from '../../src/kernel/task-store.ts';
import { Connection, loadLibsql } from '../../src/store/sqlite/connection.ts';
import { migrations } from '../../src/store/sqlite/migrations.ts';
import { sqliteReader, sqliteStore } from '../../src/store/sqlite.ts';
import { useFolder } from './programs.ts';
import { openingOf, settleRow, taskRow } from './rows.ts';

const newest = migrations.length;

describe('a file that is no store', () => {
  const at = useFolder();

  /** A store with a few pages, closed in order. */
  const stored = async (name: string): Promise<string> => {
    const path = at(name);
    const store = sqliteStore(path, { retention: {} });
    await store.open(openingOf());
    const ids = Array.from({ length: 200 }, (_, index) => index + 1);
    await store.commit(ids.map((id) => taskRow(id, { input: 'x'.repeat(400) })));
    await store.commit(ids.map((id) => settleRow(id)));
    await store.close();
    return path;
  };

  const change = async (path: string, sql: string): Promise<void> => {
    const connection = new Connection(await loadLibsql(), path);
    connection.exec(sql);
    connection.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    connection.close();
  };

  /** Both ways in refuse it, with the same words, and leave every byte as it was. */
  const refused = async (path: string, error: object): Promise<void> => {
    const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
    const before = isFile ? readFileSync(path) : null;
    const store = sqliteStore(path);
    await expect(async () => store.open(openingOf())).rejects.toMatchObject(error);
    await store.close();
    await expect(sqliteReader(path)).rejects.toMatchObject(error);
    if (before !== null) expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(at('.')).filter((name) => name.endsWith('.owner'))).toEqual([]);
  };

  const unreadable = (path: string, reason: string) => ({
    code: 'STORE_UNREADABLE',
    message: expect.stringContaining(`The store ${path} cannot be opened: ${reason}`) as string,
  });

  it('is refused when it is text', async () => {
    const path = at('notes.txt');
    writeFileSync(path, 'Dear diary, today the beam was off again.\n'.repeat(200));
    await refused(path, unreadable(path, 'it is not a database'));
  });

  it('is refused when it is another program’s database', async () => {
    const path = at('other.db');
    await change(path, 'CREATE TABLE songs (title TEXT); INSERT INTO songs VALUES (1)');
    await refused(path, unreadable(path, 'it is a database of another program'));
  });

  it('is refused when it was written by a newer version, and both versions are named', async () => {
    const path = await stored('newer.db');
    await change(path, `PRAGMA user_version = ${newest + 6}`);
    await refused(path, {
      code: 'STORE_TOO_NEW',
      message: expect.stringContaining(`schema ${newest + 6}; this one knows up to ${newest}`),
    });
  });

  it('is refused when it was cut off', async () => {
    const path = await stored('short.db');
    truncateSync(path, Math.floor(statSync(path).size / 2));
    await refused(path, unreadable(path, 'it is damaged'));
  });

  it('is refused when its first page is overwritten', async () => {
    const path = await stored('first-page.db');
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xa5, 0, 4_096));
    await refused(path, unreadable(path, 'it is not a database'));
  });

  it('is refused when pages within it are overwritten', async () => {
    const path = await stored('inner-page.db');
    const bytes = readFileSync(path);
    const from = Math.floor(bytes.length / 4_096 / 2) * 4_096;
    writeFileSync(path, bytes.fill(0xa5, from, from + 3 * 4_096));
    const store = sqliteStore(path);
    await expect(async () => store.open(openingOf())).rejects.toMatchObject(
      unreadable(path, 'it is damaged'),
    );
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('is refused when it is a directory', async () => {
    const path = at('folder.db');
    mkdirSync(path);
    await refused(path, unreadable(path, 'it is a directory'));
  });

  it('is refused when its directory is not there', async () => {
    const path = at('nowhere/runs.db');
    await refused(path, unreadable(path, `its directory ${at('nowhere')} is not there`));
  });

  it('is made when it is not there or empty, but not by who only reads', async () => {
    for (const name of ['absent.db', 'empty.db']) {
      const path = at(name);
      if (name === 'empty.db') writeFileSync(path, '');
      const reason = name === 'empty.db' ? 'it is empty' : 'it is not there';
      await expect(sqliteReader(path)).rejects.toMatchObject(unreadable(path, reason));
      const store = sqliteStore(path);
      expect(await store.open(openingOf())).toEqual({ nextId: 1, nextSeq: 1 });
      await store.commit([taskRow(1)]);
      await store.close();
      const reader = await sqliteReader(path);
      expect(await reader.lookup(1)).toMatchObject({ found: 'task' });
      await reader.close();
    }
  });

  it.each([[''], [':memory:'], ['a\0b'], [7], [null]] as const)(
    'has no such name as %j',
    async (path) => {
      const refusal = expect.objectContaining({ code: 'INVALID_OPTION' }) as Error;
      expect(() => sqliteStore(path as string)).toThrow(refusal);
      await expect(sqliteReader(path as string)).rejects.toThrow(refusal);
    },
  );

  it.each([
    [{ durability: 'some' }],
    [{ durability: undefined, retention: { settled: -1 } }],
    [{ durabilty: 'normal' }],
    [null],
  ])('is refused with the options %j', (options) => {
    const make = (): TaskStore => sqliteStore(at('x.db'), options as never);
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }) as Error);
  });
});

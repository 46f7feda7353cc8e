import { mkdirSync, symlinkSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqliteReader, sqliteStore } from '../../src/store/sqlite.ts';
import { runProgram, useFolder } from './programs.ts';
import { openingOf, taskRow } from './rows.ts';

describe('a SQLite store', () => {
  const at = useFolder();

  const locked = (path: string, pid: number | undefined) => ({
    code: 'STORE_LOCKED',
    message: expect.stringMatching(
      `The store ${path} is in use by process ${pid}, which opened it at \\d{4}-\\d\\d-\\d\\dT`,
    ) as string,
  });

  it('is for one engine at a time, by whatever name it is called', async () => {
    const path = at('one.db');
    mkdirSync(at('folder'));
    symlinkSync(at('folder'), at('link-to-folder'));
    const store = sqliteStore(path);
    await store.open(openingOf());
    symlinkSync(path, at('link.db'));
    symlinkSync('link.db', at('link-to-link.db'));
    const names = [
      path,
      relative(process.cwd(), path),
      at('folder/../one.db'),
      at('link-to-folder/../one.db'),
      at('link.db'),
      at('link-to-link.db'),
    ];
    for (const name of names) {
      const second = sqliteStore(name);
      const opening = async () => second.open(openingOf());
      await expect(opening()).rejects.toMatchObject(locked(path, process.pid));
      await second.close();
    }
    await store.commit([taskRow(1)]);
    await store.close();
  });

  it('has one lock when a link was there before the file', async () => {
    symlinkSync('later.db', at('early-link.db'));
    const store = sqliteStore(at('early-link.db'));
    await store.open(openingOf());
    const opening = async () => sqliteStore(at('later.db')).open(openingOf());
    await expect(opening()).rejects.toMatchObject(locked(at('later.db'), process.pid));
    await store.close();
  });

  it('can be opened again when it was closed, and when its opening failed', async () => {
    const store = sqliteStore(at('again.db'));
    await store.open(openingOf());
    await expect(async () => store.open(openingOf())).rejects.toMatchObject({
      code: 'STORE_LOCKED',
    });
    await store.commit([taskRow(1)]);
    await store.close();
    await store.close();
    await store.open(openingOf());
    expect(await store.lookup(1)).toMatchObject({ found: 'task' });
    await store.close();
  });

  it('refuses to read and to write when it is not open', async () => {
    const store = sqliteStore(at('closed.db'));
    expect(() => store.lookup(1)).toThrow('is not open');
    await expect(async () => store.commit([taskRow(1)])).rejects.toMatchObject({
      code: 'STORE_NOT_OPEN',
    });
  });

  it('names the other process that has it open, and is free when that one is killed', async () => {
    const path = at('other.db');
    const other = runProgram('holds-a-store', path);
    await expect.poll(other.printed, { timeout: 20_000 }).toContain('open');
    const store = sqliteStore(path);
    const opening = async () => store.open(openingOf());
    await expect(opening()).rejects.toMatchObject(locked(path, other.child.pid));
    const reader = await sqliteReader(path);
    expect(await reader.lookup(1)).toEqual({ found: 'nothing' });
    await reader.close();
    await expect(opening()).rejects.toMatchObject(locked(path, other.child.pid));
    other.child.kill('SIGKILL');
    await other.ended;
    await opening();
    await store.commit([taskRow(1)]);
    await store.close();
  });

  it('keeps no process alive that has nothing to do', async () => {
    const program = runProgram('leaves-a-store-open', at('left.db'));
    expect([await program.ended, program.printed()]).toEqual([0, 'committed\n']);
    const store = sqliteStore(at('left.db'));
    await store.open(openingOf());
    expect(await store.lookup(1)).toMatchObject({ found: 'task' });
    await store.close();
  });
});

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePlugin, secret, sqliteStore } from '../../src/index.ts';
import type { DefinedPlugin, EngineOptions, TaskHandle } from '../../src/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { closeEngines, eventsOf, startEngine } from '../support/engine-under-test.ts';
import type { EngineUnderTest } from '../support/engine-under-test.ts';

const word = 'correct-horse-battery-staple';
const secretKey = 'a key of at least 16 characters';
const hints = [word, word.slice(0, 12), Buffer.from(word).toString('base64').slice(0, 16)];

const login = { user: 'alice', login: { password: word } };
const shown = { user: 'alice', login: { password: '[secret]' } };

const { inline, thread, child } = (await import(
  new URL('../fixtures/runner-plugins/tells-its-secret.mjs', import.meta.url).href
)) as Readonly<Record<'inline' | 'thread' | 'child', DefinedPlugin>>;

const runners = [
  ['inline', inline],
  ['thread', thread],
  ['process', child],
] as const;

const expectNoHint = (text: string): void => {
  for (const hint of hints) expect(text).not.toContain(hint);
};

const everythingOf = (value: unknown): string =>
  inspect(value, { depth: 30, showHidden: true, maxArrayLength: null, maxStringLength: null });

describe('a task with a secret in its input', () => {
  const folders: string[] = [];

  const folder = (): string => {
    const made = mkdtempSync(join(tmpdir(), 'runstate-secrets-'));
    folders.push(made);
    return made;
  };

  /** All that stands in the files of a folder, as text. */
  const bytesIn = (path: string): string =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
      .join('\n');

  const start = (options: EngineOptions = {}): Promise<EngineUnderTest> =>
    startEngine({ clock: systemClock, ...options });

  /** All that can be read of a task, and of its engine. */
  const allOf = async ({ engine, lines }: EngineUnderTest, handle: TaskHandle): Promise<string> => {
    const failure = await handle.output().then(
      () => null,
      (error: unknown) => error,
    );
    const found = await engine.tasks.get(handle.id);
    return [
      lines,
      eventsOf(handle),
      await handle.result(),
      failure,
      handle.input,
      found.input,
      await found.result(),
      await handle.describe(),
      await engine.audit(),
      await engine.tasks.snapshot(),
    ]
      .map(everythingOf)
      .join('\n');
  };

  afterEach(async () => {
    await closeEngines();
    for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
  });

  describe.each(runners)('in runner %s', (_, plugin) => {
    it('has the secret, and nobody else sees it', async () => {
      const workdir = folder();
      const store = folder();
      const used = await start({
        workdir,
        secretKey,
        store: sqliteStore(join(store, 'runs.db')),
      });
      const handle = used.engine.submit(
        plugin,
        { ...login, how: 'completes' },
        { by: { who: 'me' } },
      );
      expect(await handle.output()).toEqual({
        length: word.length,
        password: '[secret]',
        '[secret]': ['[secret]'],
      });
      const { summary, payload } = await handle.result();
      expect([summary, payload]).toEqual([{ password: '[secret]' }, ['[secret]']]);
      expect(handle.input).toEqual({ ...shown, how: 'completes' });
      expectNoHint(await allOf(used, handle));
      expectNoHint(bytesIn(store));
      await used.shut();
      expectNoHint(bytesIn(workdir) + bytesIn(store));
      expect(bytesIn(workdir)).toContain('[secret]');
    });

    it('shows nothing of it when it fails', async () => {
      const used = await start();
      const handle = used.engine.submit(plugin, { ...login, how: 'fails' });
      const { error } = await handle.result();
      expect(error).toMatchObject({
        message: 'refused [secret]',
        fields: [{ path: '[secret]', message: '[secret]' }],
        cause: { message: 'cause [secret]', code: 'E_[secret]' },
      });
      expectNoHint(await allOf(used, handle));
    });

    it('shows nothing of it when its output is not valid', async () => {
      const used = await start();
      const handle = used.engine.submit(plugin, { ...login, how: 'breaks-its-output' });
      expect((await handle.result()).error).toMatchObject({ code: 'INVALID_OUTPUT' });
      expectNoHint(await allOf(used, handle));
    });
  });

  describe('after a restart', () => {
    const keeps = definePlugin({
      name: 'test.keeps',
      effect: 'idempotent',
      input: z.object({ user: z.string(), login: z.object({ password: secret(z.string()) }) }),
      process: ({ input }) => input.login.password.length,
    });

    /** Leaves a held task in a store; the store's path, and the task's id. */
    const leaveTask = async (options: EngineOptions): Promise<{ path: string; id: number }> => {
      const path = join(folder(), 'runs.db');
      const used = await start({ store: sqliteStore(path), plugins: [keeps], ...options });
      const handle = used.engine.submit(keeps, login, { hold: true, idempotencyKey: 'k' });
      await handle.accepted;
      await used.shut();
      return { path, id: handle.id };
    };

    const again = async (path: string, options: EngineOptions): Promise<EngineUnderTest> =>
      start({ store: sqliteStore(path), plugins: [keeps], ...options });

    it('goes on under the same key', async () => {
      const { path, id } = await leaveTask({ secretKey });
      const { engine } = await again(path, { secretKey });
      const handle = await engine.tasks.get(id);
      expect(handle.input).toEqual(shown);
      expect(engine.submit(keeps, login, { idempotencyKey: 'k' }).id).toBe(id);
      const other = { ...login, login: { password: 'another' } };
      expect(() => engine.submit(keeps, other, { idempotencyKey: 'k' })).toThrow(
        expect.objectContaining({ code: 'IDEMPOTENCY_CONFLICT' }),
      );
      void handle.resume();
      expect(await handle.output()).toBe(word.length);
    });

    it.each([
      ['it was stored without a key', {}, { secretKey }],
      ['the key is gone', { secretKey }, {}],
      ['the key is another one', { secretKey }, { secretKey: 'another key, as long as that' }],
    ])('fails when %s', async (_, before, after) => {
      const { path, id } = await leaveTask(before);
      const { engine } = await again(path, after);
      const handle = await engine.tasks.get(id);
      expect((await handle.result()).error).toMatchObject({
        code: 'SECRET_LOST',
        phase: 'pending',
      });
      expect(handle.input).toEqual(shown);
      await expect(engine.tasks.rerun(id)).rejects.toMatchObject({ code: 'SECRET_LOST' });
      const rerun = await engine.tasks.rerun(id, { input: login });
      expect(await rerun.output()).toBe(word.length);
    });

    it('waits for its plugin with its secret sealed, and goes on when the plugin comes', async () => {
      const { path, id } = await leaveTask({ secretKey });
      const { engine } = await start({ store: sqliteStore(path), secretKey });
      const handle = await engine.tasks.get(id);
      expect(handle.input).toEqual(shown);
      engine.plugins.register(keeps);
      void handle.resume();
      expect(await handle.output()).toBe(word.length);
    });

    it('can be run again by its id', async () => {
      const path = join(folder(), 'runs.db');
      const used = await again(path, { secretKey });
      const first = used.engine.submit(keeps, login);
      await first.result();
      await used.shut();
      const { engine } = await again(path, { secretKey });
      const rerun = await engine.tasks.rerun(first.id);
      expect(await rerun.output()).toBe(word.length);
      expect((await engine.tasks.get(first.id)).input).toEqual(shown);
    });
  });

  describe('that is refused', () => {
    it('shows nothing of it', async () => {
      const used = await start();
      const input = { ...login, how: 'often' };
      let error: unknown;
      try {
        used.engine.submit(inline, input);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'INVALID_INPUT', fields: [{ path: 'how' }] });
      expectNoHint(everythingOf(error) + everythingOf(used.lines));
    });

    it('is no input as people see it', async () => {
      const { engine } = await start();
      expect(() => engine.submit(inline, { ...shown, how: 'completes' })).toThrow(
        expect.objectContaining({
          code: 'INVALID_INPUT',
          fields: [{ path: 'login.password', message: expect.stringContaining('[secret]') }],
        }),
      );
    });
  });

  it('is kept by a memory store without its secret', async () => {
    const store = memoryStore();
    const used = await start({ store });
    const handle = used.engine.submit(inline, { ...login, how: 'completes' });
    await handle.result();
    expectNoHint(everythingOf([await store.lookup(handle.id), await store.list({ limit: 9 })]));
  });
});

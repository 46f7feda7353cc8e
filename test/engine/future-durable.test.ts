import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createEngine, definePlugin, FutureOutput } from '../../src/index.ts';
import type { DefinedPlugin, Engine } from '../../src/index.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import { secret } from '../../src/wire/secret-fields.ts';
import { gatedWork } from '../support/gated-work.ts';
import { recordingLogger } from '../support/recording-logger.ts';

describe('FutureOutput on a durable store', () => {
  let folder = '';
  const engines: Engine[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runstate-future-'));
  });

  afterEach(async () => {
    for (const engine of engines.splice(0)) await engine.close({ graceMs: 0 });
    rmSync(folder, { recursive: true, force: true });
  });

  const startWith = async (...plugins: readonly DefinedPlugin[]): Promise<Engine> => {
    const store = sqliteStore(join(folder, 'runs.db'));
    const engine = createEngine({ store, plugins, logger: recordingLogger(), concurrency: 1 });
    engines.push(engine);
    await engine.start();
    return engine;
  };

  it('is told that the engine closed, and goes on with the next one', async () => {
    const work = gatedWork();
    const first = await startWith(work.plugin);
    const future = first.submitAll(work.plugin, ['a', 'b', 'c']);
    work.complete('a');
    const [id = null] = future.taskIds;
    await (await first.tasks.get(id ?? 0)).result();
    const getting = future.get();
    let ending: unknown = null;
    future.progress$.subscribe({ error: (error) => (ending = error) });
    await first.close({ graceMs: 0 });
    await expect(getting).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
    await expect(future.get()).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });
    expect(ending).toMatchObject({ code: 'ENGINE_CLOSED' });
    const values = future.asCompleted();
    expect(await values.next()).toMatchObject({ value: { output: ['a'] } });
    await expect(values.next()).rejects.toMatchObject({ code: 'ENGINE_CLOSED' });

    const path = await future.save(join(folder, 'future.json'));
    const again = gatedWork();
    const second = await startWith(again.plugin);
    const opened = await FutureOutput.open(path, { engine: second });
    expect(opened.taskIds).toEqual(future.taskIds);
    again.complete('b', 'c');
    expect(await opened.get()).toMatchObject(
      ['a', 'b', 'c'].map((input) => ({ input, success: true, output: [input] })),
    );
  });

  it('finds what ended while nobody held it', async () => {
    const work = gatedWork();
    const first = await startWith(work.plugin);
    const future = first.submitAll(work.plugin, ['a', 'b']);
    const path = await future.save(join(folder, 'future.json'));
    work.complete('a');
    work.fail('b', new TypeError('broken'));
    await first.whenIdle();
    await first.close();

    const second = await startWith();
    const opened = await FutureOutput.open(path, { engine: second });
    expect(opened.isReady).toBe(true);
    expect(opened.statuses).toEqual(['completed', 'failed']);
    expect(opened.outputs).toEqual([null, null]);
    const seen: unknown[] = [];
    for await (const { input, output, error } of opened.asCompleted()) {
      seen.push([input, output, error?.message]);
    }
    expect(seen).toEqual([
      ['a', ['a'], undefined],
      ['b', null, 'broken'],
    ]);
    await opened.refresh();
    expect(await opened.get()).toMatchObject([
      { success: true },
      { success: false, traceback: expect.stringContaining('future-durable.test.ts') },
    ]);
  });

  it('waits for an operator’s word on a task that a crash left in doubt', async () => {
    const work = gatedWork({ effect: 'unsafe' });
    const first = await startWith(work.plugin);
    const future = first.submitAll(work.plugin, ['a']);
    const running = new Promise<void>((resolve) => {
      first.events$.subscribe((event) => {
        if (event.type === 'status' && event.state === 'running') resolve();
      });
    });
    const path = await future.save(join(folder, 'future.json'));
    await running;
    await first.close({ graceMs: 0 });

    const second = await startWith(gatedWork({ effect: 'unsafe' }).plugin);
    const opened = await FutureOutput.open(path, { engine: second });
    expect(opened.statuses).toEqual(['stopped']);
    const getting = opened.get();
    await second.tasks.resolve(opened.taskIds[0] ?? 0, 'completed', {
      by: { who: 'operator' },
      reason: 'the stage has moved',
      output: ['moved'],
    });
    expect(await getting).toMatchObject([{ success: true, output: ['moved'] }]);
  });

  it('takes ten thousand inputs at once', async () => {
    const plugin = definePlugin({
      name: 'test.double',
      effect: 'idempotent',
      input: z.number(),
      process: ({ input }) => 2 * input,
    });
    const engine = await startWith(plugin);
    const inputs = Array.from({ length: 10_000 }, (_, index) => index);
    const future = engine.submitAll(plugin, inputs);
    const path = await future.save(join(folder, 'future.json'));
    let sum = 0;
    for await (const { output } of future.asCompleted()) sum += output ?? 0;
    expect(sum).toBe(99_990_000);
    expect(future.outputs.every((output) => output === null)).toBe(true);
    const opened = await FutureOutput.open<number>(path, { engine });
    const values = await opened.get();
    expect(values.map(({ output }) => output)).toEqual(inputs.map((input) => 2 * input));
  });

  it('writes no secrets to its file', async () => {
    const login = definePlugin({
      name: 'test.login',
      effect: 'idempotent',
      input: z.object({ user: z.string(), password: secret(z.string()) }),
      process: ({ input }) => input.password.length,
    });
    const engine = await startWith(login);
    const refused = { user: 1, password: 'swordfish' } as unknown as {
      user: string;
      password: string;
    };
    const future = engine.submitAll(login, [{ user: 'a', password: 'swordfish' }, refused]);
    expect(await future.get()).toMatchObject([{ output: 9 }, { error: { code: 'INVALID_INPUT' } }]);
    const path = await future.save(join(folder, 'future.json'));
    expect(readFileSync(path, 'utf8')).not.toContain('swordfish');
  });
});

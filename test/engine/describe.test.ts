import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePlugin, luteAnalysis, secret, sqliteStore } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';

const square = definePlugin({
  name: 'test.square',
  input: z.object({ x: z.number(), unit: z.string().default('mm') }),
  effect: 'idempotent',
  implSchemas: 'squares; numbers',
  process: ({ input, summary }) => {
    summary({ x: input.x });
    return { y: input.x ** 2 };
  },
});

const login = definePlugin({
  name: 'test.login',
  input: z.object({ user: z.string(), word: secret(z.string()), port: z.number().default(22) }),
  process: () => null,
});

describe('handle.describe', () => {
  afterEach(closeEngines);

  it('tells how a settled task was run', async () => {
    process.env['RUNSTATE_TEST_PLACE'] = 'hutch 3';
    process.env['RUNSTATE_TEST_TOKEN'] = 'hush';
    const { engine } = await startEngine();
    delete process.env['RUNSTATE_TEST_PLACE'];
    delete process.env['RUNSTATE_TEST_TOKEN'];
    const handle = engine.submit(square, { x: 5 });
    const result = await handle.result();
    const described = await handle.describe();
    expect(described).toEqual({
      taskResult: result,
      taskParameters: { x: 5, unit: 'mm' },
      taskEnv: expect.objectContaining({
        RUNSTATE_TEST_PLACE: 'hutch 3',
        RUNSTATE_TEST_TOKEN: '[secret]',
      }) as object,
      pollInterval: 0,
      communicatorDesc: ["inline runner: calls in the engine's own thread"],
    });
    expect(luteAnalysis(described).task_result).toEqual({
      task_name: 'test.square',
      task_status: 'COMPLETED',
      summary: 'x: 5',
      payload: { y: 25 },
      impl_schemas: 'squares;numbers',
    });
  });

  it('tells how far a task has come that has not settled', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const go = deferred<void>();
    const running = engine.submit(
      pluginOf({
        process: async ({ payload, summary }) => {
          summary('half');
          payload([1, 2]);
          await go.promise;
        },
      }),
      { any: 'input' },
    );
    const pending = engine.submit(square, { x: 1 });
    await rest();
    expect(await running.describe()).toMatchObject({
      taskResult: {
        taskId: running.id,
        taskStatus: 'running',
        summary: 'half',
        payload: [1, 2],
        error: null,
        attempts: 1,
        times: { submittedAt: 1_000_000, startedAt: 1_000_000, endedAt: null },
      },
      taskParameters: { any: 'input' },
      taskEnv: { PATH: process.env['PATH'] },
    });
    expect(await pending.describe()).toMatchObject({
      taskResult: { taskStatus: 'pending', summary: '', payload: null, attempts: 0 },
      taskParameters: { x: 1, unit: 'mm' },
      taskEnv: {},
    });
    go.resolve();
    await pending.result();
    expect(await pending.describe()).toMatchObject({ taskResult: { taskStatus: 'completed' } });
  });

  it('shows no secret of the input', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(login, { user: 'op', word: 'hush' });
    await handle.result();
    expect((await handle.describe()).taskParameters).toEqual({ user: 'op', word: '[secret]' });
  });

  it('keeps no environment when told so', async () => {
    const { engine } = await startEngine({ recordEnvironment: false });
    const handle = engine.submit(square, { x: 5 });
    await handle.result();
    expect((await handle.describe()).taskEnv).toEqual({});
  });

  it('gives an input that its schema turns into something else as it was given', async () => {
    const { engine } = await startEngine();
    const dated = definePlugin({
      name: 'test.dated',
      input: z.object({ at: z.string().transform((text) => new Date(text)) }),
      process: ({ input }) => input.at.getUTCFullYear(),
    });
    const handle = engine.submit(dated, { at: '2026-01-01' });
    await handle.result();
    expect((await handle.describe()).taskParameters).toEqual({ at: '2026-01-01' });
  });

  it('gives the old environment after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'runstate-describe-'));
    const file = join(folder, 'runs.db');
    try {
      process.env['RUNSTATE_TEST_PLACE'] = 'hutch 3';
      const first = await startEngine({ store: sqliteStore(file) });
      const settled = first.engine.submit(square, { x: 5 });
      const hidden = first.engine.submit(login, { user: 'op', word: 'hush' });
      await Promise.all([settled.result(), hidden.result()]);
      const before = await settled.describe();
      await first.shut();

      process.env['RUNSTATE_TEST_PLACE'] = 'hutch 4';
      const second = await startEngine({ store: sqliteStore(file), plugins: [square] });
      const after = await second.engine.tasks.get(settled.id);
      expect(await after.describe()).toEqual(before);
      const unknown = await second.engine.tasks.get(hidden.id);
      expect(await unknown.describe()).toMatchObject({
        taskParameters: { user: 'op', word: '[secret]' },
        taskEnv: { RUNSTATE_TEST_PLACE: 'hutch 3' },
      });
      const rerun = await second.engine.tasks.rerun(settled.id);
      await rerun.result();
      expect((await rerun.describe()).taskEnv).toMatchObject({ RUNSTATE_TEST_PLACE: 'hutch 4' });
      await second.shut();
    } finally {
      delete process.env['RUNSTATE_TEST_PLACE'];
      rmSync(folder, { recursive: true });
    }
  });
});

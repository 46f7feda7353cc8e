import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePlugin } from '../../src/index.ts';
import { closeEngines, eventsOf, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { removeStores, storeKinds } from '../support/stores.ts';

const plain = pluginOf({ process: ({ input }) => input }, { name: 'test.plain' });
const ada = { who: 'ada', via: 'cli' };

describe.each(storeKinds)('Engine.tasks.rerun on $name', ({ options }) => {
  afterEach(async () => {
    await closeEngines();
    removeStores();
  });

  it('runs the work of a settled task again as a new task that names the old one', async () => {
    const { engine } = await startEngine(options());
    const said = {
      name: 'scan',
      tags: ['a'],
      note: 'n',
      priority: 3,
      timeoutMs: 60_000,
      retries: 2,
    };
    const first = engine.submit(plain, { x: 1 }, { ...said, idempotencyKey: 'k' });
    await first.result();
    const again = await engine.tasks.rerun(first.id, { by: ada, reason: 'better light' });
    expect(again.id).toBe(first.id + 1);
    expect(again).toMatchObject({
      rerunOf: first.id,
      name: 'scan',
      tags: ['a'],
      note: 'n',
      by: ada,
    });
    expect(await again.output()).toEqual({ x: 1 });
    expect(eventsOf(again)[0]).toMatchObject({ state: 'pending', by: ada, reason: 'better light' });
    expect(first.rerunOf).toBeUndefined();
    await first.accepted;
    expect((await engine.tasks.get(first.id)).status).toBe('completed');
  });

  it('takes another input in place of the old one', async () => {
    const { engine } = await startEngine(options());
    const first = engine.submit(plain, { x: 1 });
    expect(await (await engine.tasks.rerun(first.id, { input: { x: 2 } })).output()).toEqual({
      x: 2,
    });
    expect(await (await engine.tasks.rerun(first.id, { input: null })).output()).toBeNull();
  });

  it('runs one of an earlier engine again, and that one once more', async () => {
    const given = { ...options(), plugins: [plain] };
    const one = await startEngine(given);
    const { taskId } = await one.engine.submit(plain, { x: 1 }, { name: 'scan' }).result();
    await one.shut();
    const { engine } = await startEngine(given);
    const second = await engine.tasks.rerun(taskId);
    const third = await engine.tasks.rerun(second.id);
    expect(await third.output()).toEqual({ x: 1 });
    expect([second.rerunOf, third.rerunOf, third.name]).toEqual([taskId, second.id, 'scan']);
    await engine.whenIdle();
    const listed = await engine.tasks.list();
    expect(listed.map(({ id, rerunOf }) => [id, rerunOf])).toEqual([
      [third.id, second.id],
      [second.id, taskId],
      [taskId, undefined],
    ]);
  });

  it('opens sealed secrets for the new task, and shows them to nobody', async () => {
    const given = { ...options(), secretKey: 'a key of sixteen letters' };
    const login = definePlugin({
      name: 'test.login',
      effect: 'idempotent',
      input: z.object({ user: z.string(), password: z.string().meta({ secret: true }) }),
      process: ({ input }) => input.password.length,
    });
    const one = await startEngine({ ...given, plugins: [login] });
    const { taskId } = await one.engine
      .submit(login, { user: 'ada', password: 'opensesame' })
      .result();
    await one.shut();
    const { engine } = await startEngine({ ...given, plugins: [login] });
    const again = await engine.tasks.rerun(taskId);
    expect(await again.output()).toBe(10);
    const stored = await engine.tasks.get(taskId);
    for (const { input } of [again, stored]) {
      expect(JSON.stringify(input)).toContain('ada');
      expect(JSON.stringify(input)).not.toContain('opensesame');
    }
  });

  it('refuses what is no task, no plugin, or no option of a rerun', async () => {
    const given = options();
    const one = await startEngine(given);
    const { taskId } = await one.engine.submit(plain).result();
    await one.shut();
    const { engine } = await startEngine(given);
    await expect(engine.tasks.rerun(99)).rejects.toMatchObject({ code: 'TASK_UNKNOWN' });
    await expect(engine.tasks.rerun(taskId)).rejects.toMatchObject({ code: 'PLUGIN_UNKNOWN' });
    engine.plugins.register(plain);
    await expect(engine.tasks.rerun(taskId, { priority: 5 } as never)).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: 'Option `priority` must be one of input, by, reason, got 5.',
    });
    expect(await engine.tasks.list()).toHaveLength(1);
  });
});

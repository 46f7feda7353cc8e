import { afterEach, describe, expect, it } from 'vitest';
import { RunstateError } from '../../src/index.ts';
import type { TaskHandle } from '../../src/index.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { turnstile } from '../support/turnstile.ts';

const plain = pluginOf({ process: ({ input }) => input }, { name: 'test.plain' });

const idsOf = (handles: readonly TaskHandle[]): readonly number[] => handles.map(({ id }) => id);

describe('Engine.tasks.get', () => {
  afterEach(closeEngines);

  it('gives the same handle of a live task', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(plain, null, { hold: true });
    expect(await engine.tasks.get(handle.id)).toBe(handle);
  });

  it('gives all that a settled task was', async () => {
    const { engine } = await startEngine();
    const plugin = pluginOf(
      {
        process: ({ summary, payload }) => {
          summary({ frames: 3 });
          payload([1, 2]);
          return { path: '/data/1' };
        },
      },
      { name: 'test.rich', implSchemas: ['nexus'] },
    );
    const handle = engine.submit(plugin, { x: 1 }, { name: 'first light', tags: ['a'], note: 'n' });
    const result = await handle.result();
    const found = await engine.tasks.get(handle.id);
    for (const part of [
      'id',
      'name',
      'plugin',
      'input',
      'status',
      'state',
      'runState',
      'attempt',
      'waitingFor',
    ] as const) {
      expect(found[part]).toEqual(handle[part]);
    }
    expect(await found.result()).toEqual(result);
    expect(result).toMatchObject({
      payload: [1, 2],
      summary: { frames: 3 },
      implSchemas: ['nexus'],
    });
    expect(await found.output()).toEqual({ path: '/data/1' });
    expect(await found.cancel()).toMatchObject({ acknowledgedBy: 'nobody', status: 'completed' });
    expect(found.send({ type: 'late' })).toBe(false);
    await found.accepted;
  });

  it.each(['failed', 'cancelled', 'timedout'])('gives one that %s', async (how) => {
    const { engine, clock } = await startEngine();
    const { plugin } = turnstile();
    const failing = pluginOf(
      {
        process: () => {
          throw Object.assign(new Error('no beam'), { code: 'BEAM_LOST' });
        },
      },
      { name: 'test.failing' },
    );
    const limit = how === 'timedout' ? { timeoutMs: 10 } : {};
    const handle = engine.submit(how === 'failed' ? failing : plugin, null, limit);
    await clock.advance(0);
    if (how === 'cancelled') await handle.cancel({ reason: 'enough' });
    await clock.advance(10);
    const result = await handle.result();
    const found = await engine.tasks.get(handle.id);
    expect([found.status, await found.result()]).toEqual([how, result]);
    await expect(found.output()).rejects.toMatchObject({ code: result.error?.code });
  });

  it.each([0, -1, 1.5, 2, 999, 1_001, 2 ** 31, Number.NaN, Infinity, '1', 1n, null, undefined, {}])(
    'says that there is no task %o',
    async (id) => {
      const { engine } = await startEngine();
      await engine.submit(plain).result();
      await expect(engine.tasks.get(id as number)).rejects.toMatchObject({
        name: 'RunstateError',
        code: 'TASK_UNKNOWN',
      });
    },
  );
});

describe('Engine.tasks.list', () => {
  afterEach(closeEngines);

  it('gives live and settled tasks, newest first', async () => {
    const { engine, rest } = await startEngine();
    const { plugin, letGo } = turnstile();
    const handles = Array.from({ length: 5 }, () => engine.submit(plugin));
    await rest();
    for (const index of [3, 0, 2]) {
      letGo(handles[index] as TaskHandle);
      await rest();
    }
    expect(idsOf(await engine.tasks.list())).toEqual([5, 4, 3, 2, 1]);
    expect(idsOf(await engine.tasks.list({ limit: 3 }))).toEqual([5, 4, 3]);
    expect((await engine.tasks.list()).map(({ status }) => status)).toEqual([
      'running',
      'completed',
      'completed',
      'running',
      'completed',
    ]);
  });

  it('gives a hundred unless told otherwise', async () => {
    const { engine } = await startEngine();
    for (let count = 0; count < 150; count += 1) engine.submit(plain);
    expect(await engine.tasks.list()).toHaveLength(100);
    await engine.whenIdle();
    expect((await engine.tasks.list()).at(0)?.id).toBe(150);
    expect(await engine.tasks.list({ limit: 1_000 })).toHaveLength(150);
  });

  it('is empty at first', async () => {
    const { engine } = await startEngine();
    expect(await engine.tasks.list()).toEqual([]);
  });

  it.each([0, -1, 1.5, Number.NaN, '5', null])('refuses the limit %o', async (limit) => {
    const { engine } = await startEngine();
    await expect(engine.tasks.list({ limit: limit as number })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('`limit`') as string,
    });
  });
});

describe('task ids', () => {
  afterEach(closeEngines);

  it('are positive whole numbers, one after the other', async () => {
    const { engine } = await startEngine();
    const ids = Array.from({ length: 2_500 }, () => engine.submit(plain).id);
    expect(ids).toEqual(Array.from({ length: 2_500 }, (_, index) => index + 1));
  });

  it('are not used by a submission that is refused', async () => {
    const { engine } = await startEngine();
    for (const [input, options] of [
      [Number.NaN, {}],
      [null, { priority: Number.NaN }],
      [null, { resources: { motor: 2 } }],
    ] as const) {
      expect(() => engine.submit(plain, input, options)).toThrowError(RunstateError);
    }
    expect(() => engine.submit('no.such')).toThrowError(RunstateError);
    expect(engine.submit(plain).id).toBe(1);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { DefinedPlugin, Engine, SubmitOptions, TaskHandle } from '../../src/index.ts';
import { closeEngines, pluginOf, startEngine, statesOf } from '../support/engine-under-test.ts';
import { turnstile } from '../support/turnstile.ts';

/** A plugin that notes the order in which its tasks run. */
function noting(name = 'test.noting'): { plugin: DefinedPlugin; order: unknown[] } {
  const order: unknown[] = [];
  return { order, plugin: pluginOf({ process: ({ input }) => void order.push(input) }, { name }) };
}

/** Submits one task for each priority while the only slot is taken, then lets them run. */
async function orderOf(
  engine: Engine,
  submissions: readonly (readonly [name: string, options: SubmitOptions])[],
): Promise<readonly unknown[]> {
  const gate = turnstile();
  const first = engine.submit(gate.plugin);
  await expect.poll(() => gate.started).toHaveLength(1);
  const { plugin, order } = noting();
  for (const [name, options] of submissions) engine.submit(plugin, name, options);
  gate.letGo(first);
  await engine.whenIdle();
  return order;
}

describe('admission', () => {
  afterEach(closeEngines);

  it('takes ties in order of submission', async () => {
    const { engine } = await startEngine({ concurrency: 1 });
    const names = Array.from({ length: 2_500 }, (_, index) => `${index}`);
    expect(
      await orderOf(
        engine,
        names.map((name) => [name, {}]),
      ),
    ).toEqual(names);
  });

  it('takes the higher priority first', async () => {
    const { engine } = await startEngine({ concurrency: 1 });
    const order = await orderOf(engine, [
      ['none', {}],
      ['-1', { priority: -1 }],
      ['2 first', { priority: 2 }],
      ['0.5', { priority: 0.5 }],
      ['2 second', { priority: 2 }],
    ]);
    expect(order).toEqual(['2 first', '2 second', '0.5', 'none', '-1']);
  });

  it('compares tasks with different resources', async () => {
    const { engine } = await startEngine({ concurrency: 1 });
    const order = await orderOf(engine, [
      ['none', {}],
      ['motor', { resources: 'motor', priority: 1 }],
      ['camera', { resources: ['camera'], priority: 3 }],
      ['plain 2', { priority: 2 }],
      ['motor 4', { resources: { motor: 1 }, priority: 4 }],
    ]);
    expect(order).toEqual(['motor 4', 'camera', 'plain 2', 'motor', 'none']);
  });

  it('lets an old task overtake by its age', async () => {
    const { engine, clock } = await startEngine({ concurrency: 1 });
    const gate = turnstile();
    const first = engine.submit(gate.plugin);
    await clock.advance(0);
    const { plugin, order } = noting();
    engine.submit(plugin, 'old', { priority: 0 });
    await clock.advance(59_999);
    engine.submit(plugin, 'higher, and not yet overtaken', { priority: 1 });
    await clock.advance(2);
    engine.submit(plugin, 'overtaken', { priority: 1 });
    gate.letGo(first);
    await engine.whenIdle();
    expect(order).toEqual(['higher, and not yet overtaken', 'old', 'overtaken']);
  });

  it('lets nobody overtake by age when agingMs is 0', async () => {
    const { engine, clock } = await startEngine({ concurrency: 1, agingMs: 0 });
    const gate = turnstile();
    const first = engine.submit(gate.plugin);
    await clock.advance(0);
    const { plugin, order } = noting();
    engine.submit(plugin, 'old', { priority: 0 });
    await clock.advance(1e12);
    engine.submit(plugin, 'new', { priority: 1e-9 });
    gate.letGo(first);
    await engine.whenIdle();
    expect(order).toEqual(['new', 'old']);
  });

  it('runs as many at once as it is told', async () => {
    const { engine, rest } = await startEngine({ concurrency: 3 });
    const gate = turnstile();
    const handles = Array.from({ length: 10 }, () => engine.submit(gate.plugin));
    for (let done = 0; done < 10; done += 1) {
      await rest();
      expect(gate.started).toHaveLength(Math.min(10, done + 3));
      gate.letGo(handles[done] as TaskHandle);
    }
    await engine.whenIdle();
  });

  it('runs eight at once without being told, and any number if told so', async () => {
    for (const [options, running] of [
      [{}, 8],
      [{ concurrency: Infinity }, 2_500],
    ] as const) {
      const { engine } = await startEngine(options);
      const gate = turnstile();
      for (let index = 0; index < 2_500; index += 1) engine.submit(gate.plugin);
      await expect.poll(() => gate.started.length).toBe(running);
      await closeEngines();
      expect(gate.started).toHaveLength(running);
    }
  });

  it('takes a task that was submitted within another one by its priority', async () => {
    const { engine } = await startEngine({ concurrency: 1 });
    const { plugin, order } = noting();
    const outer = pluginOf(
      { process: () => void engine.submit(plugin, 'urgent', { priority: 9, resources: 'motor' }) },
      { name: 'test.outer' },
    );
    engine.submit(outer, null, { priority: 1 });
    for (const name of ['a', 'b']) engine.submit(plugin, name);
    await engine.whenIdle();
    expect(order).toEqual(['urgent', 'a', 'b']);
  });

  it.each([
    ['plain tasks', {}, {}],
    ['tasks with resources', { resources: 'motor' }, { resources: 'camera' }],
    ['tasks of one line', { resources: 'motor' }, { resources: 'motor' }],
  ])('is not upset when a task cancels the next one of %s', async (_, first, second) => {
    const { engine, rest } = await startEngine({ concurrency: 2 });
    const { plugin, order } = noting();
    let victim: TaskHandle | null = null;
    const killer = pluginOf(
      { process: () => void victim?.cancel({ reason: 'in the way' }) },
      { name: 'test.killer' },
    );
    engine.submit(killer, null, first);
    victim = engine.submit(plugin, 'victim', second);
    await engine.whenIdle();
    expect(order).toEqual([]);
    expect(engine.resources.list()).toEqual([]);
    const gate = turnstile();
    for (let index = 0; index < 3; index += 1) engine.submit(gate.plugin);
    await rest();
    expect(gate.started).toHaveLength(2);
  });

  it('is not upset when a task holds the next one', async () => {
    const { engine, rest } = await startEngine({ concurrency: 2 });
    const { plugin, order } = noting();
    let victim: TaskHandle | null = null;
    const holder = pluginOf({ process: () => void victim?.suspend() }, { name: 'test.holder' });
    engine.submit(holder);
    victim = engine.submit(plugin, 'held', { resources: 'motor' });
    engine.submit(plugin, 'other');
    await rest();
    expect([order, victim.waitingFor]).toEqual([['other'], { reason: 'hold' }]);
    expect(engine.resources.list()).toEqual([]);
    await victim.resume();
    await engine.whenIdle();
    expect(order).toEqual(['other', 'held']);
  });

  it('keeps its order while tasks are held and let go again', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const gate = turnstile();
    const first = engine.submit(gate.plugin);
    await rest();
    const { plugin, order } = noting();
    const handles = ['a', 'b', 'c', 'd'].map((name) => engine.submit(plugin, name));
    for (let round = 0; round < 50; round += 1) {
      const handle = handles[round % 4] as TaskHandle;
      await handle.suspend();
      await handle.resume();
    }
    gate.letGo(first);
    await engine.whenIdle();
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('holds no slot for a task that backs off', async () => {
    const { engine, clock } = await startEngine({ concurrency: 1 });
    let tries = 0;
    const flaky = pluginOf(
      {
        process: () => {
          tries += 1;
          if (tries === 1) throw new Error('no beam');
        },
      },
      { name: 'test.flaky' },
    );
    const { plugin, order } = noting();
    const retried = engine.submit(flaky, null, { retries: { max: 1, jitter: 0 }, priority: 5 });
    engine.submit(plugin, 'meanwhile');
    await clock.advance(0);
    expect([order, retried.waitingFor]).toEqual([
      ['meanwhile'],
      { reason: 'retry', until: 1_001_000, attempt: 2 },
    ]);
    await clock.advance(1_000);
    expect((await retried.result()).taskStatus).toBe('completed');
  });

  it('holds no slot for a task that waits for another one', async () => {
    const { engine } = await startEngine({ concurrency: 1 });
    const { plugin, order } = noting();
    const parent = pluginOf(
      {
        process: async ({ waitFor }) => {
          const children = ['a', 'b', 'c'].map((name) => engine.submit(plugin, name));
          const results = await Promise.all(children.map(({ id }) => waitFor(id)));
          return results.map(({ taskStatus }) => taskStatus);
        },
      },
      { name: 'test.parent' },
    );
    const handle = engine.submit(parent);
    expect(await handle.output()).toEqual(['completed', 'completed', 'completed']);
    expect(order).toEqual(['a', 'b', 'c']);
  });

  it('gives a waiter its slot back before it starts anybody new', async () => {
    const { engine } = await startEngine({ concurrency: 1 });
    const { plugin, order } = noting();
    const child = pluginOf(
      { process: async () => void order.push('child') },
      { name: 'test.child' },
    );
    const parent = pluginOf(
      {
        process: async ({ waitFor }) => {
          await waitFor(engine.submit(child, null, { priority: 1 }).id);
          order.push('parent');
        },
      },
      { name: 'test.parent' },
    );
    engine.submit(parent);
    for (const name of ['x', 'y']) engine.submit(plugin, name);
    await engine.whenIdle();
    expect(order).toEqual(['child', 'parent', 'x', 'y']);
  });

  it('refuses what is more than maxQueued, and makes no task of it', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1, maxQueued: 2 });
    const gate = turnstile();
    const running = engine.submit(gate.plugin);
    await rest();
    const queued = [1, 2].map(() => engine.submit(gate.plugin));
    expect(() => engine.submit(gate.plugin)).toThrowError(
      expect.objectContaining({
        code: 'QUEUE_FULL',
        message: expect.stringContaining('2 tasks') as string,
      }),
    );
    expect(await engine.tasks.list()).toHaveLength(3);
    await queued[0]?.cancel();
    const next = engine.submit(gate.plugin);
    expect(next.id).toBe(4);
    await rest();
    gate.letGo(running);
    await rest();
    expect(() => [engine.submit(gate.plugin), engine.submit(gate.plugin)]).toThrowError(
      expect.objectContaining({ code: 'QUEUE_FULL' }),
    );
  });

  it('counts a task that backs off as queued', async () => {
    const { engine, rest } = await startEngine({ maxQueued: 1 });
    const failing = pluginOf(
      {
        process: () => {
          throw new Error('no beam');
        },
      },
      { name: 'test.failing', retries: 9 },
    );
    const handle = engine.submit(failing);
    await rest();
    expect(statesOf(handle).at(-1)).toBe('pending');
    expect(() => engine.submit(failing)).toThrowError(
      expect.objectContaining({ code: 'QUEUE_FULL' }),
    );
  });
});

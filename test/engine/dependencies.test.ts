import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import type { TaskHandle, TaskStore } from '../../src/index.ts';
import { closeEngines, pluginOf, startEngine, statesOf } from '../support/engine-under-test.ts';
import { turnstile } from '../support/turnstile.ts';

const plain = pluginOf({}, { name: 'test.plain' });

const failing = pluginOf(
  {
    process: () => {
      throw new Error('no beam');
    },
  },
  { name: 'test.failing' },
);

/** A memory store that takes a turn of the event loop for each lookup. */
function slowToLookUp(): TaskStore {
  const store = memoryStore();
  return {
    ...store,
    lookup: async (id) => {
      await new Promise((resolve) => setImmediate(resolve));
      return store.lookup(id);
    },
  };
}

describe('after', () => {
  afterEach(closeEngines);

  it('starts a task when all it comes after have completed', async () => {
    const { engine, rest } = await startEngine();
    const { plugin, started, letGo } = turnstile();
    const [a, b] = [engine.submit(plugin), engine.submit(plugin)];
    const next = engine.submit(plugin, null, { after: [a, b.id, a.id] });
    await rest();
    expect(next.waitingFor).toEqual({ reason: 'dependency', tasks: [a.id, b.id] });
    letGo(a);
    await rest();
    expect(next.waitingFor).toEqual({ reason: 'dependency', tasks: [b.id] });
    letGo(b);
    await rest();
    expect([started, next.waitingFor]).toEqual([[a.id, b.id, next.id], null]);
  });

  it.each(['failed', 'cancelled', 'timedout'])('fails a task when one %s', async (how) => {
    const { engine, clock, rest } = await startEngine();
    const { plugin, started } = turnstile();
    const timeout = how === 'timedout' ? { timeoutMs: 100 } : {};
    const first = engine.submit(how === 'failed' ? failing : plugin, null, timeout);
    const next = engine.submit(plugin, null, { after: [first] });
    const then = engine.submit(plugin, null, { after: [next] });
    await rest();
    if (how === 'cancelled') await first.cancel();
    await clock.advance(100);
    expect(await next.result()).toMatchObject({
      taskStatus: 'failed',
      attempts: 0,
      teardown: 'none',
      error: {
        code: 'DEPENDENCY_FAILED',
        phase: 'pending',
        message: `Task 1, which this one comes after, ended ${how}.`,
      },
    });
    expect((await then.result()).error?.message).toContain('Task 2');
    expect(started.filter((id) => id !== first.id)).toEqual([]);
    expect(statesOf(next)).toEqual(['pending', 'failed']);
  });

  it('takes a task that has completed, by id and by handle', async () => {
    const { engine } = await startEngine();
    const done = engine.submit(plain);
    await done.result();
    for (const after of [[done], [done.id], [await engine.tasks.get(done.id)]]) {
      expect((await engine.submit(plain, null, { after }).result()).error).toBeNull();
    }
  });

  it('refuses a task that has failed, by id and by handle', async () => {
    const { engine } = await startEngine();
    const failed = engine.submit(failing);
    await failed.result();
    for (const after of [[failed], [failed.id]]) {
      const { error } = await engine.submit(plain, null, { after }).result();
      expect(error?.code).toBe('DEPENDENCY_FAILED');
    }
  });

  it('takes the handle of a forgotten task, which knows how it ended', async () => {
    const { engine } = await startEngine({ retention: { settled: 0 } });
    const [done, failed] = [engine.submit(plain), engine.submit(failing)];
    await engine.whenIdle();
    const codeAfter = async (after: readonly (TaskHandle | number)[]): Promise<unknown> =>
      (await engine.submit(plain, null, { after }).result()).error?.code;
    expect(await codeAfter([done])).toBeUndefined();
    expect(await codeAfter([failed])).toBe('DEPENDENCY_FAILED');
    expect(await codeAfter([done.id])).toBe('TASK_FORGOTTEN');
  });

  it('takes a handle whose task settles and is forgotten while the submission is under way', async () => {
    const { engine } = await startEngine({ retention: { settled: 0 } });
    const first = engine.submit(plain);
    const seen: unknown[] = [];
    first.onSettled(() => {
      void engine
        .submit(plain, null, { after: [first] })
        .result()
        .then(({ taskStatus }) => seen.push(taskStatus));
    });
    await engine.whenIdle();
    expect(seen).toEqual(['completed']);
  });

  it.each([
    ['that was never given', 77],
    ['of its own', 2],
    ['that comes next', 3],
    ['that cannot be one yet', 2 ** 31 - 1],
  ])('fails a task that comes after an id %s', async (_, id) => {
    const { engine } = await startEngine();
    const { plugin } = turnstile();
    engine.submit(plugin);
    const lost = engine.submit(plugin, null, { after: [id] });
    expect(lost.id).toBe(2);
    const next = engine.submit(plugin);
    expect(await lost.result()).toMatchObject({
      taskStatus: 'failed',
      error: { code: 'DEPENDENCY_UNKNOWN', phase: 'pending' },
    });
    expect(next.status).not.toBe('failed');
  });

  it.each([
    ['at once', memoryStore()],
    ['later', slowToLookUp()],
  ])('lets no two tasks come after each other, if the store answers %s', async (_, store) => {
    const { engine } = await startEngine({ store });
    const first = engine.submit(plain, null, { after: [2] });
    const second = engine.submit(plain, null, { after: [first] });
    expect(await Promise.all([first.result(), second.result()])).toMatchObject([
      { error: { code: 'DEPENDENCY_UNKNOWN' } },
      { error: { code: 'DEPENDENCY_FAILED' } },
    ]);
  });

  it('fails a task when the store cannot say what became of the one it comes after', async () => {
    const store = memoryStore();
    const { engine, lines } = await startEngine({
      store: {
        ...store,
        lookup: () => {
          throw new Error('no disk');
        },
      },
    });
    const done = engine.submit(plain);
    await done.result();
    const { error } = await engine.submit(plain, null, { after: [done.id] }).result();
    expect(error?.code).toBe('DEPENDENCY_UNKNOWN');
    expect(lines.map(({ message }) => message)).toContain('a store lookup failed');
  });

  it('waits while the task it comes after backs off', async () => {
    const { engine, clock } = await startEngine();
    let attempts = 0;
    const flaky = pluginOf(
      {
        process: () => {
          attempts += 1;
          if (attempts === 1) throw new Error('no beam');
        },
      },
      { name: 'test.flaky', retries: 1 },
    );
    const first = engine.submit(flaky);
    const next = engine.submit(plain, null, { after: [first] });
    await clock.advance(0);
    expect(next.waitingFor).toEqual({ reason: 'dependency', tasks: [first.id] });
    await clock.advance(2_000);
    expect((await next.result()).taskStatus).toBe('completed');
  });

  it('needs neither slot nor resources while it waits', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const { plugin, letGo, started } = turnstile();
    const first = engine.submit(plugin, null, { resources: 'motor' });
    engine.submit(plugin, null, { after: [first], resources: ['motor', 'camera'], priority: 9 });
    const other = engine.submit(plugin, null, { resources: 'camera' });
    await rest();
    letGo(first);
    await rest();
    expect(started).toEqual([first.id, 2]);
    letGo(await engine.tasks.get(2));
    await rest();
    expect(started.at(-1)).toBe(other.id);
  });

  it('forgets a task that was cancelled while it waited', async () => {
    const { engine, rest } = await startEngine();
    const { plugin, letGo, started } = turnstile();
    const first = engine.submit(plugin);
    const next = engine.submit(plugin, null, { after: [first] });
    await rest();
    await next.cancel();
    letGo(first);
    await engine.whenIdle();
    expect([started, next.status]).toEqual([[first.id], 'cancelled']);
  });

  it('comes to the same with hold and delay', async () => {
    const { engine, clock } = await startEngine();
    const first = engine.submit(plain, null, { hold: true });
    const next = engine.submit(plain, null, { after: [first], hold: true, delayMs: 100 });
    await first.resume();
    await clock.advance(0);
    expect(next.waitingFor).toEqual({ reason: 'hold' });
    await next.resume();
    expect(next.waitingFor).toEqual({ reason: 'schedule', until: clock.now() + 100 });
    await clock.advance(100);
    expect((await next.result()).taskStatus).toBe('completed');
  });

  it('takes ten thousand tasks', async () => {
    const { engine } = await startEngine();
    const after = Array.from({ length: 10_000 }, () => engine.submit(plain));
    expect((await engine.submit(plain, null, { after }).result()).taskStatus).toBe('completed');
  });
});

describe('a chain of dependants', () => {
  afterEach(closeEngines);

  it.each(['fails', 'is cancelled', 'completes'])('ends when its first %s', async (how) => {
    const { engine } = await startEngine();
    const first = engine.submit(how === 'fails' ? failing : plain, null, { hold: true });
    let last = first;
    for (let link = 0; link < 10_000; link += 1)
      last = engine.submit(plain, null, { after: [last] });
    await (how === 'is cancelled' ? first.cancel() : first.resume());
    const { error } = await last.result();
    expect(error?.code ?? null).toBe(how === 'completes' ? null : 'DEPENDENCY_FAILED');
  });
});

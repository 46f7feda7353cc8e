import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { TaskHandle, TaskStore } from '../../src/index.ts';
import { memoryStore } from '../../src/index.ts';
import { closeEngines, eventsOf, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { removeStores, storeKinds } from '../support/stores.ts';

const rich = pluginOf(
  {
    process: async ({ input, progress, log, payload, summary }) => {
      progress(50, 'half');
      log.info('counted');
      summary({ frames: 3 });
      payload([1, 2]);
      return { path: '/data/1', input };
    },
  },
  { name: 'test.rich' },
);

const parts = [
  'id',
  'name',
  'plugin',
  'tags',
  'note',
  'by',
  'rerunOf',
  'submittedAt',
  'startedAt',
  'endedAt',
  'runtimeMs',
  'input',
  'status',
  'state',
  'runState',
  'attempt',
  'waitingFor',
] as const satisfies readonly (keyof TaskHandle)[];

async function read(events: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const event of events) all.push(event);
  return all;
}

describe.each(storeKinds)('a handle from $name', ({ options, isDurable }) => {
  afterEach(async () => {
    await closeEngines();
    removeStores();
  });

  it('tells all that the handle of the submission tells', async () => {
    const given = options();
    const one = await startEngine(given);
    const named = { name: 'first light', tags: ['a'], note: 'n', by: { who: 'ada' } };
    const handle = one.engine.submit(rich, { x: 1 }, named);
    const result = await handle.result();
    const events = eventsOf(handle);
    await one.shut();
    const { engine } = await startEngine(given);
    const found = await engine.tasks.get(handle.id);
    expect(found).not.toBe(handle);
    for (const part of parts) expect([part, found[part]]).toEqual([part, handle[part]]);
    expect(await found.result()).toEqual(result);
    expect(await found.output()).toEqual({ path: '/data/1', input: { x: 1 } });
    expect(await lastValueFrom(found.events$.pipe(toArray()))).toEqual(events);
    expect(await read(found)).toEqual(events);
    expect(await found.cancel()).toMatchObject({ acknowledgedBy: 'nobody', status: 'completed' });
    expect(await found.suspend()).toMatchObject({ acknowledgedBy: 'nobody' });
    expect(found.send({ type: 'late' })).toBe(false);
    await found.accepted;
  });

  it('calls onSettled with the result that is stored', async () => {
    const given = options();
    const one = await startEngine(given);
    const handle = one.engine.submit(rich);
    const result = await handle.result();
    await one.shut();
    const { engine } = await startEngine(given);
    const found = await engine.tasks.get(handle.id);
    expect(await new Promise((resolve) => found.onSettled(resolve))).toEqual(result);
  });

  it('rejects its output with the error that is stored', async () => {
    const given = options();
    const one = await startEngine(given);
    const failing = pluginOf({
      process: () => {
        throw Object.assign(new Error('no beam'), { code: 'BEAM_LOST' });
      },
    });
    const { taskId } = await one.engine.submit(failing).result();
    await one.shut();
    const { engine } = await startEngine(given);
    const found = await engine.tasks.get(taskId);
    await expect(found.output()).rejects.toMatchObject({ code: 'BEAM_LOST', taskId });
  });

  it('reads again, after clean, what it kept before', async () => {
    const { engine } = await startEngine(options());
    const handle = engine.submit(rich, { x: 1 });
    const result = await handle.result();
    const events = eventsOf(handle);
    await engine.tasks.clean(handle.id);
    expect(await handle.result()).toEqual(result);
    expect(await handle.output()).toEqual({ path: '/data/1', input: { x: 1 } });
    expect(await read(handle)).toEqual(events);
    expect(await lastValueFrom(handle.events$.pipe(toArray()))).toEqual(events);
    expect(handle).toMatchObject({ status: 'completed', input: { x: 1 }, attempt: 1 });
    // A store in memory keeps the very values that the handle does: there is nothing to free.
    expect((await handle.result()) === (await handle.result())).toBe(!isDurable);
  });

  it('cannot be cleaned of a task that is live', async () => {
    const { engine } = await startEngine(options());
    const handle = engine.submit(rich, null, { hold: true });
    await expect(engine.tasks.clean(handle.id)).rejects.toMatchObject({
      code: 'TASK_NOT_SETTLED',
      message: `Task ${handle.id} has not settled: it is pending. Cancel it, or wait for its end.`,
    });
  });

  it('says that its task was forgotten, when it was', async () => {
    const given = options();
    const one = await startEngine(given);
    const { taskId } = await one.engine.submit(rich).result();
    await one.shut();
    const { engine } = await startEngine(given);
    const found = await engine.tasks.get(taskId);
    await engine.tasks.reset();
    const forgotten = { code: 'TASK_FORGOTTEN' };
    await expect(found.result()).rejects.toMatchObject(forgotten);
    await expect(found.output()).rejects.toMatchObject(forgotten);
    await expect(read(found)).rejects.toMatchObject(forgotten);
    await expect(lastValueFrom(found.events$)).rejects.toMatchObject(forgotten);
    expect(found.status).toBe('completed');
  });
});

describe('Engine.tasks.clean', () => {
  afterEach(async () => {
    await closeEngines();
    removeStores();
  });

  const collectGarbage = ((): (() => void) => {
    setFlagsFromString('--expose_gc');
    return runInNewContext('gc') as () => void;
  })();

  const isFreed = async (value: WeakRef<object>): Promise<boolean> => {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    return value.deref() === undefined;
  };

  it('frees what the handle of a task on a durable store keeps', async () => {
    const durable = storeKinds.find(({ isDurable }) => isDurable);
    const { engine } = await startEngine(durable?.options());
    const handle = engine.submit(rich);
    const [result, events] = await (async () => {
      const { summary } = await handle.result();
      return [new WeakRef(summary as object), new WeakRef(eventsOf(handle)[0] ?? {})];
    })();
    expect([await isFreed(result), await isFreed(events)]).toEqual([false, false]);
    await engine.tasks.clean(handle.id);
    await expect.poll(() => isFreed(result)).toBe(true);
    await expect.poll(() => isFreed(events)).toBe(true);
    expect(handle.status).toBe('completed');
  });
});

describe('TaskHandle.runtimeMs', () => {
  afterEach(closeEngines);

  it('is 0 before the start, grows while the task is live, and then stands still', async () => {
    const { engine, clock, rest } = await startEngine();
    const slow = pluginOf({
      process: () => new Promise((resolve) => clock.setTimeout(() => resolve(null), 300)),
    });
    const held = engine.submit(slow, null, { hold: true });
    const handle = engine.submit(slow);
    await rest();
    await clock.advance(100);
    expect([held.runtimeMs, handle.runtimeMs, handle.endedAt]).toEqual([0, 100, null]);
    await clock.advance(500);
    expect([handle.startedAt, handle.endedAt, handle.runtimeMs]).toEqual([
      1_000_000, 1_000_300, 300,
    ]);
  });
});

describe('a page of tasks', () => {
  afterEach(closeEngines);

  it('loads neither results nor events', async () => {
    const asked: string[] = [];
    const inner = memoryStore();
    const store: TaskStore = {
      ...inner,
      isDurable: true,
      lookup: (id) => {
        asked.push(`lookup ${id}`);
        return inner.lookup(id);
      },
      events: (query) => {
        asked.push(`events ${query.taskId ?? ''}`);
        return inner.events(query);
      },
    };
    const one = await startEngine({ store });
    for (let count = 0; count < 20; count += 1) one.engine.submit(rich);
    await one.engine.whenIdle();
    await one.shut();
    const { engine } = await startEngine({ store });
    asked.length = 0;
    const page = await engine.tasks.list({ limit: 10 });
    expect(page.map(({ status, endedAt }) => [status, typeof endedAt])).toEqual(
      Array.from({ length: 10 }, () => ['completed', 'number']),
    );
    expect(asked).toEqual([]);
    await page[3]?.output();
    expect(asked).toEqual([`lookup ${page[3]?.id ?? 0}`]);
  });
});

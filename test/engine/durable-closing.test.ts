import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createEngine, sqliteStore } from '../../src/index.ts';
import type { PluginContext, TaskEvent } from '../../src/index.ts';
import { forEver, pluginOf, untilAborted } from '../support/engine-under-test.ts';
import { failingStore } from '../support/failing-store.ts';
import { folderOf, startDurable } from '../support/durable-engine.ts';

type Process = (context: PluginContext<unknown, unknown>) => unknown;

const pluginsWith = (process: Process) =>
  (['idempotent', 'resumable', 'unsafe'] as const).map((effect) =>
    pluginOf({ process }, { name: `test.${effect}`, effect, suspend: 'cooperative' }),
  );

const again = pluginsWith(({ attempt, resumeFrom }) => ({ attempt, from: resumeFrom ?? null }));
const closed = { code: 'ENGINE_CLOSED' };

describe('closing on a durable store', () => {
  it('leaves what is pending to the next engine, and tells those who wait', async () => {
    const folder = await folderOf();
    const first = await startDurable(folder, { plugins: again });
    const handle = first.engine.submit('test.unsafe', 1, { hold: true });
    const seen: TaskEvent[] = [];
    const reading = (async () => {
      for await (const event of handle) seen.push(event);
    })();
    let hasCompleted = false;
    handle.events$.subscribe({ complete: () => (hasCompleted = true) });
    const waits = Promise.allSettled([handle.result(), handle.output(), first.engine.whenIdle()]);
    await handle.accepted;
    await first.close();
    for (const wait of await waits)
      expect(wait).toMatchObject({ status: 'rejected', reason: closed });
    await expect(handle.result()).rejects.toMatchObject(closed);
    await expect(handle.cancel()).rejects.toMatchObject(closed);
    await reading;
    expect([seen.length, hasCompleted, handle.state]).toEqual([1, true, 'pending']);

    const next = await startDurable(folder, { plugins: again });
    const found = await next.engine.tasks.get(handle.id);
    expect([found.state, found.attempt, found.waitingFor]).toMatchObject([
      'pending',
      0,
      { reason: 'hold' },
    ]);
    await found.resume();
    expect(await found.output()).toEqual({ attempt: 1, from: null });
  });

  it('puts what it interrupts back, by its effect', async () => {
    const folder = await folderOf();
    const first = await startDurable(folder, {
      plugins: pluginsWith(async (context) => {
        await context.checkpoint('half');
        return untilAborted(context);
      }),
    });
    const handles = ['idempotent', 'resumable', 'unsafe'].map((effect) =>
      first.engine.submit(`test.${effect}`, null, { name: effect, retries: 0 }),
    );
    await expect
      .poll(() => handles.map(({ state }) => state))
      .toEqual(handles.map(() => 'running'));
    const waits = Promise.allSettled(handles.map((handle) => handle.result()));
    await expect
      .poll(async () => (await first.engine.tasks.list({ status: 'running' })).length)
      .toBe(3);
    await first.close();
    for (const wait of await waits)
      expect(wait).toMatchObject({ status: 'rejected', reason: closed });
    expect(handles.map(({ state }) => state)).toEqual(['pending', 'pending', 'awaitingOperator']);

    const next = await startDurable(folder, { plugins: again });
    const [idempotent, resumable, unsafe] = await Promise.all(
      ['idempotent', 'resumable', 'unsafe'].map(next.handleOf),
    );
    expect(await idempotent?.output()).toMatchObject({ attempt: 2 });
    expect(await resumable?.output()).toEqual({ attempt: 2, from: 'half' });
    expect([unsafe?.state, unsafe?.attempt]).toEqual(['awaitingOperator', 1]);
  });

  it('counts work that is done within the grace, or when it is told to stop', async () => {
    const { engine, clock, close } = await startDurable(await folderOf(), {
      plugins: pluginsWith(({ input, signal }) =>
        input === 'soon'
          ? new Promise((resolve) => void clock.setTimeout(() => resolve('soon'), 50))
          : new Promise((resolve) => signal.addEventListener('abort', () => resolve('at last'))),
      ),
    });
    const soon = engine.submit('test.unsafe', 'soon');
    const late = engine.submit('test.unsafe', 'late');
    await expect.poll(() => [soon.state, late.state]).toEqual(['running', 'running']);
    const outputs = Promise.all([soon.output(), late.output()]);
    await close(100);
    expect(await outputs).toEqual(['soon', 'at last']);
  });

  it('gives up what hears nothing, and runs it again in the next engine', async () => {
    const folder = await folderOf();
    const first = await startDurable(folder, { plugins: pluginsWith(forEver) });
    const handle = first.engine.submit('test.idempotent', null);
    await expect.poll(() => handle.state).toBe('running');
    await first.close();
    expect(handle.state).toBe('pending');
    const next = await startDurable(folder, { plugins: again });
    expect(await (await next.engine.tasks.get(handle.id)).output()).toMatchObject({ attempt: 2 });
  });

  it('ends a task that is being cancelled as cancelled', async () => {
    const { engine, close } = await startDurable(await folderOf(), {
      plugins: pluginsWith(forEver),
    });
    const handle = engine.submit('test.unsafe', null, { graceMs: 3_600_000 });
    await expect.poll(() => handle.state).toBe('running');
    const answer = handle.cancel({ reason: 'enough' });
    await close();
    expect(await answer).toMatchObject({ status: 'cancelled', acknowledgedBy: 'nobody' });
  });

  it('lets a task that waits for a pending one wait until it is interrupted itself', async () => {
    const folder = await folderOf();
    const first = await startDurable(folder, {
      plugins: pluginsWith(({ input, waitFor }) => (input === null ? 1 : waitFor(input as number))),
    });
    const child = first.engine.submit('test.idempotent', null, { hold: true });
    const parent = first.engine.submit('test.idempotent', child.id);
    await expect.poll(() => parent.waitingFor?.reason).toBe('dependency');
    await first.close();
    const next = await startDurable(folder, { plugins: again });
    expect((await next.engine.tasks.get(child.id)).state).toBe('pending');
    expect(await (await next.engine.tasks.get(parent.id)).output()).toMatchObject({ attempt: 2 });
  });

  it('leaves a suspended task held by whom it was suspended', async () => {
    const folder = await folderOf();
    const ann = { who: 'ann' };
    const first = await startDurable(folder, {
      plugins: pluginsWith(async ({ pausePoint, signal }) => {
        while (!signal.aborted) await pausePoint();
        throw signal.reason;
      }),
    });
    const handle = first.engine.submit('test.idempotent', null);
    await expect.poll(() => handle.state).toBe('running');
    await handle.suspend({ by: ann, reason: 'lunch' });
    await first.close();
    const next = await startDurable(folder, { plugins: again });
    const found = await next.engine.tasks.get(handle.id);
    expect(found.waitingFor).toEqual({ reason: 'hold', by: ann, note: 'lunch' });
    await found.resume();
    expect(await found.output()).toMatchObject({ attempt: 2 });
  });

  it('keeps the retries that are left of a task that backs off', async () => {
    const folder = await folderOf();
    const first = await startDurable(folder, {
      plugins: pluginsWith(() => {
        throw new Error('no beam');
      }),
    });
    const handle = first.engine.submit('test.idempotent', null, {
      retries: { max: 2, baseMs: 1_000, jitter: 0 },
    });
    await expect.poll(() => handle.waitingFor?.reason).toBe('retry');
    await first.close();
    const next = await startDurable(folder, { plugins: again });
    await next.clock.advance(3_600_000);
    expect(await (await next.engine.tasks.get(handle.id)).output()).toMatchObject({ attempt: 2 });
  });

  it('can be asked for twice, and while the engine starts', async () => {
    const folder = await folderOf();
    const engine = createEngine({ store: sqliteStore(join(folder, 'runs.db')), plugins: again });
    const starting = engine.start();
    await Promise.all([engine.close(), engine.close(), starting.catch(() => {})]);
    expect(engine.state).toBe('stopped');
    await engine.close();
    const next = await startDurable(folder, { plugins: again });
    await Promise.all([next.close(), next.engine.close()]);
  });

  it('comes by itself when the store breaks, and tells those who wait', async () => {
    const folder = await folderOf();
    const breaking = failingStore(sqliteStore(join(folder, 'runs.db')));
    const first = await startDurable(folder, {
      store: breaking.store,
      plugins: pluginsWith(untilAborted),
    });
    const held = first.engine.submit('test.unsafe', null, { hold: true });
    const running = first.engine.submit('test.idempotent', null);
    await expect.poll(() => running.state).toBe('running');
    const waits = Promise.allSettled([held.result(), running.result()]);
    breaking.breakDown();
    expect(() => first.engine.submit('test.unsafe', null)).toThrowError(
      expect.objectContaining({ code: 'ENGINE_NOT_RUNNING' }),
    );
    expect(first.events.filter(({ type }) => type === 'alarm')).toMatchObject([
      { source: 'store', taskId: null },
    ]);
    await first.close();
    for (const wait of await waits)
      expect(wait).toMatchObject({ status: 'rejected', reason: closed });

    const next = await startDurable(folder, { plugins: again });
    expect((await next.engine.tasks.get(held.id)).waitingFor).toMatchObject({ reason: 'hold' });
    expect(await (await next.engine.tasks.get(running.id)).output()).toMatchObject({ attempt: 2 });
  });
});

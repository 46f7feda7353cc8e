import { afterEach, describe, expect, it } from 'vitest';
import { config } from 'rxjs';
import { createEngine } from '../../src/index.ts';
import type { Engine, TaskHandle } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import {
  closeEngines,
  eventsOf,
  forEver,
  makeEngine,
  pluginOf,
  startEngine,
  untilAborted,
} from '../support/engine-under-test.ts';
import { watchedStore } from '../support/watched-store.ts';

const notRunning = expect.objectContaining({ code: 'ENGINE_NOT_RUNNING' }) as Error;
const quick = pluginOf({ process: () => 'quick' }, { name: 'test.quick' });

describe('Engine.close', () => {
  afterEach(closeEngines);

  const busy = async (process: Parameters<typeof pluginOf>[0]['process']) => {
    const started = await startEngine({ concurrency: 1 });
    const running = started.engine.submit(pluginOf(process === undefined ? {} : { process }));
    await started.rest();
    return { ...started, running };
  };

  it('does nothing before a start, and does not forbid it', async () => {
    const { engine } = makeEngine();
    await engine.close();
    await engine.start();
    expect(engine.state).toBe('running');
  });

  it('while the engine starts lets it start, then closes it', async () => {
    const calls: string[] = [];
    const { engine } = makeEngine({ store: watchedStore(calls) });
    const starting = engine.start();
    await Promise.all([engine.close(), starting]);
    expect([engine.state, calls]).toEqual(['stopped', ['open', 'close']]);
  });

  it('twice, and at once, is one closing', async () => {
    const calls: string[] = [];
    const { engine } = await startEngine({ store: watchedStore(calls) });
    await Promise.all([engine.close(), engine.close()]);
    await engine.close();
    expect(calls).toEqual(['open', 'close']);
  });

  it('refuses new work at once, and starts nothing more', async () => {
    const work = deferred<void>();
    const { engine, clock, rest } = await busy(() => work.promise);
    const pending = engine.submit(quick);
    const closing = engine.close({ graceMs: 100 });
    expect(() => engine.submit(quick)).toThrow(notRunning);
    work.resolve();
    await rest();
    await clock.advance(100);
    await closing;
    expect(await pending.result()).toMatchObject({ taskStatus: 'cancelled', attempts: 0 });
  });

  it('cancels what is pending in whatever way, with reason shutdown', async () => {
    const { engine, rest, clock } = await startEngine({ concurrency: 1 });
    const first = engine.submit(pluginOf({ process: untilAborted }));
    const fails = pluginOf({ process: () => Promise.reject(new Error('no')) }, { name: 't.fails' });
    const backsOff = engine.submit(fails, null, { priority: 1, retries: 1 });
    const handles = [
      backsOff,
      engine.submit(quick),
      engine.submit(quick, null, { hold: true }),
      engine.submit(quick, null, { delayMs: 60_000 }),
      engine.submit(quick, null, { after: [first] }),
    ];
    await rest();
    const closing = engine.close({ graceMs: 10 });
    for (const handle of handles) {
      expect((await handle.result()).taskStatus).toBe('cancelled');
      expect(eventsOf(handle).at(-1)).toMatchObject({ state: 'cancelled', reason: 'shutdown' });
    }
    expect(first.status).toBe('running');
    await clock.advance(10);
    await closing;
    expect(backsOff.attempt).toBe(1);
  });

  it('lets running work end within the grace', async () => {
    const work = deferred<string>();
    const { engine, clock, running } = await busy(() => work.promise);
    const closing = engine.close({ graceMs: 1_000 });
    await clock.advance(999);
    work.resolve('whole');
    await closing;
    expect(await running.output()).toBe('whole');
  });

  it('cancels what runs on after the grace, and abandons what ignores that', async () => {
    const { engine, clock, rest } = await startEngine();
    const obeys = engine.submit(pluginOf({ process: untilAborted }));
    const ignores = engine.submit(pluginOf({ process: forEver }, { name: 'test.ignores' }));
    await rest();
    const closing = engine.close({ graceMs: 1_000 });
    await clock.advance(1_000);
    expect(await obeys.result()).toMatchObject({
      taskStatus: 'cancelled',
      teardown: 'done',
      error: { message: 'The task was cancelled: shutdown.' },
    });
    expect(ignores.status).toBe('running');
    await clock.advance(1_000);
    await closing;
    expect(await ignores.result()).toMatchObject({
      taskStatus: 'cancelled',
      teardown: 'deferred',
    });
    expect(clock.pending).toBe(0);
  });

  it('lets no failed attempt be retried', async () => {
    const work = deferred<void>();
    const { engine, rest } = await startEngine();
    const plugin = pluginOf({ process: () => work.promise });
    const running = engine.submit(plugin, null, { retries: 5 });
    await rest();
    const closing = engine.close();
    work.reject(new Error('no beam'));
    await closing;
    expect(await running.result()).toMatchObject({
      taskStatus: 'cancelled',
      attempts: 1,
      error: { message: 'no beam' },
    });
  });

  it('ends suspended tasks', async () => {
    const { engine, clock, running } = await busy(async ({ pausePoint }) => {
      for (;;) await pausePoint();
    });
    expect((await running.suspend()).status).toBe('stopped');
    const closing = engine.close({ graceMs: 10 });
    await clock.advance(10);
    await closing;
    expect(running.status).toBe('cancelled');
  });

  it('lets a task that waits for a pending one go on, with its result', async () => {
    const handles: TaskHandle[] = [];
    const { engine, clock, rest } = await startEngine();
    const waits = pluginOf({
      process: async ({ waitFor }) => (await waitFor(handles[0]?.id ?? 0)).taskStatus,
    });
    handles.push(engine.submit(quick, null, { hold: true }));
    const waiting = engine.submit(waits);
    await rest();
    const closing = engine.close({ graceMs: 10 });
    await clock.advance(10);
    await closing;
    expect(await waiting.output()).toBe('cancelled');
  });

  it('called by a task ends that task like any other', async () => {
    const engines: Engine[] = [];
    const { engine, clock, rest } = await startEngine();
    engines.push(engine);
    const closes = pluginOf({ process: () => engines[0]?.close({ graceMs: 10 }) });
    const handle = engine.submit(closes);
    await rest();
    await clock.advance(20);
    expect(await handle.result()).toMatchObject({
      taskStatus: 'cancelled',
      teardown: 'deferred',
    });
    await expect.poll(() => engine.state).toBe('stopped');
  });

  it('leaves handles, results and events to be read', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(quick);
    await handle.result();
    await engine.close();
    expect(await handle.output()).toBe('quick');
    expect(await handle.cancel()).toMatchObject({ status: 'completed' });
    expect(eventsOf(handle).at(-1)).toMatchObject({ state: 'completed' });
  });

  it('completes the stream of all events, and puts RxJS back as it was', async () => {
    const { engine } = await startEngine();
    expect(config.onUnhandledError).not.toBeNull();
    let isComplete = false;
    engine.events$.subscribe({ complete: () => (isComplete = true) });
    await engine.close();
    expect([isComplete, config.onUnhandledError]).toEqual([true, null]);
  });

  it('rejects with what a part failed with, once, and closes all the others', async () => {
    const calls: string[] = [];
    const broken = new Error('cannot sync');
    const store = watchedStore(calls, { close: () => Promise.reject(broken) });
    const { engine } = await startEngine({ store });
    await expect(engine.close()).rejects.toBe(broken);
    expect([engine.state, config.onUnhandledError]).toEqual(['stopped', null]);
    await engine.close();
  });

  it('refuses a grace that is no time', async () => {
    const { engine } = await startEngine();
    await expect(engine.close({ graceMs: Number.NaN })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(engine.state).toBe('running');
  });

  it('is what `await using` does', async () => {
    const calls: string[] = [];
    {
      await using engine = createEngine({
        clock: simulatedClock(),
        store: watchedStore(calls),
      });
      await engine.start();
    }
    expect(calls).toEqual(['open', 'close']);
  });

  it('by `await using` hides no failed start', async () => {
    const locked = new Error('the file is locked');
    const using = async (): Promise<void> => {
      await using engine = createEngine({
        store: watchedStore([], { open: () => Promise.reject(locked) }),
      });
      await engine.start();
    };
    await expect(using()).rejects.toBe(locked);
  });
});

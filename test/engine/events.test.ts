import { take } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { TaskEvent } from '../../src/index.ts';
import { closeEngines, eventsOf, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { brief, busy, collect, expectRising, readAll } from '../support/task-events.ts';
import { turnstile } from '../support/turnstile.ts';

const plain = pluginOf({}, { name: 'test.plain' });

describe('TaskHandle.events$', () => {
  afterEach(closeEngines);

  it('tells a life in order, each event with task, time and a number of its own', async () => {
    const { engine, clock } = await startEngine();
    const plugin = pluginOf(
      {
        process: async ({ log, progress, checkpoint }) => {
          log.info('opened', { shutter: 1 });
          progress(50, 'half');
          await checkpoint({ frame: 7 });
          log.warning('dim');
        },
      },
      { name: 'test.life' },
    );
    const handle = engine.submit(plugin);
    const { events, isComplete } = collect(handle);
    await handle.result();
    await clock.advance(0);
    expect(events.map(brief)).toEqual([
      'pending',
      'starting',
      'attempt 1 started',
      'running',
      'info: opened',
      'progress',
      'checkpoint',
      'warn: dim',
      'stopping',
      'attempt 1 succeeded',
      'completed',
    ]);
    expectRising(events);
    expect(isComplete()).toBe(true);
    for (const event of events) expect(event).toMatchObject({ taskId: 1, at: 1_000_000 });
    expect(events[4]).toMatchObject({ fields: { shutter: 1 } });
    expect(events[5]).toMatchObject({ percent: 50, message: 'half' });
    expect(events[6]).toMatchObject({ value: { frame: 7 } });
  });

  it('numbers the events of all tasks in one row', async () => {
    const { engine } = await startEngine();
    const all: TaskEvent[] = [];
    engine.events$.subscribe((event) => all.push(event));
    const handles = Array.from({ length: 20 }, () => engine.submit(busy, 5));
    await engine.whenIdle();
    expectRising(all);
    for (const handle of handles) {
      expect(eventsOf(handle)).toEqual(all.filter(({ taskId }) => taskId === handle.id));
    }
  });

  it('is replayed to a late subscriber, and completes', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(busy, 3);
    const early = collect(handle);
    await handle.result();
    const late = collect(handle);
    expect([late.isComplete(), late.events]).toEqual([true, early.events]);
    expect(await readAll(handle)).toEqual(early.events);
  });

  it('is the same for a task that comes from the registry, its last event included', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(busy, 1_500);
    await handle.result();
    const found = await readAll(await engine.tasks.get(handle.id));
    expect(found).toEqual(eventsOf(handle));
    expect(found.at(-1)).toMatchObject({ type: 'status', state: 'completed' });
  });

  it('keeps the last thousand of progress and logs, with one gap and the right number', async () => {
    const { engine } = await startEngine();
    for (const [steps, missed] of [
      [1_000, 0],
      [1_001, 1],
      [1_999, 999],
      [2_000, 1_000],
      [2_001, 1_001],
      [12_345, 11_345],
    ] as const) {
      const handle = engine.submit(busy, steps);
      await handle.result();
      const events = eventsOf(handle);
      const gaps = events.filter(({ type }) => type === 'gap');
      expect(gaps).toHaveLength(missed === 0 ? 0 : 1);
      if (missed > 0) expect(gaps[0]).toMatchObject({ missed, taskId: handle.id });
      const progress = events.filter(({ type }) => type === 'progress');
      expect(progress).toHaveLength(1_000);
      expect(progress[0]).toMatchObject({ message: `step ${missed + 1}` });
      expect(progress.at(-1)).toMatchObject({ message: `step ${steps}` });
      expectRising(events);
      expect(events.filter(({ type }) => type === 'status')).toHaveLength(5);
      expect(await readAll(handle)).toEqual(events);
    }
  });

  it('keeps no more than a thousand checkpoints', async () => {
    const { engine } = await startEngine();
    const plugin = pluginOf(
      {
        process: async ({ checkpoint }) => {
          for (let frame = 0; frame < 2_500; frame += 1) await checkpoint({ frame });
        },
      },
      { name: 'test.checkpoints' },
    );
    const handle = engine.submit(plugin);
    await handle.result();
    const kept = eventsOf(handle).filter(({ type }) => type === 'checkpoint');
    expect(kept).toHaveLength(1_000);
    expect(kept.at(-1)).toMatchObject({ value: { frame: 2_499 } });
  });

  it('tells what a subscriber causes after the event it was told, to all in the same order', async () => {
    const { engine, rest } = await startEngine();
    const { plugin } = turnstile();
    const handle = engine.submit(plugin);
    const all: TaskEvent[] = [];
    engine.events$.subscribe((event) => all.push(event));
    const before = collect(handle);
    handle.events$.subscribe((event) => {
      if (event.type !== 'status' || event.state !== 'running') return;
      engine.submit(plain);
      void handle.cancel();
    });
    const after = collect(handle);
    await handle.result();
    await rest();
    expectRising(before.events);
    expect(after.events).toEqual(before.events);
    expect(before.events.map(brief).slice(-3)).toEqual([
      'stopping',
      'attempt 1 interrupted',
      'cancelled',
    ]);
    expectRising(all);
    expect([before.isComplete(), after.isComplete()]).toEqual([true, true]);
  });

  it('calls a subscriber again only when it is done with the event before', async () => {
    const { engine } = await startEngine();
    const plugin = pluginOf(
      {
        process: async ({ log, progress, signal }) => {
          signal.addEventListener('abort', () => log.info('told to stop'));
          await Promise.resolve();
          progress(50);
          signal.throwIfAborted();
        },
      },
      { name: 'test.talkative' },
    );
    const handle = engine.submit(plugin);
    const seen: string[] = [];
    handle.events$.subscribe((event) => {
      seen.push(`> ${brief(event)}`);
      if (event.type === 'progress') void handle.cancel();
      seen.push(`< ${brief(event)}`);
    });
    await handle.result();
    expect(seen.slice(8, 12)).toEqual([
      '> progress',
      '< progress',
      '> info: told to stop',
      '< info: told to stop',
    ]);
  });

  it('misses nothing that a subscriber causes while it is replayed to', async () => {
    const { engine, rest } = await startEngine();
    const handle = engine.submit(plain, null, { hold: true });
    await rest();
    const states: string[] = [];
    let isComplete = false;
    handle.events$.subscribe({
      next: (event) => {
        states.push(brief(event));
        void handle.cancel();
      },
      complete: () => (isComplete = true),
    });
    await rest();
    expect([states, isComplete]).toEqual([['pending', 'cancelled'], true]);
  });

  it('gives no event twice to whoever subscribes while events are told', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(busy, 3);
    const inner: ReturnType<typeof collect>[] = [];
    handle.events$.subscribe(() => inner.push(collect(handle)));
    await handle.result();
    expect(inner).toHaveLength(10);
    for (const { events, isComplete } of inner) {
      expect([events, isComplete()]).toEqual([eventsOf(handle), true]);
    }
  });

  it('is not upset by subscribers that throw or leave', async () => {
    const { engine, lines } = await startEngine();
    const handle = engine.submit(busy, 10);
    const first: TaskEvent[] = [];
    handle.events$.pipe(take(1)).subscribe((event) => first.push(event));
    handle.events$.subscribe(() => {
      throw new Error('no disk');
    });
    handle.events$.subscribe(() => {}).unsubscribe();
    const { events } = collect(handle);
    await handle.result();
    expect([first.length, events.length]).toEqual([1, 17]);
    await expect
      .poll(() => lines.map(({ message }) => message))
      .toContain('a subscriber threw: no disk');
  });

  it('serves ten thousand subscribers', async () => {
    const { engine, rest } = await startEngine();
    const { plugin, letGo } = turnstile();
    const handle = engine.submit(plugin);
    let [events, completed] = [0, 0];
    for (let count = 0; count < 10_000; count += 1) {
      handle.events$.subscribe({ next: () => (events += 1), complete: () => (completed += 1) });
    }
    await rest();
    letGo(handle);
    await handle.result();
    expect([events, completed]).toEqual([70_000, 10_000]);
  });
});

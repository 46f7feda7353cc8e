import { afterEach, describe, expect, it } from 'vitest';
import type { TaskEvent } from '../../src/index.ts';
import { closeEngines, eventsOf, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { brief, expectRising } from '../support/task-events.ts';

const plain = pluginOf({}, { name: 'test.plain' });

describe('Engine.events$', () => {
  afterEach(closeEngines);

  it('tells of all tasks from the subscription on, and completes when the engine closes', async () => {
    const { engine, shut } = await startEngine();
    await engine.submit(plain).result();
    const ids = new Set<number | null>();
    let isComplete = false;
    engine.events$.subscribe({
      next: ({ taskId }) => ids.add(taskId),
      complete: () => (isComplete = true),
    });
    await Promise.all([engine.submit(plain).result(), engine.submit(plain).result()]);
    expect([[...ids], isComplete]).toEqual([[2, 3], false]);
    await shut();
    expect(isComplete).toBe(true);
    let isLateComplete = false;
    engine.events$.subscribe({ complete: () => (isLateComplete = true) });
    expect(isLateComplete).toBe(true);
  });

  it('can be subscribed to before the start', async () => {
    const { engine } = await startEngine();
    const states: string[] = [];
    engine.events$.subscribe((event) => states.push(brief(event)));
    await engine.submit(plain).result();
    expect(states).toContain('completed');
  });

  it('says who did it, and why', async () => {
    const { engine } = await startEngine();
    const handle = engine.submit(plain, null, { hold: true });
    const by = { who: 'ada', role: 'operator', via: 'http', from: '10.0.0.7' };
    await handle.cancel({ by, reason: 'beam lost' });
    expect(eventsOf(handle).at(-1)).toMatchObject({ state: 'cancelled', by, reason: 'beam lost' });
  });

  it('tells what a subscriber causes after the event it was told, to all in the same order', async () => {
    const { engine } = await startEngine();
    const held = engine.submit(plain, null, { hold: true });
    engine.events$.subscribe((event) => {
      if (event.type === 'status' && event.state === 'running') void held.cancel();
    });
    const seen: TaskEvent[] = [];
    engine.events$.subscribe((event) => seen.push(event));
    await engine.submit(plain).result();
    expectRising(seen);
    expect(seen.find(({ taskId }) => taskId === held.id)).toMatchObject({ state: 'cancelled' });
  });

  it('is not upset by a subscriber that throws', async () => {
    const { engine, lines } = await startEngine();
    engine.events$.subscribe(() => {
      throw new Error('no disk');
    });
    const seen: TaskEvent[] = [];
    engine.events$.subscribe((event) => seen.push(event));
    expect((await engine.submit(plain).result()).taskStatus).toBe('completed');
    expect(seen).toHaveLength(7);
    await expect
      .poll(() => lines.map(({ message }) => message))
      .toContain('a subscriber threw: no disk');
  });
});

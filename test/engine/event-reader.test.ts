import { afterEach, describe, expect, it } from 'vitest';
import type { TaskEvent } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { brief, expectRising } from '../support/task-events.ts';
import { turnstile } from '../support/turnstile.ts';

const plain = pluginOf({}, { name: 'test.plain' });

describe('TaskHandle as an async iterable', () => {
  afterEach(closeEngines);

  it('gives a reader that falls behind one gap, and all of status and attempts', async () => {
    const { engine } = await startEngine();
    const go = deferred<void>();
    const plugin = pluginOf(
      {
        process: async ({ progress }) => {
          progress(1, 'first');
          await go.promise;
          for (let step = 0; step < 5_000; step += 1) progress(50, `step ${step}`);
        },
      },
      { name: 'test.flood' },
    );
    const handle = engine.submit(plugin);
    const reader = handle[Symbol.asyncIterator]();
    const events: TaskEvent[] = [];
    while (events.at(-1)?.type !== 'progress') {
      const { value } = await reader.next();
      if (value !== undefined) events.push(value);
    }
    go.resolve();
    await handle.result();
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) {
      events.push(next.value);
    }
    expectRising(events);
    expect(events.filter(({ type }) => type === 'gap')).toMatchObject([{ missed: 4_000 }]);
    expect(events.filter(({ type }) => type === 'progress')).toHaveLength(1_001);
    expect(events.filter(({ type }) => type === 'status')).toHaveLength(5);
  });

  it('waits for what comes, again and again', async () => {
    const { engine, clock, rest } = await startEngine();
    const { plugin, letGo } = turnstile();
    const handle = engine.submit(plugin, null, { delayMs: 10 });
    const states: string[] = [];
    const reading = (async () => {
      for await (const event of handle) states.push(brief(event));
    })();
    await rest();
    expect(states).toEqual(['pending']);
    await clock.advance(10);
    expect(states).toEqual(['pending', 'starting', 'attempt 1 started', 'running']);
    letGo(handle);
    await reading;
    expect(states.slice(4)).toEqual(['stopping', 'attempt 1 succeeded', 'completed']);
  });

  it('stops listening when the loop is left', async () => {
    const { engine, rest } = await startEngine();
    const { plugin } = turnstile();
    const handle = engine.submit(plugin);
    for await (const event of handle) if (event.type === 'attempt') break;
    const reader = handle[Symbol.asyncIterator]();
    await rest();
    expect(await reader.return?.()).toEqual({ done: true, value: undefined });
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect(handle.status).toBe('running');
  });

  it('answers calls that overlap, and those that wait when it is left', async () => {
    const { engine, clock, rest } = await startEngine();
    const handle = engine.submit(plain, null, { delayMs: 10 });
    await rest();
    const reader = handle[Symbol.asyncIterator]();
    const calls = [1, 2, 3, 4, 5, 6, 7, 8].map(() => reader.next());
    await clock.advance(10);
    await handle.result();
    const values = (await Promise.all(calls)).map(({ value, done }) =>
      done === true ? 'done' : brief(value),
    );
    expect(values).toEqual([
      'pending',
      'starting',
      'attempt 1 started',
      'running',
      'stopping',
      'attempt 1 succeeded',
      'completed',
      'done',
    ]);
    const held = engine.submit(plain, null, { hold: true });
    const waiting = held[Symbol.asyncIterator]();
    await waiting.next();
    const left = waiting.next();
    await waiting.return?.();
    expect((await left).done).toBe(true);
  });
});

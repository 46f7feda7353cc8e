import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { definePlugin } from '../../src/index.ts';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { turnstile } from '../support/turnstile.ts';

const day = 86_400_000;
const plain = pluginOf({}, { name: 'test.plain' });
const other = pluginOf({}, { name: 'test.other' });
const key = { idempotencyKey: 'k' };

const conflict = (what: string) =>
  expect.objectContaining({
    code: 'IDEMPOTENCY_CONFLICT',
    message: expect.stringContaining(`"k" was used by task 1 with another ${what}`) as string,
  }) as Error;

describe('idempotencyKey', () => {
  afterEach(closeEngines);

  it('gives the same handle while the task lives and after it has settled', async () => {
    const { engine } = await startEngine();
    const { plugin, letGo } = turnstile();
    const handle = engine.submit(plugin, { x: 1 }, key);
    expect(engine.submit(plugin, { x: 1 }, key)).toBe(handle);
    await expect.poll(() => handle.status).toBe('running');
    expect(engine.submit(plugin, { x: 1 }, key)).toBe(handle);
    letGo(handle);
    await handle.result();
    expect(engine.submit(plugin, { x: 1 }, key)).toBe(handle);
    expect(await engine.tasks.list()).toHaveLength(1);
  });

  it('gives it beyond retention', async () => {
    const { engine } = await startEngine({ retention: { settled: 0 } });
    const handle = engine.submit(plain, { x: 1 }, key);
    await handle.result();
    await expect(engine.tasks.get(handle.id)).rejects.toMatchObject({ code: 'TASK_FORGOTTEN' });
    const again = engine.submit(plain, { x: 1 }, key);
    expect(again).toBe(handle);
    expect((await again.result()).taskStatus).toBe('completed');
  });

  it.each(['failed', 'cancelled'])('gives a task that %s, and runs nothing again', async (how) => {
    const { engine } = await startEngine();
    let runs = 0;
    const plugin = pluginOf(
      {
        process: () => {
          runs += 1;
          throw new Error('no beam');
        },
      },
      { name: 'test.failing' },
    );
    const handle = engine.submit(plugin, null, key);
    if (how === 'cancelled') await handle.cancel();
    await handle.result();
    const again = engine.submit(plugin, null, key);
    expect([again === handle, again.status, runs]).toEqual([true, how, how === 'failed' ? 1 : 0]);
  });

  it('refuses another plugin and another input', async () => {
    const { engine } = await startEngine();
    engine.submit(plain, { x: 1 }, key);
    expect(() => engine.submit(other, { x: 1 }, key)).toThrowError(conflict('plugin'));
    for (const input of [{ x: 2 }, { x: '1' }, { x: 1, y: 1 }, [1], null, undefined]) {
      expect(() => engine.submit(plain, input, key)).toThrowError(conflict('input'));
    }
    expect(await engine.tasks.list()).toHaveLength(1);
  });

  it('compares inputs as JSON: the order of keys and absent fields mean nothing', async () => {
    const { engine } = await startEngine();
    const input = { scan: { a: 1, b: [1, { c: 2, d: 3 }] }, zero: 0 };
    const handle = engine.submit(plain, input, key);
    const same = { zero: -0, scan: { b: [1, { d: 3, c: 2 }], a: 1 }, absent: undefined };
    expect(engine.submit(plain, same, key)).toBe(handle);
    const reordered = { scan: { a: 1, b: [{ c: 2, d: 3 }, 1] }, zero: 0 };
    expect(() => engine.submit(plain, reordered, key)).toThrowError(conflict('input'));
  });

  it('compares inputs as given, before defaults', async () => {
    const { engine } = await startEngine();
    const plugin = definePlugin({
      name: 'test.defaults',
      input: z.object({ x: z.number().default(0) }),
      process: ({ input }) => input.x,
    });
    const handle = engine.submit(plugin, {}, key);
    expect(engine.submit(plugin, undefined, key)).toBe(handle);
    expect(() => engine.submit(plugin, { x: 0 }, key)).toThrowError(conflict('input'));
  });

  it('is not misled by an input that its owner changes', async () => {
    const { engine } = await startEngine();
    const input = { frames: [1] };
    const handle = engine.submit(plain, input, key);
    input.frames.push(2);
    expect(() => engine.submit(plain, input, key)).toThrowError(conflict('input'));
    expect(engine.submit(plain, { frames: [1] }, key)).toBe(handle);
  });

  it('refuses bad input and bad options before it looks at the key', async () => {
    const { engine } = await startEngine();
    engine.submit(plain, null, key);
    expect(() => engine.submit(plain, Number.NaN, key)).toThrowError(
      expect.objectContaining({ code: 'NOT_STORABLE' }),
    );
    expect(() => engine.submit(plain, null, { ...key, priority: Number.NaN })).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });

  it('answers also when the queue is full', async () => {
    const { engine } = await startEngine({ maxQueued: 1 });
    const handle = engine.submit(plain, null, { ...key, hold: true });
    expect(() => engine.submit(plain)).toThrowError(
      expect.objectContaining({ code: 'QUEUE_FULL' }),
    );
    expect(engine.submit(plain, null, key)).toBe(handle);
  });

  it('takes other keys for other work', async () => {
    const { engine } = await startEngine();
    const handles = ['a', 'A', ' a', '__proto__', 'constructor'].map((idempotencyKey) =>
      engine.submit(plain, null, { idempotencyKey }),
    );
    expect(new Set(handles).size).toBe(5);
  });

  it('forgets a key when it is as old as idempotencyTtlMs, and not before', async () => {
    const { engine, clock } = await startEngine();
    const handle = engine.submit(plain, 1, key);
    await clock.advance(day - 1);
    expect(engine.submit(plain, 1, key)).toBe(handle);
    await clock.advance(1);
    const next = engine.submit(plain, 2, key);
    expect(next).not.toBe(handle);
    await clock.advance(day - 1);
    expect(engine.submit(plain, 2, key)).toBe(next);
  });

  it('forgets each key by its own age', async () => {
    const { engine, clock } = await startEngine({ idempotencyTtlMs: 100 });
    const submit = (idempotencyKey: string) => engine.submit(plain, null, { idempotencyKey });
    const a = submit('a');
    await clock.advance(60);
    const b = submit('b');
    await clock.advance(60);
    expect([submit('a') === a, submit('b') === b]).toEqual([false, true]);
    await clock.advance(50);
    expect(submit('b') === b).toBe(false);
  });

  it('gives the same handle to a listener that submits again at once', async () => {
    const { engine } = await startEngine();
    const seen: unknown[] = [];
    engine.tasks.on('add', (handle) => {
      seen.push(handle, engine.submit(plain, null, key));
    });
    const handle = engine.submit(plain, null, key);
    expect(seen).toHaveLength(2);
    expect(new Set([handle, ...seen]).size).toBe(1);
  });

  it('knows nothing of the keys of another engine', async () => {
    const [one, two] = [await startEngine(), await startEngine()];
    expect(one.engine.submit(plain, 1, key)).not.toBe(two.engine.submit(plain, 1, key));
  });
});

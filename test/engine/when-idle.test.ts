import { afterEach, describe, expect, it } from 'vitest';
import { closeEngines, pluginOf, startEngine } from '../support/engine-under-test.ts';
import { removeStores, storeKinds } from '../support/stores.ts';
import { turnstile } from '../support/turnstile.ts';

const plain = pluginOf({}, { name: 'test.plain' });

describe.each(storeKinds)('Engine.whenIdle on $name', ({ options }) => {
  afterEach(async () => {
    await closeEngines();
    removeStores();
  });

  it('resolves at once when there is nothing to wait for', async () => {
    const { engine } = await startEngine(options());
    await engine.whenIdle();
  });

  it('waits for all tasks, also those that were submitted meanwhile', async () => {
    const { engine } = await startEngine(options());
    const { plugin, letGo } = turnstile();
    const first = engine.submit(plugin);
    let isIdle = false;
    const idle = engine.whenIdle().then(() => (isIdle = true));
    await expect.poll(() => first.status).toBe('running');
    const second = engine.submit(plugin);
    letGo(first);
    await first.result();
    expect(isIdle).toBe(false);
    await expect.poll(() => second.status).toBe('running');
    second.onSettled(() => void engine.submit(plain));
    letGo(second);
    await idle;
    expect((await engine.tasks.list()).map(({ status }) => status)).toEqual([
      'completed',
      'completed',
      'completed',
    ]);
  });

  it('has told every end when it resolves, also when nothing was live any more', async () => {
    const { engine } = await startEngine(options());
    const ended: number[] = [];
    engine.tasks.on('end', ({ id }) => ended.push(id));
    const handles = Array.from({ length: 50 }, () => engine.submit(plain));
    await Promise.all(handles.map((handle) => handle.result()));
    await engine.whenIdle();
    expect(ended.toSorted((a, b) => a - b)).toEqual(handles.map(({ id }) => id));
  });

  it('waits no longer than told', async () => {
    const { engine, clock } = await startEngine(options());
    const held = engine.submit(plain, null, { hold: true });
    const waiting = engine.whenIdle({ timeoutMs: 5 }).catch((error: unknown) => error);
    await clock.advance(5);
    expect(await waiting).toMatchObject({ code: 'WAIT_TIMEOUT' });
    expect(held.status).toBe('pending');
  });
});

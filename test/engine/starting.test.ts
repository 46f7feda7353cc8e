import { afterEach, describe, expect, it } from 'vitest';
import { config } from 'rxjs';
import {
  closeEngines,
  makeEngine,
  pluginOf,
  startEngine,
  untilAborted,
} from '../support/engine-under-test.ts';
import { watchedStore } from '../support/watched-store.ts';

const notRunning = expect.objectContaining({ code: 'ENGINE_NOT_RUNNING' }) as Error;
const quick = pluginOf({ process: () => 'quick' }, { name: 'test.quick' });

describe('Engine.start', () => {
  afterEach(closeEngines);

  it('comes first: submit before it is refused, and makes no task', async () => {
    const { engine } = makeEngine();
    expect(engine.state).toBe('stopped');
    expect(() => engine.submit(quick)).toThrow(notRunning);
    await engine.start();
    expect(await engine.tasks.list()).toEqual([]);
    expect(engine.submit(quick).id).toBe(1);
  });

  it('may be called again, or twice at once', async () => {
    const calls: string[] = [];
    const { engine } = makeEngine({ store: watchedStore(calls) });
    await Promise.all([engine.start(), engine.start()]);
    await engine.start();
    expect([engine.state, calls]).toEqual(['running', ['open']]);
  });

  it('is refused while the engine closes, and for ever after', async () => {
    const { engine, rest, clock } = await startEngine();
    engine.submit(pluginOf({ process: untilAborted }));
    await rest();
    const closing = engine.close({ graceMs: 10 });
    await expect(engine.start()).rejects.toThrow(notRunning);
    await clock.advance(10);
    await closing;
    await expect(engine.start()).rejects.toThrow(notRunning);
    expect(() => engine.submit(quick)).toThrow(notRunning);
  });

  it('rejects with what the store threw, and the engine stays stopped', async () => {
    const calls: string[] = [];
    const locked = new Error('the file is locked');
    const store = watchedStore(calls, { open: () => Promise.reject(locked) });
    const { engine, clock } = makeEngine({ store });
    await expect(engine.start()).rejects.toBe(locked);
    expect([engine.state, clock.pending, calls]).toEqual(['stopped', 0, ['open']]);
    expect(config.onUnhandledError).toBeNull();
    await engine.close();
  });

  it('rejects when a directory of plugins cannot be read, and closes the store again', async () => {
    const calls: string[] = [];
    const { engine } = makeEngine({ store: watchedStore(calls), plugins: ['/no/such/directory'] });
    await expect(engine.start()).rejects.toMatchObject({ code: 'PLUGIN_DIRECTORY_UNREADABLE' });
    expect([engine.state, calls]).toEqual(['stopped', ['open', 'close']]);
    await expect(engine.start()).rejects.toThrow(notRunning);
  });
});

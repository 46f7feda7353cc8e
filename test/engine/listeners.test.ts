import { config } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { TaskHandle } from '../../src/index.ts';
import { closeEngines, makeEngine, pluginOf, startEngine } from '../support/engine-under-test.ts';

const plain = pluginOf({}, { name: 'test.plain' });

describe('Engine.tasks.on', () => {
  afterEach(closeEngines);

  it('tells of a task first that it is there, then of its states, then of its end', async () => {
    const { engine, rest } = await startEngine();
    const seen: string[] = [];
    for (const event of ['add', 'update', 'end'] as const) {
      engine.tasks.on(event, ({ id, state }) => seen.push(`${event} ${id} ${state}`));
    }
    await engine.submit(plain).result();
    await rest();
    expect(seen[0]).toBe('add 1 pending');
    expect(seen.filter((line) => line !== 'update 1 pending').slice(1)).toEqual([
      'update 1 starting',
      'update 1 running',
      'update 1 stopping',
      'end 1 completed',
    ]);
  });

  it('hands out the handle that the submitter has', async () => {
    const { engine, rest } = await startEngine();
    const seen = new Set<TaskHandle>();
    for (const event of ['add', 'update', 'end'] as const) {
      engine.tasks.on(event, (handle) => seen.add(handle));
    }
    const handle = engine.submit(plain);
    await handle.result();
    await rest();
    expect([...seen]).toEqual([handle]);
  });

  it('tells of each end once, after the result has reached whoever waits for it', async () => {
    const { engine, rest } = await startEngine();
    const order: string[] = [];
    engine.tasks.on('end', ({ id }) => order.push(`end ${id}`));
    const handles = Array.from({ length: 50 }, () => engine.submit(plain));
    for (const handle of handles) {
      void handle.result().then(({ taskId }) => order.push(`result ${taskId}`));
      void (async () => {
        for await (const event of handle) if (event.type === 'status') continue;
        order.push(`loop ${handle.id}`);
      })();
    }
    await engine.whenIdle();
    await rest();
    for (const { id } of handles) {
      const mine = order.filter((line) => line.endsWith(` ${id}`));
      expect(mine).toHaveLength(3);
      expect(mine.indexOf(`end ${id}`)).toBeGreaterThan(mine.indexOf(`result ${id}`));
    }
  });

  it('does not wait for listeners', async () => {
    const { engine } = await startEngine();
    engine.tasks.on('end', () => new Promise(() => {}));
    await engine.submit(plain).result();
    await engine.whenIdle();
    expect((await engine.submit(plain).result()).taskStatus).toBe('completed');
  });

  it('is not upset by a listener that throws or rejects, and logs what it threw', async () => {
    const { engine, lines, rest } = await startEngine();
    const seen: string[] = [];
    for (const event of ['add', 'update', 'end'] as const) {
      engine.tasks.on(event, () => {
        throw new Error(`${event} is broken`);
      });
      engine.tasks.on(event, async () => {
        throw new Error(`${event} is broken, too`);
      });
      engine.tasks.on(event, () => seen.push(event));
    }
    expect((await engine.submit(plain).result()).taskStatus).toBe('completed');
    await rest();
    expect(new Set(seen)).toEqual(new Set(['add', 'update', 'end']));
    const logged = lines.map(({ message }) => message);
    for (const event of ['add', 'update', 'end']) {
      expect(logged).toContain(`a listener to "${event}" threw: ${event} is broken`);
      expect(logged).toContain(`a listener to "${event}" threw: ${event} is broken, too`);
    }
  });

  it('takes listeners that stop, cancel, submit or listen while they are told', async () => {
    const { engine, rest } = await startEngine();
    const seen: string[] = [];
    const stop = engine.tasks.on('add', ({ id }) => {
      stop();
      seen.push(`once ${id}`);
    });
    engine.tasks.on('add', (handle) => {
      if (handle.id === 1) engine.tasks.on('add', ({ id }) => seen.push(`late ${id}`));
      if (handle.id === 1) seen.push(`submitted ${engine.submit(plain).id}`);
      if (handle.id === 2) void handle.cancel();
    });
    const first = engine.submit(plain);
    expect((await first.result()).taskStatus).toBe('completed');
    const second = await engine.tasks.get(2);
    expect((await second.result()).taskStatus).toBe('cancelled');
    await rest();
    expect(seen).toEqual(['once 1', 'late 2', 'submitted 2']);
    expect((await engine.tasks.list()).map(({ id }) => id)).toEqual([2, 1]);
  });

  it('tells nobody who stopped', async () => {
    const { engine, rest } = await startEngine();
    const seen: string[] = [];
    const stop = engine.tasks.on('end', () => seen.push('end'));
    await engine.submit(plain).result();
    stop();
    stop();
    await rest();
    expect(seen).toEqual([]);
  });

  it.each([
    ['ended', () => {}],
    ['__proto__', () => {}],
    ['add', 'listener'],
  ])('refuses %s with %o', async (event, listener) => {
    const { engine } = await startEngine();
    expect(() => engine.tasks.on(event as 'add', listener as () => void)).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});

describe('RxJS while an engine runs', () => {
  afterEach(closeEngines);

  it('reports to the logger of the engine that was started last, and then as before', async () => {
    const [one, two] = [makeEngine(), makeEngine()];
    expect(config.onUnhandledError).toBeNull();
    await one.engine.start();
    await two.engine.start();
    config.onUnhandledError?.(new Error('first'));
    expect(two.lines.map(({ message }) => message)).toEqual(['a subscriber threw: first']);
    await two.shut();
    config.onUnhandledError?.(new Error('second'));
    expect(one.lines.map(({ message }) => message)).toEqual(['a subscriber threw: second']);
    await one.shut();
    expect(config.onUnhandledError).toBeNull();
  });

  it('leaves the handler of the host alone', async () => {
    const own = (): void => {};
    config.onUnhandledError = own;
    try {
      const { shut } = await startEngine();
      expect(config.onUnhandledError).toBe(own);
      await shut();
      expect(config.onUnhandledError).toBe(own);
    } finally {
      config.onUnhandledError = null;
    }
  });
});

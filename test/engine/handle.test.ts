import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore, TaskStatus } from '../../src/index.ts';
import type { TaskHandle, TaskStore } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { closeEngines, forEver, pluginOf, startEngine } from '../support/engine-under-test.ts';

describe('TaskHandle', () => {
  afterEach(closeEngines);

  it('is not thenable: to await it gives the handle itself', async () => {
    const { engine } = await startEngine();
    const handle: unknown = engine.submit(pluginOf({}));
    expect(await handle).toBe(handle);
    expect(handle).not.toHaveProperty('then');
  });

  it('tells the id, names, input, attempt and states of its task', async () => {
    const { engine, rest } = await startEngine();
    const plugin = pluginOf({ process: forEver });
    const handle = engine.submit(plugin, { x: [1] }, { name: 'my scan' });
    await rest();
    expect(handle).toMatchObject({
      id: 1,
      name: 'my scan',
      plugin: 'test.work',
      input: { x: [1] },
      attempt: 1,
      state: 'running',
      status: TaskStatus.RUNNING,
      runState: 3,
      waitingFor: null,
    });
    expect(engine.submit(plugin).name).toBe('test.work');
  });

  it('keeps the input that was given, whatever its owner does with it afterwards', async () => {
    const { engine } = await startEngine();
    const input = { x: [1] };
    const handle = engine.submit(pluginOf({ process: (context) => context.input }), input);
    input.x.push(2);
    expect(await handle.output()).toEqual({ x: [1] });
  });

  it('gives a wait up when told, and leaves the task alone', async () => {
    const { engine, clock, rest } = await startEngine();
    const work = deferred<string>();
    const handle = engine.submit(pluginOf({ process: () => work.promise }));
    const stop = new AbortController();
    const waits = [
      handle.result({ timeoutMs: 100 }),
      handle.output({ timeoutMs: 100 }),
      handle.result({ signal: stop.signal }),
      handle.result({ signal: AbortSignal.abort() }),
    ].map((wait) => wait.catch((error: unknown) => error));
    stop.abort();
    await clock.advance(100);
    expect(await Promise.all(waits)).toMatchObject([
      { code: 'WAIT_TIMEOUT' },
      { code: 'WAIT_TIMEOUT' },
      { code: 'WAIT_ABORTED' },
      { code: 'WAIT_ABORTED' },
    ]);
    expect(handle.status).toBe('running');
    work.resolve('done');
    expect(await handle.output({ timeoutMs: 100 })).toBe('done');
    await rest();
    expect(clock.pending).toBe(0);
  });

  describe('send', () => {
    const collects = pluginOf(
      {
        process: async ({ messages }) => {
          const read: unknown[] = [];
          for await (const message of messages) {
            read.push((message as { type: string }).type);
            if (read.at(-1) === 'end') break;
          }
          return read;
        },
      },
      { name: 'test.collects' },
    );

    it('delivers what is sent before and while the code runs, in order', async () => {
      const { engine, rest } = await startEngine();
      const handle = engine.submit(collects);
      expect(handle.send({ type: 'before' })).toBe(true);
      expect(handle.send({ type: 'soon' })).toBe(true);
      await rest();
      expect(handle.send({ type: 'during' })).toBe(true);
      handle.send({ type: 'end' });
      expect(await handle.output()).toEqual(['before', 'soon', 'during', 'end']);
    });

    it('says false once the task has ended', async () => {
      const { engine } = await startEngine();
      const handle = engine.submit(pluginOf({}));
      await handle.result();
      expect(handle.send({ type: 'late' })).toBe(false);
    });

    it('keeps what comes between two attempts for the next one', async () => {
      const { engine, clock, rest } = await startEngine();
      const plugin = pluginOf({
        process: async ({ attempt, messages }) => {
          if (attempt === 1) throw new Error('not yet');
          for await (const message of messages) return message;
          return null;
        },
      });
      const handle = engine.submit(plugin, null, { retries: 1 });
      await rest();
      handle.send({ type: 'again' });
      await clock.advance(2_000);
      expect(await handle.output()).toEqual({ type: 'again' });
    });

    it('ends the reading when the attempt ends', async () => {
      const { engine, rest } = await startEngine();
      const read: unknown[] = [];
      const plugin = pluginOf({
        process: ({ messages }) => {
          void (async () => {
            for await (const message of messages) read.push(message);
            read.push('ended');
          })();
          return 'done';
        },
      });
      const handle = engine.submit(plugin);
      handle.send({ type: 'first' });
      await handle.result();
      await rest();
      expect(read.at(-1)).toBe('ended');
    });
  });

  describe('onSettled', () => {
    it('is told before all who wait, the plugin’s first and the handle’s last', async () => {
      const { engine, rest } = await startEngine();
      const told: string[] = [];
      const note = (who: string) => (): void => void told.push(who);
      const plugin = { ...pluginOf({}), onSettled: note('plugin') };
      engine.tasks.on('end', note('end'));
      const handle = engine.submit(plugin, null, { onSettled: note('submission') });
      const waits = handle.result().then(note('waiter'));
      handle.onSettled(note('handle')).onSettled(note('another'));
      await waits;
      await rest();
      expect(told).toEqual(['plugin', 'submission', 'handle', 'another', 'waiter', 'end']);
    });

    it('is called at once when the task has settled', async () => {
      const { engine } = await startEngine();
      const handle = engine.submit(pluginOf({}));
      const result = await handle.result();
      const told: unknown[] = [];
      handle.onSettled((given) => told.push(given));
      expect(told).toEqual([result]);
    });

    it('may throw or reject: it is logged, and nobody else notices', async () => {
      const { engine, lines, rest } = await startEngine();
      const throws = (): never => {
        throw new Error('thrown');
      };
      const rejects: () => unknown = async () => throws();
      const plugin = { ...pluginOf({}), onSettled: throws };
      const handle: TaskHandle = engine.submit(plugin, null, { onSettled: rejects });
      handle.onSettled(throws);
      await handle.result();
      handle.onSettled(throws).onSettled(rejects);
      await rest();
      const errors = lines.filter(({ level }) => level === 'error');
      expect(errors.map(({ message }) => message)).toEqual(
        Array.from({ length: 5 }, () => 'onSettled of task 1 threw: thrown'),
      );
    });
  });

  describe('accepted', () => {
    const storeThat = (commit: TaskStore['commit']): TaskStore => ({ ...memoryStore(), commit });

    it('resolves when the store has the task, also long afterwards', async () => {
      const { engine } = await startEngine();
      const handle = engine.submit(pluginOf({}));
      await handle.accepted;
      await handle.result();
      await handle.accepted;
    });

    it('rejects with the store’s error, whenever it is asked, and the task fails', async () => {
      const full = new Error('the disk is full');
      const store = storeThat((rows) => {
        if (rows.some(({ kind }) => kind === 'task')) throw full;
      });
      const { engine } = await startEngine({ store });
      const handle = engine.submit(pluginOf({}));
      await expect(handle.accepted).rejects.toBe(full);
      expect(await handle.result()).toMatchObject({
        taskStatus: 'failed',
        error: { code: 'LOST', phase: 'pending' },
      });
      await expect(handle.accepted).rejects.toBe(full);
    });
  });
});

describe('task ids', () => {
  afterEach(closeEngines);

  it('are positive, rise, and are never given twice', async () => {
    const store = memoryStore();
    const ids: number[] = [];
    for (let life = 0; life < 3; life += 1) {
      const { engine, shut } = await startEngine({ store });
      const plugin = pluginOf({});
      for (let n = 0; n < 1_500; n += 1) ids.push(engine.submit(plugin, null, { hold: true }).id);
      await shut();
    }
    expect(ids.every((id) => Number.isInteger(id) && id > 0)).toBe(true);
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b));
  });

  it('end below 2^31', async () => {
    const store: TaskStore = {
      ...memoryStore(),
      open: () => ({ nextId: 2 ** 31 - 3, nextSeq: 1 }),
    };
    const { engine } = await startEngine({ store });
    const plugin = pluginOf({});
    const ids = [1, 2, 3].map(() => engine.submit(plugin).id);
    expect(ids.at(-1)).toBe(2 ** 31 - 1);
    expect(() => engine.submit(plugin)).toThrow(expect.objectContaining({ code: 'IDS_EXHAUSTED' }));
    await engine.whenIdle();
  });
});

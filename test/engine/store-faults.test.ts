import { afterEach, describe, expect, it } from 'vitest';
import { memoryStore } from '../../src/index.ts';
import type { TaskEvent, TaskStore } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import type { Deferred } from '../../src/kernel/deferred.ts';
import type { StoreRow } from '../../src/kernel/store-rows.ts';
import { closeEngines, logOf, pluginOf, startEngine } from '../support/engine-under-test.ts';

type Kind = StoreRow['kind'];

/** A store that takes its time: each transaction waits for `commit`. */
class SlowStore implements TaskStore {
  readonly #store = memoryStore();
  readonly #waiting: [readonly StoreRow[], Deferred<void>][] = [];
  readonly isDurable = false;
  readonly transactions: (readonly Kind[])[] = [];
  /** Commits at once while it is false. */
  isSlow = false;
  refuses: (row: StoreRow) => boolean = () => false;

  async commit(rows: readonly StoreRow[]): Promise<void> {
    if (this.isSlow) {
      const done = deferred<void>();
      this.#waiting.push([rows, done]);
      await done.promise;
    }
    if (rows.some(this.refuses)) throw new Error('the row does not fit');
    this.transactions.push(rows.map(({ kind }) => kind));
    void this.#store.commit(rows);
  }
  /** Whether a transaction waited; it is written. */
  step(): boolean {
    const [, done] = this.#waiting.shift() ?? [];
    done?.resolve();
    return done !== undefined;
  }

  open: TaskStore['open'] = (opening) => this.#store.open(opening);
  unsettled: TaskStore['unsettled'] = () => this.#store.unsettled();
  idempotencyKeys: TaskStore['idempotencyKeys'] = (since) => this.#store.idempotencyKeys(since);
  lookup: TaskStore['lookup'] = (id) => this.#store.lookup(id);
  list: TaskStore['list'] = (query) => this.#store.list(query);
  events: TaskStore['events'] = (query) => this.#store.events(query);
  steps: TaskStore['steps'] = (taskId) => this.#store.steps(taskId);
  environment: TaskStore['environment'] = (key) => this.#store.environment(key);
  statistics: TaskStore['statistics'] = () => this.#store.statistics();
  close: TaskStore['close'] = () => this.#store.close();
}

const refusing = (kind: Kind, times = Number.POSITIVE_INFINITY): TaskStore => {
  const store = memoryStore();
  let left = times;
  return {
    ...store,
    commit: (rows) => {
      if (left > 0 && rows.some((row) => row.kind === kind)) {
        left -= 1;
        throw new Error('the disk is full');
      }
      return store.commit(rows);
    },
  };
};

describe('on a store that takes its time', () => {
  let store = new SlowStore();
  afterEach(async () => {
    store.isSlow = false;
    await closeEngines();
  });

  const slowEngine = async (concurrency = 8) => {
    store = new SlowStore();
    const started = await startEngine({ store, concurrency });
    store.isSlow = true;
    const settle = async (): Promise<void> => {
      for (let idle = 0; idle < 3; idle += store.step() ? 0 : 1) await started.rest();
    };
    return { ...started, settle };
  };

  it('starts nothing that is not accepted', async () => {
    const { engine, rest, settle } = await slowEngine();
    let calls = 0;
    const handle = engine.submit(pluginOf({ setup: () => (calls += 1) }));
    await rest();
    expect([calls, handle.state]).toEqual([0, 'pending']);
    store.step();
    await handle.accepted;
    await rest();
    expect([calls, handle.state]).toEqual([0, 'starting']);
    store.step();
    await rest();
    expect(calls).toBe(1);
    await settle();
  });

  it('tells nobody of the end before it is committed', async () => {
    const { engine, rest, settle } = await slowEngine();
    const events: TaskEvent[] = [];
    const told: string[] = [];
    const handle = engine.submit(pluginOf({}), null, {
      onSettled: () => void told.push('settled'),
    });
    handle.events$.subscribe((event) => events.push(event));
    void handle.result().then(() => told.push('result'));
    store.step();
    await rest();
    store.step();
    await rest();
    expect([handle.state, handle.status, told]).toEqual(['stopping', 'running', []]);
    expect(handle.send({ type: 'late' })).toBe(false);
    await settle();
    expect(told).toEqual(['settled', 'result']);
    expect(events.at(-1)).toMatchObject({ type: 'status', state: 'completed' });
  });

  it('writes what comes meanwhile in one transaction', async () => {
    const { engine, settle } = await slowEngine();
    const plugin = pluginOf({});
    store.transactions.length = 0;
    for (let n = 0; n < 100; n += 1) engine.submit(plugin);
    await settle();
    const [first, second] = store.transactions;
    expect(first).toEqual(['task']);
    expect(second?.filter((kind) => kind === 'task')).toHaveLength(99);
  });

  it('gives ids in a burst of any size', async () => {
    const { engine, settle } = await slowEngine();
    const plugin = pluginOf({});
    const ids = Array.from({ length: 3_000 }, () => engine.submit(plugin, null, { hold: true }).id);
    expect(new Set(ids).size).toBe(3_000);
    store.isSlow = false;
    await settle();
    await engine.submit(plugin).result();
  });

  it('takes no slot for a task that is cancelled before it is accepted', async () => {
    const { engine, settle } = await slowEngine(1);
    const plugin = pluginOf({}, { resources: 'motor' });
    const handles = Array.from({ length: 10 }, () => engine.submit(plugin));
    const answers = handles.map((handle) => handle.cancel());
    await settle();
    for (const answer of answers) {
      expect(await answer).toMatchObject({ acknowledgedBy: 'queue', status: 'cancelled' });
    }
    expect(engine.resources.list()).toEqual([]);
    store.isSlow = false;
    expect((await engine.submit(plugin).result()).taskStatus).toBe('completed');
  });

  it('holds nothing of a task whose end is being committed', async () => {
    const { engine, settle, rest } = await slowEngine(1);
    const plugin = pluginOf({});
    const handle = engine.submit(plugin, null, { hold: true });
    store.step();
    await rest();
    const cancelled = handle.cancel();
    expect(await handle.suspend()).toMatchObject({ acknowledgedBy: 'nobody' });
    expect(await handle.resume()).toMatchObject({ acknowledgedBy: 'nobody' });
    await settle();
    expect(await cancelled).toMatchObject({ status: 'cancelled' });
    store.isSlow = false;
    expect((await engine.submit(plugin).result()).taskStatus).toBe('completed');
  });

  it('goes on from a checkpoint only when it is committed', async () => {
    const { engine, rest, settle } = await slowEngine();
    let isCommitted = false;
    const plugin = pluginOf({
      process: async ({ checkpoint }) => {
        await checkpoint(1);
        isCommitted = true;
      },
    });
    const handle = engine.submit(plugin);
    store.step();
    await rest();
    store.step();
    await rest();
    expect(isCommitted).toBe(false);
    await settle();
    expect((await handle.result()).taskStatus).toBe('completed');
    expect(isCommitted).toBe(true);
  });

  it('stops an attempt whose row is still being written, before anything is called', async () => {
    const { engine, rest, settle } = await slowEngine();
    let calls = 0;
    const handle = engine.submit(pluginOf({ setup: () => (calls += 1) }));
    store.step();
    await rest();
    const answer = handle.cancel();
    await settle();
    expect(await answer).toMatchObject({ acknowledgedBy: 'runner', status: 'cancelled' });
    expect(calls).toBe(0);
    expect(await handle.result()).toMatchObject({ teardown: 'none', attempts: 1 });
  });

  it('gives an attempt up that cannot even begin within the grace, and lets go of it later', async () => {
    const { engine, rest, settle, clock } = await slowEngine();
    const handle = engine.submit(pluginOf({}, { resources: 'motor' }));
    store.step();
    await rest();
    const answer = handle.cancel({ graceMs: 100 });
    await clock.advance(100);
    expect(engine.tasks.abandoned()).toHaveLength(1);
    await settle();
    expect(await answer).toMatchObject({ acknowledgedBy: 'nobody', status: 'cancelled' });
    expect(await handle.result()).toMatchObject({ teardown: 'none' });
    expect([engine.tasks.abandoned(), engine.resources.list()]).toEqual([[], []]);
  });

  it('fails only the task whose row does not fit, and none that was written with it', async () => {
    const { engine, settle } = await slowEngine();
    const plugin = pluginOf({ process: ({ input }) => input });
    store.refuses = (row) => row.kind === 'task' && row.task.input === 3;
    const handles = [1, 2, 3, 4, 5].map((n) => engine.submit(plugin, n));
    const refused = handles[2]?.accepted;
    await settle();
    await expect(refused).rejects.toThrow('the row does not fit');
    const results = await Promise.all(handles.map((handle) => handle.result()));
    expect(results.map(({ payload }) => payload)).toEqual([1, 2, null, 4, 5]);
    expect(results[2]).toMatchObject({ taskStatus: 'failed', error: { code: 'LOST' } });
  });

  it('closes when all is written', async () => {
    const { engine, settle } = await slowEngine();
    const handle = engine.submit(pluginOf({}), null, { hold: true });
    const closing = engine.close();
    await settle();
    await closing;
    expect((await handle.result()).taskStatus).toBe('cancelled');
    expect(store.transactions).toContainEqual(['settle']);
  });
});

describe('on a store that refuses', () => {
  afterEach(closeEngines);

  it('an attempt, the attempt fails before anything is called, and is tried again', async () => {
    let calls = 0;
    const { engine, clock } = await startEngine({ store: refusing('attempt', 1) });
    const plugin = pluginOf({ setup: () => (calls += 1) }, { effect: 'unsafe', retries: 1 });
    const handle = engine.submit(plugin);
    await clock.advance(2_000);
    expect(await handle.result()).toMatchObject({ taskStatus: 'completed', attempts: 2 });
    expect(calls).toBe(1);
  });

  it('an attempt for good, the task fails with the store’s error', async () => {
    const { engine } = await startEngine({ store: refusing('attempt') });
    expect(await engine.submit(pluginOf({})).result()).toMatchObject({
      taskStatus: 'failed',
      teardown: 'none',
      error: { message: 'the disk is full', phase: 'setup' },
    });
  });

  it('a checkpoint, the plugin is told', async () => {
    const { engine } = await startEngine({ store: refusing('checkpoint') });
    const plugin = pluginOf({
      process: async ({ checkpoint, log }) => {
        await checkpoint(1).catch((error: Error) => log.info(error.message));
        void checkpoint(2);
        return 'went on';
      },
    });
    const handle = engine.submit(plugin);
    expect(await handle.output()).toBe('went on');
    expect(logOf(handle)).toEqual(['the disk is full']);
  });

  it('a result, it is given all the same, and an alarm is raised', async () => {
    const { engine } = await startEngine({ store: refusing('settle') });
    const alarms: TaskEvent[] = [];
    engine.events$.subscribe((event) => void (event.type === 'alarm' && alarms.push(event)));
    const handle = engine.submit(pluginOf({ process: () => 5 }));
    expect(await handle.output()).toBe(5);
    expect(alarms).toMatchObject([{ source: 'store', taskId: handle.id }]);
  });

  it('ids, it is asked for them again', async () => {
    const kept: number[] = [];
    const store = refusing('ids', 2);
    const watched: TaskStore = {
      ...store,
      commit: (rows) => {
        const done = store.commit(rows);
        for (const row of rows) if (row.kind === 'ids') kept.push(row.end);
        return done;
      },
    };
    const { engine } = await startEngine({ store: watched });
    const plugin = pluginOf({});
    for (let n = 0; n < 3; n += 1) engine.submit(plugin, null, { hold: true });
    expect(kept.at(-1)).toBeGreaterThan(3);
  });
});

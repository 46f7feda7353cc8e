import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Engine, EngineOptions } from '../../src/index.ts';
import {
  closeEngines,
  eventsOf,
  pluginOf,
  startEngine,
  untilAborted,
} from '../support/engine-under-test.ts';
import { removeStores, storeKinds } from '../support/stores.ts';
import { turnstile } from '../support/turnstile.ts';

const saved = pluginOf(
  {
    process: ({ input, log }) => {
      log.info('worked');
      return { got: input };
    },
  },
  { name: 'test.saved', saved: true },
);
const plain = pluginOf({}, { name: 'test.plain' });
const failing = pluginOf(
  {
    process: () => {
      throw Object.assign(new Error('no beam'), { code: 'BEAM_LOST' });
    },
  },
  { name: 'test.failing', saved: true },
);
const unsafe = pluginOf(
  { process: untilAborted },
  { name: 'test.unsafe', saved: true, effect: 'unsafe' },
);
const ada = { who: 'ada' };

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runstate-snapshot-'));
});

afterEach(async () => {
  await closeEngines();
  removeStores();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (options: EngineOptions): Promise<Engine> =>
  (await startEngine(options)).engine;

describe.each(storeKinds)('Engine.tasks.restore on $name', ({ options }) => {
  const plugins = [saved, plain, failing, unsafe];

  it('brings settled tasks with their result, output and events', async () => {
    const north = await start({ ...options(), name: 'north' });
    const done = north.submit(saved, { x: 1 }, { name: 'first', tags: ['a'] });
    const failed = north.submit(failing);
    const [result] = await Promise.all([done.result(), failed.result()]);
    const events = eventsOf(done);
    const path = join(folder, 'session.json');
    await north.tasks.snapshot(path);
    const south = await start({ ...options(), name: 'south', plugins });
    const added: number[] = [];
    south.tasks.on('add', ({ id }) => added.push(id));
    const answer = await south.tasks.restore(path, { by: ada, reason: 'the north is closed' });
    expect(answer).toEqual({
      ids: [
        { was: 1, is: 1 },
        { was: 2, is: 2 },
      ],
      renamed: [],
      known: [],
      waiting: [],
    });
    expect(added).toEqual([1, 2]);
    const found = await south.tasks.get(1);
    expect(await found.result()).toEqual(result);
    expect(await found.output()).toEqual({ got: { x: 1 } });
    expect(found).toMatchObject({ name: 'first', tags: ['a'], status: 'completed' });
    await expect((await south.tasks.get(2)).output()).rejects.toMatchObject({ code: 'BEAM_LOST' });
    const there: unknown[] = [];
    for await (const event of found) there.push(event);
    const withoutSeq = events.map(({ seq: _seq, ...event }) => event);
    expect(there.slice(0, -1)).toMatchObject(withoutSeq);
    expect(there.at(-1)).toMatchObject({
      type: 'log',
      message: 'Restored from task 1 of engine "north".',
      by: ada,
      reason: 'the north is closed',
    });
    expect(south.submit(saved).id).toBe(3);
  });

  it('gives tasks whose id is taken new ones, also where they refer to each other', async () => {
    const north = await start({ ...options(), name: 'north' });
    const first = north.submit(saved, 'first', { hold: true });
    north.submit(saved, 'second', { after: [first] });
    const other = north.submit(saved, 'other', { idempotencyKey: 'k' });
    await other.result();
    const again = await north.tasks.rerun(other.id);
    await again.result();
    const snapshot = await north.tasks.snapshot();
    const south = await start({ ...options(), name: 'south', plugins });
    const mine = [
      south.submit(saved, 'first'),
      south.submit(saved, 'mine', { idempotencyKey: 'k' }),
    ];
    await south.whenIdle();
    const answer = await south.tasks.restore(snapshot);
    expect(answer.ids).toEqual([
      { was: 1, is: 5 },
      { was: 2, is: 6 },
      { was: 3, is: 3 },
      { was: 4, is: 4 },
    ]);
    expect(answer.renamed).toEqual([
      { was: 1, is: 5 },
      { was: 2, is: 6 },
    ]);
    expect((await south.tasks.get(4)).rerunOf).toBe(3);
    const waits = await south.tasks.get(6);
    expect(waits.waitingFor).toEqual({ reason: 'dependency', tasks: [5] });
    await (await south.tasks.get(5)).resume();
    expect(await waits.output()).toEqual({ got: 'second' });
    expect(await (await south.tasks.get(1)).output()).toEqual({ got: 'first' });
    expect(south.submit(saved, 'mine', { idempotencyKey: 'k' })).toBe(mine[1]);
    expect(south.submit(saved).id).toBe(7);
    const { tasks } = await south.tasks.snapshot();
    expect(tasks.map(({ task }) => task.idempotencyKey)).toEqual([
      undefined,
      'k',
      ...Array.from({ length: 5 }, () => undefined),
    ]);
  });

  it('is done once: a second restore finds every task there', async () => {
    const north = await start({ ...options(), name: 'north' });
    const { plugin } = turnstile({ name: 'test.scan', saved: true });
    await north.submit(saved).result();
    const running = north.submit(plugin);
    await expect.poll(() => running.status).toBe('running');
    const snapshot = await north.tasks.snapshot();
    const given = {
      ...options(),
      name: 'south',
      plugins: [saved, turnstile({ name: 'test.scan', saved: true }).plugin],
    };
    const south = await start(given);
    south.submit(saved);
    await south.whenIdle();
    const [one, two] = await Promise.all([
      south.tasks.restore(snapshot),
      south.tasks.restore(snapshot),
    ]);
    expect(one.known).toEqual([]);
    expect(two).toEqual({ ids: one.ids, renamed: one.renamed, known: one.ids, waiting: [] });
    expect(await south.tasks.list()).toHaveLength(3);
    // On from there to a third engine, and home again.
    const onwards = await south.tasks.snapshot();
    const west = await start({ ...options(), name: 'west', plugins: given.plugins });
    expect((await west.tasks.restore(snapshot)).known).toEqual([]);
    const { known } = await west.tasks.restore(onwards);
    expect(known.map(({ is }) => is).toSorted((a, b) => a - b)).toEqual(
      one.ids.map(({ was }) => was),
    );
    const home = await north.tasks.restore(onwards);
    expect(home.known.map(({ is }) => is).toSorted((a, b) => a - b)).toEqual([1, 2]);
  });

  it('runs again what may be repeated, with its checkpoint and the attempt after the last', async () => {
    const resumable = pluginOf(
      {
        process: async (context) => {
          if (context.resumeFrom !== undefined) return [context.attempt, context.resumeFrom];
          await context.checkpoint({ frame: 7 });
          return untilAborted(context);
        },
      },
      { name: 'test.resumable', effect: 'resumable', saved: true },
    );
    const north = await start({ ...options(), name: 'north' });
    const running = north.submit(resumable);
    await expect.poll(() => eventsOf(running).some(({ type }) => type === 'checkpoint')).toBe(true);
    const pending = north.submit(saved, 'later', { hold: true });
    const snapshot = await north.tasks.snapshot();
    await pending.cancel();
    const south = await start({ ...options(), name: 'south', plugins: [resumable, saved] });
    const answer = await south.tasks.restore(snapshot);
    expect(answer.waiting).toEqual([
      { id: pending.id, reason: 'it was held when the snapshot was taken' },
    ]);
    expect(await (await south.tasks.get(running.id)).output()).toEqual([2, { frame: 7 }]);
    expect((await south.tasks.get(pending.id)).waitingFor).toMatchObject({ reason: 'hold' });
  });

  it('lets what is unsafe wait for a person', async () => {
    const north = await start({ ...options(), name: 'north', concurrency: 1 });
    const running = north.submit(unsafe);
    const pending = north.submit(unsafe);
    await expect.poll(() => running.status).toBe('running');
    const snapshot = await north.tasks.snapshot();
    const south = await start({ ...options(), name: 'south', plugins });
    const answer = await south.tasks.restore(snapshot);
    expect(answer.waiting.map(({ id }) => id)).toEqual([running.id, pending.id]);
    expect(answer.waiting[1]?.reason).toBe(
      'it is unsafe, and engine "north" may still run it as its task 2',
    );
    const [doubtful, held] = [await south.tasks.get(running.id), await south.tasks.get(pending.id)];
    expect([doubtful.state, doubtful.attempt, doubtful.runtimeMs]).toEqual([
      'awaitingOperator',
      1,
      0,
    ]);
    expect(doubtful.waitingFor).toMatchObject({ reason: 'operator', code: 'AWAITING_OPERATOR' });
    expect(held.waitingFor).toEqual({ reason: 'hold', note: answer.waiting[1]?.reason });
    await held.cancel();
    await south.whenIdle();
    const resolved = await south.tasks.resolve(running.id, 'failed', { by: ada, reason: 'looked' });
    expect(resolved.status).toBe('failed');
    expect(resolved).toBe(doubtful);
    expect((await south.tasks.list()).map(({ status }) => status)).toEqual(['cancelled', 'failed']);
  });

  it('holds a task that comes after one which was left out', async () => {
    const north = await start({ ...options(), name: 'north' });
    const left = north.submit(plain, null, { hold: true });
    const ended = north.submit(plain);
    await ended.result();
    north.submit(saved, 'one', { after: [ended, left] });
    north.submit(saved, 'two', { after: [ended], hold: true });
    const snapshot = await north.tasks.snapshot();
    expect(snapshot.leftOut).toEqual([left.id, ended.id]);
    const south = await start({ ...options(), name: 'south', plugins });
    const { waiting, ids } = await south.tasks.restore(snapshot);
    expect(waiting[0]?.reason).toBe(
      'it comes after task 1 of engine "north", which is not part of the snapshot',
    );
    for (const { is } of ids) await (await south.tasks.get(is)).resume();
    await south.whenIdle();
    expect((await south.tasks.list()).map(({ status }) => status)).toEqual([
      'completed',
      'completed',
    ]);
  });

  it('survives the restored engine’s own restart', async () => {
    const north = await start({ ...options(), name: 'north' });
    await north.submit(saved, 1).result();
    const snapshot = await north.tasks.snapshot();
    const given = { ...options(), name: 'south', plugins };
    const south = await startEngine(given);
    await south.engine.tasks.restore(snapshot);
    await south.shut();
    const again = await start(given);
    expect(await (await again.tasks.get(1)).output()).toEqual({ got: 1 });
    expect((await again.tasks.restore(snapshot)).known).toEqual([{ was: 1, is: 1 }]);
    expect((await again.tasks.statistics()).counts.completed).toBe(1);
  });

  it('spends none of its retries on the attempt that the snapshot broke off', async () => {
    const flaky = pluginOf(
      {
        process: (context) => {
          if (context.attempt === 1) return untilAborted(context);
          if (context.attempt === 2) throw new Error('not yet');
          return context.attempt;
        },
      },
      { name: 'test.flaky', saved: true },
    );
    const north = await start({ ...options(), name: 'north' });
    const running = north.submit(flaky, null, { retries: { max: 1, baseMs: 1 } });
    await expect.poll(() => running.status).toBe('running');
    const snapshot = await north.tasks.snapshot();
    const { engine: south, clock } = await startEngine({
      ...options(),
      name: 'south',
      plugins: [flaky],
    });
    await south.tasks.restore(snapshot);
    const handle = await south.tasks.get(running.id);
    const status = async (): Promise<string> => {
      await clock.advance(10);
      return handle.status;
    };
    await expect.poll(status).toBe('completed');
    expect(await handle.output()).toBe(3);
  });
});

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/index.ts';
import type { EngineOptions } from '../../src/index.ts';
import { forEver, pluginOf } from '../support/engine-under-test.ts';
import { failingStore } from '../support/failing-store.ts';
import { folderOf, startDurable } from '../support/durable-engine.ts';

const work = pluginOf({ process: ({ attempt }) => attempt }, { name: 'test.work' });
const unsafe = pluginOf({ process: () => 'done' }, { name: 'test.unsafe', effect: 'unsafe' });

const full = { code: 'STORE_WRITE_FAILED' };

/** An engine whose disk can be filled up. */
async function onSmallDisk(options: EngineOptions = {}) {
  const folder = await folderOf();
  const disk = failingStore(sqliteStore(join(folder, 'runs.db')));
  const started = await startDurable(folder, {
    store: disk.store,
    plugins: [work, unsafe],
    ...options,
  });
  const alarms = () =>
    started.events.filter((event) => event.type === 'alarm' && event.source === 'store');
  return { folder, disk, alarms, ...started };
}

describe('while the store cannot be written', () => {
  it('a submission is refused with the store’s error, and its neighbours are not', async () => {
    const { engine, disk } = await onSmallDisk();
    disk.refuses = (row) => row.kind === 'task' && row.task.input === 3;
    const handles = [1, 2, 3, 4, 5].map((n) => engine.submit(work, n));
    await expect(handles[2]?.accepted).rejects.toMatchObject(full);
    const results = await Promise.all(handles.map((handle) => handle.result()));
    expect(results.map(({ taskStatus }) => taskStatus)).toEqual([
      'completed',
      'completed',
      'failed',
      'completed',
      'completed',
    ]);
    expect(results[2]?.error).toMatchObject({ ...full, phase: 'pending' });
    const stored = disk.committed.map((row) => ('taskId' in row ? row.taskId : null));
    expect(stored).not.toContain(handles[2]?.id);
  });

  it('a key of a refused submission can be used again', async () => {
    const { engine, disk } = await onSmallDisk();
    disk.refuses = (row) => row.kind === 'task';
    const refused = engine.submit(work, 1, { idempotencyKey: 'k' });
    await expect(refused.accepted).rejects.toMatchObject(full);
    disk.refuses = () => false;
    const handle = engine.submit(work, 1, { idempotencyKey: 'k' });
    expect(handle.id).not.toBe(refused.id);
    expect(await handle.output()).toBe(1);
  });

  it('a result is held back, and told once there is room, with one alarm for all', async () => {
    const { engine, clock, disk, alarms } = await onSmallDisk();
    let ends = 0;
    engine.tasks.on('end', () => (ends += 1));
    disk.refuses = (row) => row.kind === 'settle';
    const handles = [1, 2, 3].map((n) => engine.submit(work, n));
    const told = Promise.all(handles.map((handle) => handle.output()));
    await expect.poll(() => alarms().length).toBe(1);
    await clock.advance(10_000);
    expect([handles.map(({ state }) => state), ends]).toEqual([
      ['stopping', 'stopping', 'stopping'],
      0,
    ]);
    disk.refuses = () => false;
    await clock.advance(1_000);
    expect(await told).toEqual([1, 1, 1]);
    await expect.poll(() => ends).toBe(3);
    expect(alarms()).toHaveLength(1);
  });

  it('an unsafe attempt waits for its row before anything of it is called', async () => {
    const { engine, clock, disk, alarms } = await onSmallDisk();
    disk.refuses = (row) => row.kind === 'attempt';
    const handle = engine.submit(unsafe);
    await expect.poll(() => alarms().length).toBe(1);
    expect([handle.state, handle.waitingFor]).toEqual([
      'starting',
      { reason: 'worker', runner: 'inline' },
    ]);
    disk.refuses = () => false;
    await clock.advance(1_000);
    expect(await handle.output()).toBe('done');
  });

  it('a hold is refused to the person who asks for it', async () => {
    const { engine, disk } = await onSmallDisk();
    const handle = engine.submit(work, null, { delayMs: 3_600_000 });
    await handle.accepted;
    disk.refuses = (row) => row.kind === 'change';
    await expect(handle.suspend({ by: { who: 'ann' } })).rejects.toMatchObject(full);
  });

  it('a result that is held back when the engine closes is as if it had not been', async () => {
    const { engine, disk, alarms, close, folder } = await onSmallDisk();
    disk.refuses = (row) => row.kind === 'settle';
    const handles = [engine.submit(work, 1), engine.submit(unsafe, 1)];
    const waits = Promise.allSettled(handles.map((handle) => handle.result()));
    await expect.poll(() => alarms().length).toBe(1);
    await expect.poll(() => handles.map(({ state }) => state)).toEqual(['stopping', 'stopping']);
    await close();
    for (const wait of await waits) {
      expect(wait).toMatchObject({ status: 'rejected', reason: { code: 'ENGINE_CLOSED' } });
    }
    const next = await startDurable(folder, { plugins: [work, unsafe] });
    const found = await Promise.all(handles.map(({ id }) => next.engine.tasks.get(id)));
    expect(await found[0]?.output()).toBe(2);
    expect(found[1]?.state).toBe('awaitingOperator');
  });

  it('is written at the last moment when there is room as the engine closes', async () => {
    const { engine, disk, alarms, close } = await onSmallDisk();
    disk.refuses = (row) => row.kind === 'settle';
    const handle = engine.submit(work, 1);
    const output = handle.output();
    await expect.poll(() => alarms().length).toBe(1);
    disk.refuses = () => false;
    await close();
    expect(await output).toBe(1);
  });

  it('a result that no store could take fails its task, and no other', async () => {
    const { engine, disk, alarms } = await onSmallDisk({
      plugins: [pluginOf({ process: ({ input }) => input }, { name: 'test.echo' })],
    });
    disk.refuses = (row) => {
      if (row.kind === 'settle' && row.output === 'huge') throw new RangeError('too long');
      return false;
    };
    const [huge, small] = ['huge', 'small'].map((input) => engine.submit('test.echo', input));
    expect(await small?.output()).toBe('small');
    expect(await huge?.result()).toMatchObject({
      taskStatus: 'failed',
      payload: null,
      error: { message: 'too long' },
    });
    expect(alarms()).toMatchObject([{ taskId: huge?.id }]);
  });

  it('what cannot be stopped meanwhile is still told the truth', async () => {
    const deaf = pluginOf({ process: forEver }, { name: 'test.deaf' });
    const { engine, clock, disk } = await onSmallDisk({ plugins: [deaf] });
    const handle = engine.submit(deaf);
    await expect.poll(() => handle.state).toBe('running');
    disk.refuses = (row) => row.kind === 'settle';
    const answer = handle.cancel({ graceMs: 10 });
    await clock.advance(10);
    disk.refuses = () => false;
    await clock.advance(1_000);
    expect(await answer).toMatchObject({ status: 'cancelled', acknowledgedBy: 'nobody' });
  });
});

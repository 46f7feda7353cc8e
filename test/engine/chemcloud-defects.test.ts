/** What went wrong in ChemCloud's FutureOutput, shown gone. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { FutureOutput } from '../../src/index.ts';
import type { Engine, FutureHost } from '../../src/index.ts';
import { futureSource } from '../../src/engine/future-source.ts';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-work.ts';

/** An engine behind a line that is cut for some tasks; `asked` has the ids that were asked for. */
function behindALine(engine: Engine): {
  readonly host: FutureHost;
  readonly asked: number[];
  readonly cut: Set<number>;
} {
  const asked: number[] = [];
  const cut = new Set<number>();
  const source = engine[futureSource];
  const find = async (id: number) => {
    asked.push(id);
    if (cut.has(id)) throw new Error('502 Bad Gateway');
    return source.find(id);
  };
  return { host: { [futureSource]: { ...source, find } }, asked, cut };
}

describe('defects of ChemCloud’s FutureOutput', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runstate-future-'));

  afterEach(closeEngines);
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  });

  it('one error of the line loses a result for good', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const { host, cut } = behindALine(engine);
    const saved = engine.submitAll(work.plugin, ['a', 'b']);
    const path = await saved.save(join(folder, 'future.json'));
    work.complete('a', 'b');
    await rest();
    const future = await FutureOutput.open(path, { client: host });
    cut.add(saved.taskIds[0] ?? 0);
    await expect(future.get()).rejects.toThrow('502 Bad Gateway');
    expect(future.statuses).toEqual(['completed', 'completed']);
    cut.clear();
    expect(await future.get()).toMatchObject([{ output: ['a'] }, { output: ['b'] }]);
  });

  it('one bad answer loses what the same refresh had got for others', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const { host, cut } = behindALine(engine);
    const saved = engine.submitAll(work.plugin, ['a', 'b', 'c']);
    const path = await saved.save(join(folder, 'future.json'));
    work.complete('a', 'b', 'c');
    await rest();
    const future = await FutureOutput.open(path, { client: host });
    cut.add(saved.taskIds[1] ?? 0);
    await expect(future.refresh()).rejects.toThrow('502 Bad Gateway');
    expect(future.outputs).toMatchObject([{ output: ['a'] }, null, { output: ['c'] }]);
  });

  it('a refused task is never ready, and is waited for until the timeout', async () => {
    const { engine } = await startEngine({ maxQueued: 0 });
    const future = engine.submitAll(gatedWork().plugin, ['a']);
    expect(future.isReady).toBe(true);
    expect(await future.get()).toMatchObject([{ success: false, error: { code: 'QUEUE_FULL' } }]);
  });

  it('a task that has no output breaks the loop, or is left out', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b']);
    await rest();
    await future.cancel();
    const statuses: string[] = [];
    for await (const { taskStatus } of future.asCompleted()) statuses.push(taskStatus);
    expect(statuses).toEqual(['cancelled', 'cancelled']);
  });

  it('every wait polls, and learns of the end up to half a minute late', async () => {
    const { engine, clock, rest } = await startEngine();
    const work = gatedWork();
    const { host, asked } = behindALine(engine);
    const saved = engine.submitAll(work.plugin, ['a', 'b']);
    const path = await saved.save(join(folder, 'future.json'));
    const future = await FutureOutput.open(path, { client: host });
    expect(asked).toEqual(saved.taskIds);
    let gotAt = 0;
    const getting = future.get().then(() => {
      gotAt = clock.now();
    });
    expect(clock.pending).toBe(0);
    await clock.advance(100_000);
    work.complete('a', 'b');
    await rest();
    expect(gotAt).toBe(clock.now());
    await getting;
    expect(asked).toEqual(saved.taskIds);
  });

  it('a timeout comes up to half a minute late', async () => {
    const { engine, clock, rest } = await startEngine();
    const future = engine.submitAll(gatedWork().plugin, ['a']);
    await rest();
    const start = clock.now();
    const lateMs = future.get({ timeoutMs: 10_000 }).then(
      () => null,
      () => clock.now() - start,
    );
    for (let second = 0; second < 20; second += 1) await clock.advance(1_000);
    expect(await lateMs).toBe(10_000);
  });

  it('`asCompleted` gives the order of inputs for that of ends', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b', 'c']);
    await rest();
    for (const input of ['c', 'a', 'b']) {
      work.complete(input);
      await rest();
    }
    const inputs: unknown[] = [];
    for await (const { input } of future.asCompleted()) inputs.push(input);
    expect(inputs).toEqual(['c', 'a', 'b']);
  });

  it('`get` breaks after `asCompleted`, and what was received is deleted everywhere', async () => {
    const { engine } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a']);
    work.complete('a');
    for await (const { taskId } of future.asCompleted()) {
      expect(await (await engine.tasks.get(taskId ?? 0)).output()).toEqual(['a']);
    }
    expect(future.outputs).toEqual([null]);
    expect(await future.get()).toMatchObject([{ output: ['a'] }]);
  });

  it('one submission that fails loses the ids of the others', async () => {
    const { engine } = await startEngine({ maxQueued: 2 });
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b', 'c']);
    expect(future.taskIds).toEqual([expect.any(Number), expect.any(Number), null]);
    work.complete('a', 'b');
    expect(await future.get()).toMatchObject([
      { success: true },
      { success: true },
      { success: false },
    ]);
  });

  it('a submission that is repeated runs twice', async () => {
    const { engine } = await startEngine();
    const work = gatedWork();
    const first = engine.submitAll(work.plugin, ['a', 'b'], { idempotencyKey: 'night shift' });
    const again = engine.submitAll(work.plugin, ['a', 'b'], { idempotencyKey: 'night shift' });
    expect(again.taskIds).toEqual(first.taskIds);
    work.complete('a', 'b');
    expect(await again.get()).toEqual(await first.get());
  });

  it('nothing tells that a task has started, or how far it is, and nothing cancels it', async () => {
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b']);
    const percents: number[] = [];
    future.progress$.subscribe(({ percent }) => percents.push(percent));
    await rest();
    expect(future.statuses).toEqual(['running', 'pending']);
    work.contextOf('a')?.progress(50);
    await rest();
    expect(percents.at(-1)).toBe(25);
    expect(await future.cancel()).toMatchObject([
      { status: 'cancelled', acknowledgedBy: 'plugin' },
      { status: 'cancelled', acknowledgedBy: 'queue' },
    ]);
  });

  it('a file that cannot be written whole is left in pieces', async () => {
    const { engine } = await startEngine();
    const future = engine.submitAll(gatedWork().plugin, []);
    const taken = join(folder, 'taken');
    mkdirSync(taken);
    await expect(future.save(taken)).rejects.toMatchObject({ code: 'FUTURE_NOT_SAVED' });
    expect(readdirSync(folder)).toEqual(['taken']);
  });
});

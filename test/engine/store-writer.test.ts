import { describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import { RunstateError } from '../../src/kernel/errors.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import type { StoreRow } from '../../src/kernel/store-rows.ts';
import { StoreWriter } from '../../src/engine/store-writer.ts';
import { memoryStore } from '../../src/index.ts';

const row = (taskId: number): StoreRow => ({
  kind: 'timer',
  taskId,
  timer: 'delay',
  dueAt: null,
});

/** A writer before a store of the test's own. */
function writerOn(commit: (rows: readonly StoreRow[]) => void | Promise<void>, isDurable = true) {
  const clock = simulatedClock();
  const alarms: string[] = [];
  const followed: unknown[] = [];
  const writer = new StoreWriter({
    store: { ...memoryStore(), isDurable, commit },
    clock,
    logger: silentLogger,
    follow: (_, error) => followed.push(error),
    failing: (message) => alarms.push(message),
  });
  return { writer, clock, alarms, followed };
}

const full = new RunstateError('STORE_WRITE_FAILED', ['runs.db', 'the disk is full']);

const idsOf = (rows: readonly StoreRow[]): readonly unknown[] =>
  rows.map((each) => ('taskId' in each ? each.taskId : null));

describe('StoreWriter', () => {
  it('writes the rows of a turn, and of what comes meanwhile, as one transaction each', async () => {
    const batches: (readonly unknown[])[] = [];
    const gate = deferred<void>();
    const { writer } = writerOn(async (rows) => {
      batches.push(idsOf(rows));
      if (batches.length === 1) await gate.promise;
    });
    for (const id of [1, 2, 3]) writer.write([row(id)]);
    await new Promise((resolve) => setImmediate(resolve));
    for (const id of [4, 5]) writer.write([row(id), row(10 * id)]);
    gate.resolve();
    await writer.flush();
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 40, 5, 50],
    ]);
  });

  it('writes at once on a store that is done when it returns', () => {
    const batches: (readonly unknown[])[] = [];
    const { writer } = writerOn((rows) => void batches.push(idsOf(rows)), false);
    let isDone = false;
    writer.write([row(1)], () => (isDone = true));
    expect([batches, isDone]).toEqual([[[1]], true]);
  });

  it('never lets rows overtake others', async () => {
    const seen: unknown[] = [];
    const gates = [deferred<void>(), deferred<void>()];
    const { writer } = writerOn(async (rows) => {
      seen.push(...idsOf(rows));
      await gates.shift()?.promise;
    }, false);
    const [first, second] = gates;
    writer.write([row(1)], () => writer.write([row(3)]));
    writer.write([row(2)]);
    first?.resolve();
    await first?.promise;
    await Promise.resolve();
    writer.write([row(4)]);
    second?.resolve();
    await writer.flush();
    expect(seen).toEqual([1, 2, 3, 4]);
  });

  it('fails a bad unit alone, whole, and what else belongs to a task that was refused', async () => {
    const kept: unknown[] = [];
    const task = { id: 2 } as never;
    const { writer, followed } = writerOn(async (rows) => {
      if (rows.some(({ kind }) => kind === 'task')) throw new Error('too large');
      kept.push(...idsOf(rows));
    });
    const told = new Map<number, unknown>();
    const tell = (id: number) => (error: unknown) => told.set(id, (error as Error | null)?.message);
    writer.write([row(1)], tell(1));
    writer.write([{ kind: 'task', task }, row(20)], tell(2));
    writer.write([row(2)], tell(22));
    writer.write([row(3)], tell(3));
    await writer.flush();
    expect(kept).toEqual([1, 3]);
    expect([...told]).toEqual([
      [1, undefined],
      [2, 'too large'],
      [22, 'too large'],
      [3, undefined],
    ]);
    expect(followed).toHaveLength(5);
  });

  it('tries what is insisted on again until it is written, with one alarm', async () => {
    let isFull = true;
    const kept: unknown[] = [];
    const { writer, clock, alarms } = writerOn(async (rows) => {
      if (isFull) throw full;
      kept.push(...idsOf(rows));
    });
    const told: unknown[] = [];
    for (const id of [1, 2]) writer.insist([row(id)], (error) => told.push(error));
    await writer.flush();
    await clock.advance(5_000);
    await writer.flush();
    expect([told, alarms.length, clock.pending]).toEqual([[], 1, 1]);
    isFull = false;
    await clock.advance(1_000);
    await writer.flush();
    expect([kept, told, clock.pending]).toEqual([[1, 2], [null, null], 0]);
    isFull = true;
    writer.insist([row(3)], () => {});
    await writer.flush();
    expect(alarms).toHaveLength(2);
  });

  it('tries once more when it gives up, and then says why', async () => {
    const { writer, clock } = writerOn(async () => {
      throw full;
    });
    const told: unknown[] = [];
    writer.insist([row(1)], (error) => told.push((error as Error).message));
    await writer.flush();
    writer.giveUp();
    await writer.flush();
    writer.insist([row(2)], (error) => told.push((error as Error).message));
    await writer.flush();
    expect([told, clock.pending]).toEqual([[full.message, full.message], 0]);
  });

  it('is not stopped by what its callers throw', async () => {
    const { writer } = writerOn(async () => {});
    writer.write([row(1)], () => {
      throw new Error('a defect');
    });
    await writer.commit(row(2));
    await writer.caughtUp();
  });
});

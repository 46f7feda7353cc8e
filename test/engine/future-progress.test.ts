import { afterEach, describe, expect, it } from 'vitest';
import type { FutureOutput, FutureProgress } from '../../src/index.ts';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-work.ts';

/** What a future tells of itself; the last entry is how it ended. */
function follow(future: FutureOutput): (FutureProgress | 'complete')[] {
  const told: (FutureProgress | 'complete')[] = [];
  future.progress$.subscribe({
    next: (progress) => told.push(progress),
    complete: () => told.push('complete'),
  });
  return told;
}

describe('FutureOutput.progress$', () => {
  afterEach(closeEngines);

  it('tells the present value first and the last one at the end', async () => {
    const { engine, rest } = await startEngine({ concurrency: 2 });
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b', 'c', 'd']);
    await rest();
    work.contextOf('a')?.progress(50);
    await rest();
    const told = follow(future);
    expect(told).toEqual([
      {
        done: 0,
        total: 4,
        percent: 12.5,
        byStatus: expect.objectContaining({ running: 2, pending: 2, completed: 0 }),
      },
    ]);
    work.contextOf('b')?.progress(100);
    await rest();
    expect(told.at(-1)).toMatchObject({ done: 0, percent: 37.5 });
    work.fail('a', new Error('broken'));
    await rest();
    expect(told.at(-1)).toMatchObject({
      done: 1,
      percent: 50,
      byStatus: { running: 2, pending: 1, failed: 1 },
    });
    work.complete('b', 'c', 'd');
    await rest();
    expect(told.slice(-2)).toEqual([
      {
        done: 4,
        total: 4,
        percent: 100,
        byStatus: {
          pending: 0,
          running: 0,
          completed: 3,
          failed: 1,
          stopped: 0,
          cancelled: 0,
          timedout: 0,
        },
      },
      'complete',
    ]);
  });

  it('tells those who come later what it told last', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a', 'b']);
    const first = follow(future);
    work.complete('a');
    await rest();
    expect(follow(future)).toEqual([first.at(-1)]);
    work.complete('b');
    await rest();
    expect(follow(future)).toEqual([first.at(-2), 'complete']);
  });

  it('takes back what an attempt that failed had reported', async () => {
    const { engine, clock, rest } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a'], { retries: { max: 1, jitter: 0 } });
    const told = follow(future);
    await rest();
    work.contextOf('a')?.progress(80);
    await rest();
    expect(told.at(-1)).toMatchObject({ percent: 80 });
    work.fail('a', new Error('broken'));
    await rest();
    expect(told.at(-1)).toMatchObject({ done: 0, percent: 0, byStatus: { pending: 1 } });
    await clock.advance(60_000);
    expect(told.at(-1)).toBe('complete');
  });

  it('is complete without an input', async () => {
    const { engine } = await startEngine();
    expect(follow(engine.submitAll(gatedWork().plugin, []))).toEqual([
      { done: 0, total: 0, percent: 100, byStatus: expect.anything() },
      'complete',
    ]);
  });

  it('listens to no task while nobody looks', async () => {
    const { engine, rest } = await startEngine();
    const work = gatedWork();
    const future = engine.submitAll(work.plugin, ['a']);
    await rest();
    const told: FutureProgress[] = [];
    const watching = future.progress$.subscribe((progress) => told.push(progress));
    work.contextOf('a')?.progress(10);
    await rest();
    watching.unsubscribe();
    work.contextOf('a')?.progress(20);
    await rest();
    expect(told.map(({ percent }) => percent)).toEqual([0, 10]);
    expect(follow(future)).toMatchObject([{ percent: 20 }]);
    work.complete('a');
  });
});

import { BarePool } from './bare-pool.ts';
import { heapUsed, median, windowed } from './rounds.ts';
import { idleTasks, noop, startEngine } from './variants.ts';

const forever = (): Promise<never> => new Promise<never>(() => {});

/** Heap bytes of one live task in the bare pool. */
export function bytesInPool(count: number): number {
  const pool = new BarePool();
  const before = heapUsed();
  for (let task = 0; task < count; task += 1) void pool.run(forever);
  const bytes = (heapUsed() - before) / count;
  pool.close();
  return bytes;
}

/** Heap bytes of one live task on the whole path, its handle held. */
export async function bytesInEngine(count: number): Promise<number> {
  const engine = await startEngine(count + 64);
  const idle = idleTasks();
  const before = heapUsed();
  const handles = Array.from({ length: count }, (_, x) => engine.submit(idle.plugin, { x }));
  await engine.submit(noop, { x: 1 }).result();
  const bytes = (heapUsed() - before) / count;
  idle.release();
  await Promise.all(handles.map((handle) => handle.result()));
  await engine.close();
  return bytes;
}

/** Heap bytes kept for each finished task, with no retention and no handle held. */
export async function bytesRetained(count: number): Promise<number> {
  const engine = await startEngine(1_000);
  const run = (tasks: number): Promise<void> =>
    windowed(tasks, 1_000, () => engine.submit(noop, { x: 1 }).result());
  await run(20_000);
  const before = heapUsed();
  await run(count);
  const bytes = (heapUsed() - before) / count;
  await engine.close();
  return bytes;
}

/** Microseconds of a short task while so many idle ones live, in one engine that fills up. */
export async function shortTaskBeside(counts: readonly number[]): Promise<Map<number, number>> {
  const most = Math.max(...counts);
  const engine = await startEngine(most + 64);
  const idle = idleTasks();
  const times = new Map<number, number>();
  const handles = [];
  for (const count of counts.toSorted((a, b) => a - b)) {
    while (handles.length < count) handles.push(engine.submit(idle.plugin, { x: handles.length }));
    const samples: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      const start = process.hrtime.bigint();
      await windowed(5_000, 64, () => engine.submit(noop, { x: 1 }).result());
      samples.push(Number(process.hrtime.bigint() - start) / 1_000 / 5_000);
    }
    times.set(count, median(samples));
  }
  idle.release();
  await Promise.all(handles.map((handle) => handle.result()));
  await engine.close();
  return times;
}

/**
 * The durable store beside the memory store, and beside libsql itself given the same number of rows.
 * Every variant runs the same no-op task through the same engine, so what differs is what it keeps.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import type { Effect } from '../../src/kernel/plugin-traits.ts';
import type { StoreRow } from '../../src/kernel/store-rows.ts';
import type { TaskStore } from '../../src/kernel/task-store.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { sqliteStore } from '../../src/store/sqlite.ts';
import { definePlugin } from '../../src/wire/plugin.ts';
import { heapUsed, median, windowed } from './rounds.ts';
import type { Variant } from './rounds.ts';
import { work } from './spawn-child-supervisor.ts';

/** Rows that one task makes: itself, five events, an attempt, its end, and how it settled. */
const rowsOfTask = 9;
const rowsOfTransaction = 1_000;
const quietRetention = { settled: 1_000 };

const plugins = {
  idempotent: noop('idempotent'),
  resumable: noop('resumable'),
  unsafe: noop('unsafe'),
} as const satisfies Record<Effect, unknown>;

function noop(effect: Effect) {
  const process = () => work().then((result) => ({ result }));
  return definePlugin({ name: `bench.${effect}`, effect, process });
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'runstate-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function startEngine(store: TaskStore, concurrency: number): Promise<Engine> {
  const options = { store, concurrency, logger: silentLogger, maxQueued: 1_000_000 };
  const engine = createEngine({ ...options, plugins: Object.values(plugins) });
  await engine.start();
  return engine;
}

async function runTasks(engine: Engine, effect: Effect, count: number, alive: number) {
  await windowed(count, alive, () => engine.submit(plugins[effect], { x: 1 }).result());
}

const inMemory = (effect: Effect): Variant => ({
  name: `memory, ${effect}`,
  run: async (count, alive) => {
    const engine = await startEngine(memoryStore({ retention: quietRetention }), alive);
    await runTasks(engine, effect, count, alive);
    await engine.close();
  },
});

const durable = (effect: Effect, durability: 'full' | 'normal'): Variant => ({
  name: `SQLite ${durability}, ${effect}`,
  run: (count, alive) =>
    inFolder(async (folder) => {
      const engine = await startEngine(sqliteStore(join(folder, 'runs.db'), { durability }), alive);
      await runTasks(engine, effect, count, alive);
      await engine.close();
    }),
});

/** The floor: libsql alone, as many rows of a like size, a thousand in a transaction. */
const bareLibsql: Variant = {
  name: 'libsql alone, as many rows',
  run: (count) =>
    inFolder(async (folder) => {
      const database = new Database(join(folder, 'rows.db'));
      database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
      database.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, task INTEGER, body TEXT)');
      const insert = database.prepare('INSERT INTO rows (task, body) VALUES (?, ?)');
      const body = JSON.stringify({ state: 'running', status: 'running', attempt: 1, at: 1e12 });
      const many = database.transaction((from: number, to: number) => {
        for (let row = from; row < to; row += 1) insert.run(Math.floor(row / rowsOfTask), body);
      });
      const rows = count * rowsOfTask;
      for (let from = 0; from < rows; from += rowsOfTransaction) {
        many(from, Math.min(rows, from + rowsOfTransaction));
      }
      database.close();
    }),
};

/** What is measured round by round. */
export const durableVariants: readonly Variant[] = [
  inMemory('idempotent'),
  durable('idempotent', 'full'),
  durable('idempotent', 'normal'),
  inMemory('unsafe'),
  durable('unsafe', 'full'),
  bareLibsql,
];

/** Rows of a task that has settled, as an engine would have written them. */
function settledRows(id: number): readonly StoreRow[] {
  const at = 1_700_000_000_000 + id;
  const event = { seq: id, taskId: id, at, type: 'status', state: 'pending', status: 'pending' };
  return [
    {
      kind: 'task',
      task: {
        id,
        plugin: `bench.p${id % 10}`,
        input: { x: id },
        submittedAt: at,
        effect: 'idempotent',
        options: {},
        ...(id % 100 === 0 ? { tags: ['rare'] } : {}),
      },
    },
    { kind: 'event', event: { ...event, attempt: 0 } as never },
    {
      kind: 'settle',
      result: {
        taskId: id,
        taskName: `bench.p${id % 10}`,
        taskStatus: id % 50 === 0 ? 'failed' : 'completed',
        summary: '',
        payload: { result: id },
        implSchemas: null,
        error: null,
        teardown: 'done',
        times: { submittedAt: at, startedAt: at + 1, endedAt: at + 5 },
        attempts: 1,
      },
      output: { result: id },
      events: { replay: () => [] },
    },
  ];
}

const opening = {
  clock: systemClock,
  logger: silentLogger,
  retention: { settled: Number.POSITIVE_INFINITY },
};

async function fill(path: string, from: number, to: number, rows: typeof settledRows) {
  const store = sqliteStore(path, { durability: 'normal' });
  await store.open(opening);
  for (let id = from; id < to; id += rowsOfTransaction) {
    const ids = Array.from({ length: Math.min(rowsOfTransaction, to - id) }, (_, i) => id + i);
    await store.commit(ids.flatMap(rows));
  }
  await store.commit([{ kind: 'ids', end: to }]);
  await store.close();
}

const millis = async (run: () => Promise<unknown>): Promise<number> => {
  const start = process.hrtime.bigint();
  await run();
  return Number(process.hrtime.bigint() - start) / 1e6;
};

/** Milliseconds from `start()` to running, with so many tasks in the store. */
export const recoveryTimes = (count: number): Promise<Readonly<Record<string, number>>> =>
  inFolder(async (folder) => {
    const settled = join(folder, 'settled.db');
    const pending = join(folder, 'pending.db');
    await fill(settled, 1, count + 1, settledRows);
    await fill(pending, 1, count + 1, (id) => settledRows(id).slice(0, 2));
    const times: Record<string, number> = {};
    for (const [name, path] of Object.entries({ settled, pending })) {
      const engine = createEngine({ store: sqliteStore(path), logger: silentLogger });
      times[name] = await millis(() => engine.start());
      await engine.close();
    }
    return times;
  });

/** What pages of a large store take, in milliseconds. */
export interface ListTimes {
  readonly coldMs: number;
  readonly times: Readonly<Record<string, number>>;
}

/**
 * Milliseconds of one page of `list`, the median of a hundred, for each filter. The very first page
 * of a process, for which the file is read and the code is compiled, is a figure of its own.
 */
export const listTimes = (count: number): Promise<ListTimes> =>
  inFolder(async (folder) => {
    const path = join(folder, 'runs.db');
    await fill(path, 1, count + 1, settledRows);
    const engine = createEngine({
      store: sqliteStore(path),
      logger: silentLogger,
      retention: opening.retention,
    });
    await engine.start();
    const filters = {
      newest: {},
      'from the middle': { after: Math.floor(count / 2) },
      status: { status: 'failed' },
      plugin: { plugin: 'bench.p3' },
      'status and plugin': { status: 'failed', plugin: 'bench.p0' },
      tag: { tags: ['rare'] },
    } as const;
    const coldMs = await millis(() => engine.tasks.list());
    const times: Record<string, number> = {};
    for (const [name, filter] of Object.entries(filters)) {
      const samples: number[] = [];
      for (let page = 0; page < 100; page += 1) {
        samples.push(await millis(() => engine.tasks.list(filter)));
      }
      times[name] = median(samples);
    }
    await engine.close();
    return { coldMs, times };
  });

/** Bytes of heap for each of 20,000 finished tasks that came after 20,000 others. */
export const bytesKeptDurable = (): Promise<number> =>
  inFolder(async (folder) => {
    const count = 20_000;
    const engine = await startEngine(sqliteStore(join(folder, 'runs.db')), 100);
    await runTasks(engine, 'idempotent', count, 100);
    const before = heapUsed();
    await runTasks(engine, 'idempotent', count, 100);
    const grown = heapUsed() - before;
    await engine.close();
    return grown / count;
  });

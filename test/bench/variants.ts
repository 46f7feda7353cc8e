import PQueue from 'p-queue';
import { createActor } from 'xstate';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { silentLogger } from '../../src/kernel/logger.ts';
import { memoryStore } from '../../src/store/memory.ts';
import { definePlugin } from '../../src/wire/plugin.ts';
import { z } from 'zod';
import { BarePool } from './bare-pool.ts';
import { windowed } from './rounds.ts';
import type { Variant } from './rounds.ts';
import { plainTask, SpawnChildSupervisor, work } from './spawn-child-supervisor.ts';

/** The no-op task as a plugin: both schemas are checked. */
export const noop = definePlugin({
  name: 'bench.noop',
  input: z.object({ x: z.number() }),
  output: z.object({ result: z.number() }),
  effect: 'idempotent',
  process: () => work().then((result) => ({ result })),
});

/** Tasks that live until all of them may end. */
export function idleTasks() {
  const gate = deferred<void>();
  const plugin = definePlugin({
    name: 'bench.idle',
    input: z.object({ x: z.number() }),
    effect: 'idempotent',
    process: () => gate.promise,
  });
  return { plugin, release: gate.resolve };
}

/** An engine that lets `concurrency` tasks run and keeps none that has settled. */
export async function startEngine(concurrency: number): Promise<Engine> {
  const engine = createEngine({
    concurrency,
    logger: silentLogger,
    maxQueued: 1_000_000,
    store: memoryStore({ retention: { settled: 0 } }),
  });
  await engine.start();
  return engine;
}

export const wholePath: Variant = {
  name: 'runstate, submit to result',
  run: async (count, alive) => {
    const engine = await startEngine(alive);
    await windowed(count, alive, () => engine.submit(noop, { x: 1 }).result());
    await engine.close();
  },
};

export const barePool: Variant = {
  name: 'runstate, bare pool',
  run: async (count, alive) => {
    const pool = new BarePool();
    await windowed(count, alive, () => pool.run(work));
    pool.close();
  },
};

export const rawActor: Variant = {
  name: 'raw XState actor',
  run: (count, alive) =>
    windowed(
      count,
      alive,
      () =>
        new Promise<void>((resolve) => {
          const actor = createActor(plainTask, { input: { id: 1 } });
          actor.subscribe({ complete: resolve });
          actor.start();
        }),
    ),
};

export const spawnChildSupervisor: Variant = {
  name: 'XState, spawnChild supervisor',
  most: 2_000,
  run: async (count, alive) => {
    const supervisor = new SpawnChildSupervisor();
    await windowed(count, alive, () => supervisor.run());
    supervisor.close();
  },
};

export const pQueue: Variant = {
  name: 'p-queue',
  run: async (count, alive) => {
    const queue = new PQueue({ concurrency: alive });
    await windowed(count, alive, () => queue.add(work));
  },
};

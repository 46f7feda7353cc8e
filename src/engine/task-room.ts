import { poolLogic } from '../actors/pool-logic.ts';
import type { PoolLogic } from '../actors/pool-logic.ts';
import { taskLogic } from '../actors/task-logic.ts';
import { deferred } from '../kernel/deferred.ts';
import { formatMessage } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import { Admission } from './admission.ts';
import type { Attempt } from './attempt.ts';
import { AttemptControl } from './attempt-control.ts';
import { Cancellations } from './cancellations.ts';
import type { Core, PluginSource } from './core.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import { EventLog } from './event-log.ts';
import { Gatekeeper } from './gatekeeper.ts';
import { KeepAlive } from './keep-alive.ts';
import { Registry } from './registry.ts';
import { ResourceLedger } from './resource-ledger.ts';
import type { RunnerRoom } from './runner-room.ts';
import { Settlement } from './settlement.ts';
import { StopLadder } from './stop-ladder.ts';
import { StoreWriter } from './store-writer.ts';
import { Suspensions } from './suspensions.ts';
import { taskEffects } from './task-effects.ts';
import type { TaskRecord } from './task-record.ts';
import { Waits } from './waits.ts';

/** The parts that run tasks, put together. */
export interface TaskRoom {
  readonly core: Core;
  readonly registry: Registry;
  readonly gatekeeper: Gatekeeper;
  readonly cancellations: Cancellations;
  readonly suspensions: Suspensions;
  readonly pool: PoolLogic;
  /** Resolves when no task is live. */
  whenIdle(): Promise<void>;
}

/** Puts together what runs tasks; nothing happens before the pool's logic is started. */
export function taskRoom(
  options: ResolvedEngineOptions,
  plugins: PluginSource,
  runners: RunnerRoom,
): TaskRoom {
  const { clock, logger, concurrency, store } = options;
  const ledger = new ResourceLedger(options.resources);
  const live = new Map<number, TaskRecord>();
  const admission: Admission = new Admission({
    concurrency,
    ledger,
    admit: (candidate) => {
      const record = live.get(candidate.id);
      if (record === undefined) return;
      record.hasSlot = true;
      record.hasResources = record.request.length > 0;
      record.send({ type: 'task.admit' });
    },
    awaitedByHoldersOf: (names) => waits.awaitedByHoldersOf(names),
    defer: (turn) => void setImmediate(turn),
  });
  const core: Core = {
    clock,
    logger,
    concurrency,
    log: new EventLog(clock),
    store,
    writer: new StoreWriter(store, logger),
    ledger,
    admission,
    plugins,
    runnerOf: ({ runner }) => runners.of(runner),
    live,
    abandoned: new Set<Attempt>(),
    keepAlive: new KeepAlive(),
    pending: 0,
    isClosing: false,
  };
  const waits = new Waits(core);
  const registry = new Registry(logger);
  const ladder = new StopLadder(core);
  const gatekeeper = new Gatekeeper(core);
  const suspensions = new Suspensions(core, gatekeeper);
  const control = new AttemptControl(core, ladder, suspensions, waits);
  const cancellations = new Cancellations(core, ladder);
  const settlement = new Settlement({ core, control, ladder, gatekeeper, registry });
  const effects = taskEffects({
    core,
    control,
    gatekeeper,
    settlement,
    registry,
    onPendingWhileClosing: (record) => void cancellations.cancel(record, { reason: 'shutdown' }),
  });
  const pool = poolLogic(taskLogic(effects), {
    spawned: (id, task) => live.get(id)?.attach(task),
    crashed: (id, error) => {
      const record = live.get(id);
      const text = formatMessage('ENGINE_DEFECT', [id, messageOf(error)]);
      logger.error({ err: error, taskId: id }, text);
      core.log.alarm({ taskId: id, source: 'pool', message: text });
      if (record !== undefined) settlement.settleBroken(record, text);
    },
  });
  return {
    core,
    registry,
    gatekeeper,
    cancellations,
    suspensions,
    pool,
    whenIdle: () => {
      if (live.size === 0) return Promise.resolve();
      const idle = deferred<void>();
      const stop = registry.on('end', () => {
        if (live.size > 0) return;
        stop();
        idle.resolve();
      });
      return idle.promise;
    },
  };
}

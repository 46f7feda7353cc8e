import { resolve } from 'node:path';
import { poolLogic } from '../actors/pool-logic.ts';
import type { PoolLogic } from '../actors/pool-logic.ts';
import { taskLogic } from '../actors/task-logic.ts';
import { formatMessage } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import { Admission } from './admission.ts';
import type { Attempt } from './attempt.ts';
import { AttemptControl } from './attempt-control.ts';
import { Cancellations } from './cancellations.ts';
import { ConditionBypasses } from './condition-bypasses.ts';
import { ConditionShelf } from './condition-shelf.ts';
import { ConditionWatches } from './condition-watches.ts';
import { unsettled } from './core.ts';
import type { Core, PluginSource } from './core.ts';
import { Doubts } from './doubts.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import { EnvironmentRecord } from './environment-record.ts';
import { EventLog } from './event-log.ts';
import { Gatekeeper } from './gatekeeper.ts';
import { Idle } from './idle.ts';
import { Interlocks } from './interlocks.ts';
import { KeepAlive } from './keep-alive.ts';
import { Operator } from './operator.ts';
import { Registry } from './registry.ts';
import { Requirements } from './requirements.ts';
import { ResourceLedger } from './resource-ledger.ts';
import type { RunnerRoom } from './runner-room.ts';
import { Secrets } from './secrets.ts';
import { Settlement } from './settlement.ts';
import { shutdown, StopLadder } from './stop-ladder.ts';
import { StoreWriter } from './store-writer.ts';
import { Suspensions } from './suspensions.ts';
import { taskEffects } from './task-effects.ts';
import type { TaskRecord } from './task-record.ts';
import { Waits } from './waits.ts';
import { Workdir } from './workdir.ts';

/** The parts that look after conditions. */
export interface ConditionParts {
  readonly bypasses: ConditionBypasses;
  readonly shelf: ConditionShelf;
  readonly watches: ConditionWatches;
}

/** The parts that run tasks, put together. */
export interface TaskRoom {
  readonly core: Core;
  readonly registry: Registry;
  readonly gatekeeper: Gatekeeper;
  readonly cancellations: Cancellations;
  readonly suspensions: Suspensions;
  readonly doubts: Doubts;
  readonly operator: Operator;
  readonly conditions: ConditionParts;
  readonly waits: Waits;
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
      record.hasSlot = !record.isSlotless;
      record.hasResources = record.request.length > 0;
      if (!interlocks.mayAdmit(record)) return gatekeeper.giveBack(record);
      record.send({ type: 'task.admit' });
    },
    awaitedByHoldersOf: (names) => waits.awaitedByHoldersOf(names),
    defer: (turn) => void setImmediate(turn),
  });
  const workdir =
    options.workdir === null
      ? null
      : new Workdir({
          directory: resolve(options.workdir),
          logger,
          alarm: (alarm) => log.alarm(alarm),
        });
  const writer = new StoreWriter({
    store,
    clock,
    logger,
    follow: workdir === null ? null : (row, error) => workdir.follow(row, error),
    failing: (message) => log.alarm({ taskId: null, source: 'store', message }),
  });
  const log: EventLog = new EventLog(clock, writer, store.isDurable);
  const bypasses = new ConditionBypasses({
    clock,
    logger,
    log,
    changed: (condition) => watches.changed(condition),
  });
  const shelf = new ConditionShelf({
    plugin: (plugin) => plugins.find(plugin),
    plugins: () => plugins.all(),
    changed: (condition) => watches.changed(condition),
  });
  const watches: ConditionWatches = new ConditionWatches({
    clock,
    logger,
    find: (condition) => shelf.find(condition),
    isBypassed: (condition) => bypasses.has(condition),
  });
  const interlocks: Interlocks = new Interlocks({
    shelf,
    watches,
    parts: () => ({ core, gatekeeper, suspensions, cancellations }),
  });
  for (const condition of options.conditions) shelf.register(condition);
  const core: Core = {
    clock,
    logger,
    concurrency,
    resultsDirectory: resolve(options.results),
    environment: new EnvironmentRecord(options.recordEnvironment),
    log,
    store,
    writer,
    workdir,
    secrets: new Secrets(options.secretKey),
    ledger,
    admission,
    interlocks,
    requirements: new Requirements({ shelf, watches, logger }),
    plugins,
    runnerOf: ({ runner }) => runners.of(runner),
    live,
    doubts: new Map<number, TaskRecord>(),
    abandoned: new Set<Attempt>(),
    idle: new Idle(),
    keepAlive: new KeepAlive(),
    pool: () => null,
    pending: 0,
    isClosing: false,
  };
  const waits = new Waits(core);
  const registry = new Registry({
    logger,
    unsettled: (id) => unsettled(core, id),
    isDurable: store.isDurable,
  });
  const ladder = new StopLadder(core);
  const gatekeeper: Gatekeeper = new Gatekeeper(core);
  const suspensions = new Suspensions(core, gatekeeper);
  const control = new AttemptControl(core, ladder, suspensions, waits);
  const doubts = new Doubts(core, gatekeeper);
  const cancellations = new Cancellations(core, ladder, doubts);
  const settlement = new Settlement({ core, control, ladder, gatekeeper, registry });
  const effects = taskEffects({
    core,
    control,
    gatekeeper,
    settlement,
    registry,
    doubts,
    onPendingWhileClosing: (record) => {
      if (!store.isDurable) void cancellations.cancel(record, shutdown);
    },
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
    doubts,
    operator: new Operator(core, doubts, gatekeeper),
    conditions: { bypasses, shelf, watches },
    waits,
    pool,
    whenIdle: () => whenIdle(core, registry),
  };
}

/** Whoever waits for rest finds that all ends have been told, and dahu's files written. */
async function whenIdle({ idle, live, workdir }: Core, registry: Registry): Promise<void> {
  do {
    await idle.until(() => live.size === 0);
    await registry.told();
    await workdir?.flush();
  } while (live.size > 0);
}

import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { RunnablePlugin, Runner } from '../kernel/runner.ts';
import type { PoolKill, PoolSpawn } from '../kernel/task-machine-types.ts';
import type { TaskStore } from '../kernel/task-store.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import type { Admission } from './admission.ts';
import type { Attempt } from './attempt.ts';
import type { EnvironmentRecord } from './environment-record.ts';
import type { EventLog } from './event-log.ts';
import type { Idle } from './idle.ts';
import type { Interlocks } from './interlocks.ts';
import type { KeepAlive } from './keep-alive.ts';
import type { Requirements } from './requirements.ts';
import type { ResourceLedger } from './resource-ledger.ts';
import type { Secrets } from './secrets.ts';
import type { StoreWriter } from './store-writer.ts';
import type { TaskRecord } from './task-record.ts';
import type { Workdir } from './workdir.ts';

/** Where plugins' code is found for an attempt. */
export interface PluginSource {
  /** The newest code of a plugin, for a task that begins. */
  freshest(plugin: DefinedPlugin): DefinedPlugin | Promise<DefinedPlugin>;
  /** The plugin of that name, if there is one. */
  find(name: string): DefinedPlugin | undefined;
  all(): readonly DefinedPlugin[];
  /** The plugin as its runner needs it. */
  runnable(plugin: DefinedPlugin): RunnablePlugin | Promise<RunnablePlugin>;
}

/** The task pool, as those who start tasks see it. */
export interface TaskPool {
  send(event: PoolSpawn | PoolKill): void;
}

/** What the engine's parts share. */
export interface Core {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly concurrency: number;
  /** The directory under which reports are written; an absolute path. */
  readonly resultsDirectory: string;
  /** The environment that attempts run in. */
  readonly environment: EnvironmentRecord;
  readonly log: EventLog;
  readonly store: TaskStore;
  readonly writer: StoreWriter;
  /** dahu's files beside the store; null when none are written. */
  readonly workdir: Workdir | null;
  /** Keeps the secrets of inputs out of what is stored and shown. */
  readonly secrets: Secrets;
  readonly ledger: ResourceLedger;
  readonly admission: Admission;
  readonly plugins: PluginSource;
  readonly runnerOf: (plugin: DefinedPlugin) => Runner;
  /** Every task that has not settled and has an actor, by id. */
  readonly live: Map<number, TaskRecord>;
  /** Tasks that wait for an operator, by id: rows without an actor, which keep their resources. */
  readonly doubts: Map<number, TaskRecord>;
  /** Attempts whose code ignored its signal and may still run. */
  readonly abandoned: Set<Attempt>;
  /** Tells when tasks have come to rest. */
  readonly idle: Idle;
  /** Keeps tasks to the conditions that they require. */
  readonly interlocks: Interlocks;
  /** Knows which conditions are required. */
  readonly requirements: Requirements;
  /** Held while a task is live. */
  readonly keepAlive: KeepAlive;
  /** Where the task pool is found, as it runs now; null while there is none. */
  pool: () => TaskPool | null;
  /** Tasks that are pending. */
  pending: number;
  /** The engine is closing: nothing is started any more. */
  isClosing: boolean;
}

/** A task that has not settled, whether it has an actor or waits for an operator. */
export const unsettled = (core: Core, id: number): TaskRecord | undefined =>
  core.live.get(id) ?? core.doubts.get(id);

/**
 * Gives a running task the slot that it asked for. Two of its branches may have asked, and one is
 * enough; and while one still waits for another task, a slot would keep that task from its own.
 */
export function keepSlot(core: Core, record: TaskRecord): void {
  if (record.isSlotless) return;
  if (record.hasSlot || record.waitingOn !== null) core.admission.releaseSlot();
  else record.hasSlot = true;
}

/** Asks for a slot for a task that runs already; one that takes none goes on at once. */
export function regainSlot(core: Core, record: TaskRecord, go: () => void): void {
  if (record.isSlotless) go();
  else core.admission.regainSlot(go);
}

/** Gives a task's slot back, if it has one. */
export function freeSlot(core: Core, record: TaskRecord): void {
  if (!record.hasSlot) return;
  record.hasSlot = false;
  core.admission.releaseSlot();
}

/** Gives a task's resources back, if it has any, and lets others have them. */
export function freeResources(core: Core, record: TaskRecord): void {
  if (!record.hasResources) return;
  record.hasResources = false;
  core.ledger.give(record.id, record.request);
  core.admission.wake();
}

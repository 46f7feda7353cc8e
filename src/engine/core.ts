import type { Clock } from '../kernel/clock.ts';
import type { Logger } from '../kernel/logger.ts';
import type { RunnablePlugin, Runner } from '../kernel/runner.ts';
import type { TaskStore } from '../kernel/task-store.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import type { Admission } from './admission.ts';
import type { Attempt } from './attempt.ts';
import type { EventLog } from './event-log.ts';
import type { KeepAlive } from './keep-alive.ts';
import type { ResourceLedger } from './resource-ledger.ts';
import type { StoreWriter } from './store-writer.ts';
import type { TaskRecord } from './task-record.ts';

/** Where plugins' code is found for an attempt. */
export interface PluginSource {
  /** The newest code of a plugin, for a task that begins. */
  freshest(plugin: DefinedPlugin): DefinedPlugin | Promise<DefinedPlugin>;
  /** The plugin as its runner needs it. */
  runnable(plugin: DefinedPlugin): RunnablePlugin | Promise<RunnablePlugin>;
}

/** What the engine's parts share. */
export interface Core {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly concurrency: number;
  readonly log: EventLog;
  readonly store: TaskStore;
  readonly writer: StoreWriter;
  readonly ledger: ResourceLedger;
  readonly admission: Admission;
  readonly plugins: PluginSource;
  readonly runnerOf: (plugin: DefinedPlugin) => Runner;
  /** Every task that has not settled, by id. */
  readonly live: Map<number, TaskRecord>;
  /** Attempts whose code ignored its signal and may still run. */
  readonly abandoned: Set<Attempt>;
  /** Held while a task is live. */
  readonly keepAlive: KeepAlive;
  /** Tasks that are pending. */
  pending: number;
  /** The engine is closing: nothing is started any more. */
  isClosing: boolean;
}

/**
 * Gives a running task the slot that it asked for. Two of its branches may have asked, and one is
 * enough; and while one still waits for another task, a slot would keep that task from its own.
 */
export function keepSlot(core: Core, record: TaskRecord): void {
  if (record.hasSlot || record.waitingOn !== null) core.admission.releaseSlot();
  else record.hasSlot = true;
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

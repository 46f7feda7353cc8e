import type { PluginHost } from '../plugin-host/plugin-host.ts';
import type { Closer } from './close-all.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import { IdempotencyKeys } from './idempotency.ts';
import type { PluginShelf } from './plugin-shelf.ts';
import { Recovery } from './recovery.ts';
import { Submitter } from './submitter.ts';
import type { Supervision } from './supervision.ts';
import { TaskIds } from './task-ids.ts';
import { unsettled } from './core.ts';
import type { TaskRoom } from './task-room.ts';

/** What an engine is opened with. */
export interface OpeningParts {
  readonly room: TaskRoom;
  readonly options: ResolvedEngineOptions;
  readonly host: PluginHost;
  readonly shelf: PluginShelf;
  readonly supervision: Supervision;
  readonly closers: Closer[];
  /** The store can be written no more. */
  readonly onBroken: (error: Error) => void;
}

/** What takes work in once the engine is open. */
export interface OpenEngine {
  readonly submitter: Submitter;
  readonly recovery: Recovery;
  readonly ids: TaskIds;
}

/** Opens the store, loads the plugins, and takes up what an earlier engine left. */
export async function openEngine(parts: OpeningParts): Promise<OpenEngine> {
  const { room, options, host, shelf, supervision, closers, onBroken } = parts;
  const { core, registry } = room;
  const { store, writer, workdir, clock, logger } = core;
  const untakenId = (await workdir?.open()) ?? 1;
  const { nextId, nextSeq } = await store.open({
    clock,
    logger,
    retention: options.retention,
    firstId: Math.max(options.firstId, untakenId),
    onForgotten: (forgotten) => registry.removed(forgotten),
    onBroken,
  });
  closers.push(() => store.close());
  closers.push(() => workdir?.flush());
  closers.push(() => {
    // What is held back has its last try; nothing of it may be tried when the store is closed.
    writer.giveUp();
    return writer.flush();
  });
  workdir?.complete(store);
  for (const plugin of options.plugins) {
    if (typeof plugin === 'string') await host.addDirectory(plugin);
    else shelf.resolve(plugin);
  }
  await host.loadAll();
  core.log.open(nextSeq);
  writer.write(core.environment.capture());
  const ids = new TaskIds(writer, nextId);
  closers.push(() => {
    ids.release();
    core.log.release();
  });
  await writer.flush();
  supervision.start();
  core.pool = () => supervision.pool;
  if (store.isDurable) await room.conditions.bypasses.restore(store);
  const recovery = new Recovery(room, options, shelf);
  await recovery.restore();
  const keys = new IdempotencyKeys({
    clock,
    ttlMs: options.idempotencyTtlMs,
    secrets: core.secrets,
    recordOf: (brief) => registry.recordOf(brief),
  });
  for (const { key, brief } of await store.idempotencyKeys(
    Math.max(0, clock.now() - options.idempotencyTtlMs),
  )) {
    const record = unsettled(core, brief.task.id);
    if (record === undefined) keys.rememberSettled(key, brief);
    else keys.remember(key, record);
  }
  await writer.flush();
  shelf.onRegistered = () => recovery.pluginsChanged();
  return { recovery, ids, submitter: new Submitter(room, options, ids, keys) };
}

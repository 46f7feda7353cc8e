import { isDeepStrictEqual } from 'node:util';
import type { StoredTask } from '../kernel/store-rows.ts';
import type { StoredUnsettled } from '../kernel/task-store.ts';
import { readSnapshot } from './read-snapshot.ts';
import { readPages } from './stored-contents.ts';
import { originOf, restoredTask } from './restored-task.ts';
import type { TaskIds } from './task-ids.ts';
import type { Request } from './task-record.ts';
import type { TaskRoom } from './task-room.ts';
import type { RestoreAnswer, RestoredId, SnapshotTask, TaskSnapshot } from './task-snapshot.ts';

/** What a restore needs of the engine. */
export interface RestorePort {
  /** The engine's name. */
  readonly name: string;
  ids(): TaskIds;
  /** Makes a task live that is stored and has not settled. */
  revive(task: StoredUnsettled): void;
}

/** Tasks here that were submitted when one of the snapshot's was. */
async function* contemporaries(
  { core }: TaskRoom,
  moments: ReadonlySet<number>,
): AsyncGenerator<StoredTask> {
  const live = [...core.live.values()].filter(({ submittedAt }) => moments.has(submittedAt));
  for (const { id } of live) {
    const found = await core.store.lookup(id);
    if (found.found === 'task') yield found.task;
  }
  const since = [...moments].reduce((least, at) => Math.min(least, at));
  const until = [...moments].reduce((most, at) => Math.max(most, at)) + 1;
  for await (const page of readPages(core.store, { since, until })) {
    for (const { task } of page) if (moments.has(task.submittedAt)) yield task;
  }
}

/** Engines may have the same name, so a task is known by more than where it was born. */
const isSame = (one: StoredTask, other: StoredTask): boolean =>
  one.plugin.toLowerCase() === other.plugin.toLowerCase() &&
  one.submittedAt === other.submittedAt &&
  isDeepStrictEqual(one.input, other.input);

/** Tasks of a snapshot that are here already, by the id that they have in it. */
async function knownHere(
  room: TaskRoom,
  { name }: RestorePort,
  { engine, tasks }: TaskSnapshot,
): Promise<ReadonlyMap<number, number>> {
  const known = new Map<number, number>();
  if (tasks.length === 0) return known;
  const byOrigin = new Map(tasks.map(({ task }) => [originOf(task, engine), task]));
  const moments = new Set(tasks.map(({ task }) => task.submittedAt));
  for await (const here of contemporaries(room, moments)) {
    const task = byOrigin.get(originOf(here, name));
    if (task !== undefined && isSame(task, here)) known.set(task.id, here.id);
  }
  return known;
}

/**
 * Takes the tasks of a snapshot in, all or none. A task that is here already, of an earlier restore or
 * because it is one of this engine's own, is left as it is: to restore twice makes nothing twice.
 */
export async function restoreSnapshot(
  room: TaskRoom,
  port: RestorePort,
  given: unknown,
  request: Request,
): Promise<RestoreAnswer> {
  const { core } = room;
  const snapshot = await readSnapshot(given);
  const known = await knownHere(room, port, snapshot);
  const fresh = snapshot.tasks.filter(({ task }) => !known.has(task.id));
  const ids = new Map([...known, ...idsFor(fresh, port)]);
  const restoring = {
    engine: snapshot.engine,
    now: core.clock.now(),
    request,
    isDurable: core.store.isDurable,
    ids,
    nextSeq: () => core.log.nextSeq(),
  };
  const restored = fresh.map((entry) =>
    restoredTask(entry, restoring, ids.get(entry.task.id) ?? 0),
  );
  if (restored.length > 0) await core.writer.commitAll(restored.flatMap(({ rows }) => rows));
  for (const { unsettled, brief } of restored) {
    if (unsettled !== null) port.revive(unsettled);
    else if (brief !== null) room.registry.added(room.registry.recordOf(brief));
  }
  const all = snapshot.tasks.map(({ task }): RestoredId => ({
    was: task.id,
    is: ids.get(task.id) ?? 0,
  }));
  return {
    ids: all,
    renamed: all.filter(({ was, is }) => was !== is),
    known: all.filter(({ was }) => known.has(was)),
    waiting: restored.flatMap(({ task, waitsFor }) =>
      waitsFor === null ? [] : [{ id: task.id, reason: waitsFor }],
    ),
  };
}

function idsFor(fresh: readonly SnapshotTask[], port: RestorePort): readonly [number, number][] {
  const wanted = fresh.map(({ task }) => task.id).toSorted((a, b) => a - b);
  const given = port.ids().adopt(wanted);
  return wanted.map((was, index) => [was, given[index] ?? was]);
}

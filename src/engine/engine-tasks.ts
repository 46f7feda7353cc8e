import { RunstateError } from '../kernel/errors.ts';
import { isSettled, statusOf } from '../kernel/task-state.ts';
import { showValue } from '../wire/show-value.ts';
import type { AbandonedAttempt, EngineTasks } from './engine.ts';
import type { Attempt } from './attempt.ts';
import { taskStatistics } from './engine-statistics.ts';
import { assertRequest } from './request-check.ts';
import { rerunTask } from './rerun-task.ts';
import type { RerunPort } from './rerun-task.ts';
import { resetTasks } from './reset-tasks.ts';
import type { ResourceLedger } from './resource-ledger.ts';
import { restoreSnapshot } from './restore-snapshot.ts';
import type { RestorePort } from './restore-snapshot.ts';
import { findRecord } from './find-record.ts';
import { readStored } from './stored-contents.ts';
import { storedRecord } from './stored-record.ts';
import { takeSnapshot } from './take-snapshot.ts';
import { handleOf, showRecord } from './task-handle.ts';
import { listTasks } from './task-list.ts';
import { pluginNameOf, taskQuery } from './task-query.ts';
import type { TaskRoom } from './task-room.ts';

/** What the registry needs of the engine. */
export interface EngineTasksPort extends RestorePort, RerunPort {
  /** @throws {@link RunstateError} `ENGINE_NOT_RUNNING` */
  assertRunning(): void;
}

/** `engine.tasks`: live tasks from memory, all others from the store. */
export function engineTasks(room: TaskRoom, port: EngineTasksPort): EngineTasks {
  const { core, registry } = room;
  let lastTurn: Promise<unknown> = Promise.resolve();
  /** One after the other: of two restores at once each would miss what the other brings. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = lastTurn.then(work);
    lastTurn = turn.catch(() => {});
    return turn;
  };
  const list: EngineTasks['list'] = async (filter) => {
    const records = await listTasks(core, registry, taskQuery(filter));
    return records.map((record) => handleOf(room, record));
  };

  return {
    get: async (id) => handleOf(room, await findRecord(room, id)),
    list,
    find: async (plugin, filter = {}) => list({ ...filter, plugin: pluginNameOf(plugin) }),
    async statistics() {
      const stored = await core.store.statistics();
      return taskStatistics(stored, core.live.values());
    },
    rerun: (id, options) => rerunTask(room, port, id, options),
    resolve: async (id, as, options) =>
      handleOf(room, await room.operator.resolve(id, as, options)),
    clean: (id) => clean(room, id),
    snapshot: (path) => takeSnapshot(room, port.name, path),
    restore: (snapshot, request = {}) =>
      inTurn(() => {
        assertRequest(request);
        port.assertRunning();
        return restoreSnapshot(room, port, snapshot, request);
      }),
    reset: (request = {}) =>
      inTurn(() => {
        assertRequest(request);
        port.assertRunning();
        return resetTasks(room, request);
      }),
    abandoned: () => [...core.abandoned].map((attempt) => describeAbandoned(core.ledger, attempt)),
    on(event, listener) {
      if (typeof listener !== 'function') {
        throw new RunstateError('INVALID_OPTION', ['listener', 'a function', showValue(listener)]);
      }
      return registry.on(event, (record) => listener(handleOf(room, record)));
    },
  };
}

/** A handle that somebody holds shows from now on what the store has, and keeps nothing of it. */
async function clean(room: TaskRoom, id: number): Promise<void> {
  const record = await findRecord(room, id);
  if (!isSettled(record.state)) {
    throw new RunstateError('TASK_NOT_SETTLED', [id, statusOf(record.state)]);
  }
  if (record.brief !== null) return;
  // The event that tells of the end comes after the result.
  await room.core.writer.flush();
  const stored = storedRecord(await readStored(room.core.store, id));
  showRecord(handleOf(room, record), stored);
  room.registry.keep(stored);
}

function describeAbandoned(
  ledger: ResourceLedger,
  { record, number, abandonedAt }: Attempt,
): AbandonedAttempt {
  const names = record.request.map(([name]) => name);
  return {
    taskId: record.id,
    plugin: record.plugin.name,
    attempt: number,
    since: abandonedAt ?? 0,
    resources: names.filter((name) => ledger.holdersOf(name).includes(record.id)),
  };
}

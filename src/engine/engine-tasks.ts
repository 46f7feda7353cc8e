import { RunstateError } from '../kernel/errors.ts';
import type { StoredSettled } from '../kernel/task-store.ts';
import { showValue } from '../wire/show-value.ts';
import type { AbandonedAttempt, EngineTasks } from './engine.ts';
import type { Attempt } from './attempt.ts';
import type { ResourceLedger } from './resource-ledger.ts';
import { settledRecord } from './settled-record.ts';
import { TaskHandle } from './task-handle.ts';
import type { TaskRecord } from './task-record.ts';
import type { TaskRoom } from './task-room.ts';

const pageSize = 100;

/** `engine.tasks`: live tasks from memory, settled ones from the store. */
export function engineTasks(room: TaskRoom): EngineTasks {
  const { core, registry } = room;
  const handleOf = (record: TaskRecord): TaskHandle => {
    record.handle ??= new TaskHandle(record, room);
    return record.handle;
  };
  const handleOfSettled = (settled: StoredSettled): TaskHandle => handleOf(settledRecord(settled));

  return {
    async get(id) {
      const record = core.live.get(id);
      if (record !== undefined) return handleOf(record);
      const found = await core.store.lookup(id);
      if (found.found === 'task' && found.result !== null) {
        return handleOfSettled({ ...found, result: found.result });
      }
      throw new RunstateError(found.found === 'forgotten' ? 'TASK_FORGOTTEN' : 'TASK_UNKNOWN', [
        id,
      ]);
    },
    async list({ limit = pageSize } = {}) {
      if (!Number.isInteger(limit) || limit < 1) {
        throw new RunstateError('INVALID_OPTION', [
          'limit',
          'a whole number, 1 or more',
          showValue(limit),
        ]);
      }
      const live = [...core.live.values()].toReversed().slice(0, limit);
      const settled = await core.store.settled(limit);
      // A task may have settled while the store was asked, and then is in both.
      const known = new Set(live.map(({ id }) => id));
      const ended = settled.filter(({ task }) => !known.has(task.id));
      return [...live.map(handleOf), ...ended.map(handleOfSettled)]
        .toSorted((a, b) => b.id - a.id)
        .slice(0, limit);
    },
    abandoned: () => [...core.abandoned].map((attempt) => describeAbandoned(core.ledger, attempt)),
    on(event, listener) {
      if (typeof listener !== 'function') {
        throw new RunstateError('INVALID_OPTION', ['listener', 'a function', showValue(listener)]);
      }
      return registry.on(event, (record) => listener(handleOf(record)));
    },
  };
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

import { taskError } from '../kernel/task-error.ts';
import type { TaskError } from '../kernel/task-error.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import { isSettled } from '../kernel/task-state.ts';
import type { StoredRequest, StoredTask, StoreRow, TimerName } from '../kernel/store-rows.ts';
import type { StoredAttempt, StoredBrief, StoredUnsettled } from '../kernel/task-store.ts';
import type { Request } from './task-record.ts';
import { askedBy } from './task-record.ts';
import type { SnapshotTask } from './task-snapshot.ts';

/** What is the same for all tasks of a restore. */
export interface Restoring {
  /** The engine that took the snapshot. */
  readonly engine: string;
  readonly now: number;
  readonly request: Request;
  readonly isDurable: boolean;
  /** The id that each task of the snapshot has here. */
  readonly ids: ReadonlyMap<number, number>;
  /** A new sequence number. */
  readonly nextSeq: () => number;
}

/** A task of a snapshot as it comes in. */
export interface RestoredTask {
  readonly task: StoredTask;
  readonly rows: readonly StoreRow[];
  /** Null when it comes settled. */
  readonly unsettled: StoredUnsettled | null;
  /** Null unless it comes settled. */
  readonly brief: StoredBrief | null;
  /** Why it waits for a person; null when it does not. */
  readonly waitsFor: string | null;
}

/** Where a task was born: the engine that it was first submitted to. */
export const originOf = ({ origin, id }: StoredTask, engine: string): string =>
  origin ?? `${engine}/${id}`;

/** The submission with what it refers to; a key and a job stay with the engine they were given to. */
function taskHere(entry: SnapshotTask, { engine, ids }: Restoring, id: number): StoredTask {
  const { idempotencyKey: _key, parent: _job, rerunOf, options, ...task } = entry.task;
  const { after, ...others } = options;
  const rerun = rerunOf === undefined ? undefined : ids.get(rerunOf);
  const afterHere = after?.flatMap((was) => ids.get(was) ?? []);
  return {
    ...task,
    id,
    origin: originOf(entry.task, engine),
    options: afterHere === undefined ? others : { ...others, after: afterHere },
    ...(rerun === undefined ? {} : { rerunOf: rerun }),
  };
}

/** Its events in their order under new numbers, and last that it was restored, and by whom. */
function eventsHere(entry: SnapshotTask, restoring: Restoring, id: number): readonly TaskEvent[] {
  const { engine, now, request, nextSeq } = restoring;
  const renumbered = entry.events.map((event) => ({ ...event, taskId: id, seq: nextSeq() }));
  const message = `Restored from task ${entry.task.id} of engine "${engine}".`;
  return [
    ...renumbered,
    {
      type: 'log',
      level: 'info',
      message,
      taskId: id,
      seq: nextSeq(),
      at: now,
      ...askedBy(request),
    },
  ];
}

const eventRows = (events: readonly TaskEvent[], isDurable: boolean): readonly StoreRow[] =>
  events
    .filter(({ by }) => isDurable || by !== undefined)
    .map((event) => ({ kind: 'event', event }));

/** A task that settled in the other engine: it comes with its result, output and events. */
function settledTask(
  entry: SnapshotTask & { readonly result: NonNullable<SnapshotTask['result']> },
  restoring: Restoring,
  task: StoredTask,
): RestoredTask {
  const events = eventsHere(entry, restoring, task.id);
  const result = { ...entry.result, taskId: task.id };
  const { state, output = null } = entry;
  const { times, attempts, error } = result;
  return {
    task,
    rows: [
      { kind: 'task', task },
      ...eventRows(events, restoring.isDurable),
      { kind: 'settle', result, output, events: { replay: () => events } },
    ],
    unsettled: null,
    brief: { task, state, startedAt: times.startedAt, endedAt: times.endedAt, attempts, error },
    waitsFor: null,
  };
}

/** Why a pending task does not run here by itself; null when it does. */
function holdReason(entry: SnapshotTask, { engine, ids }: Restoring): string | null {
  const { task } = entry;
  if (entry.hold !== undefined)
    return entry.hold.reason ?? 'it was held when the snapshot was taken';
  if (task.effect === 'unsafe') {
    return `it is unsafe, and engine "${engine}" may still run it as its task ${task.id}`;
  }
  const missing = task.options.after?.find((id) => !ids.has(id));
  return missing === undefined
    ? null
    : `it comes after task ${missing} of engine "${engine}", which is not part of the snapshot`;
}

/** The first and the last of its attempts; what became of those between is told by its events. */
function attemptsHere(entry: SnapshotTask, doubt: TaskError | null, now: number): StoredAttempt[] {
  const { attempts, state, startedAt } = entry;
  const numbers = attempts > 1 ? [1, attempts] : attempts === 1 ? [1] : [];
  return numbers.map((attempt) => {
    const wasRunning = attempt === attempts && state !== 'pending';
    const isOpen = wasRunning && doubt !== null;
    const outcome = wasRunning ? 'interrupted' : 'failed';
    return {
      attempt,
      at: startedAt ?? now,
      runner: 'inline',
      environment: null,
      place: null,
      endedAt: isOpen ? null : now,
      outcome: isOpen ? null : outcome,
      error: null,
    };
  });
}

function attemptRows(taskId: number, attempts: readonly StoredAttempt[]): readonly StoreRow[] {
  return attempts.flatMap(({ attempt, at, runner, endedAt, outcome }): StoreRow[] => {
    const begun: StoreRow = { kind: 'attempt', taskId, attempt, at, runner };
    if (endedAt === null || outcome === null) return [begun];
    return [begun, { kind: 'attemptEnd', taskId, attempt, at: endedAt, outcome }];
  });
}

/**
 * A task that had not settled. What can be repeated is pending again, with its checkpoint; what is
 * unsafe waits for a person: it may have been done, or be done yet, by the other engine.
 */
function unsettledTask(entry: SnapshotTask, restoring: Restoring, task: StoredTask): RestoredTask {
  const { now, request, isDurable } = restoring;
  const { checkpoint, attempts: attempt, timers = {}, cancel = null } = entry;
  const taskId = task.id;
  const isDoubtful = entry.state !== 'pending' && task.effect === 'unsafe';
  const doubt = isDoubtful ? taskError('AWAITING_OPERATOR', [taskId], 'process', attempt) : null;
  const reason = isDoubtful ? null : holdReason(entry, restoring);
  const hold: StoredRequest | null =
    reason === null ? null : { ...askedBy({ by: entry.hold?.by ?? request.by, reason }), at: now };
  const attemptList = attemptsHere(entry, doubt, now);
  const events = eventsHere(entry, restoring, taskId);
  const change = { ...(hold === null ? {} : { hold }), ...(cancel === null ? {} : { cancel }) };
  const timerRows = (Object.keys(timers) as TimerName[]).map((timer): StoreRow => ({
    kind: 'timer',
    taskId,
    timer,
    dueAt: timers[timer] ?? null,
  }));
  return {
    task,
    rows: [
      { kind: 'task', task },
      ...attemptRows(taskId, attemptList),
      ...eventRows(events, isDurable),
      ...(checkpoint === undefined
        ? []
        : [{ kind: 'checkpoint', taskId, attempt, at: now, value: checkpoint } as const]),
      ...(Object.keys(change).length === 0 ? [] : [{ kind: 'change', taskId, change } as const]),
      ...timerRows,
      ...(doubt === null ? [] : [{ kind: 'doubt', taskId, doubt } as const]),
    ],
    unsettled: { task, attemptList, hold, cancel, doubt, checkpoint, timers, events },
    brief: null,
    waitsFor: doubt?.message ?? reason,
  };
}

/** One task of a snapshot, in the words of this engine. */
export function restoredTask(entry: SnapshotTask, restoring: Restoring, id: number): RestoredTask {
  const task = taskHere(entry, restoring, id);
  const { result, state } = entry;
  return isSettled(state) && result !== null
    ? settledTask({ ...entry, result }, restoring, task)
    : unsettledTask(entry, restoring, task);
}

import { resolve } from 'node:path';
import { RunstateError } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import type { StoredRequest } from '../kernel/store-rows.ts';
import { showValue } from '../wire/show-value.ts';
import type { Core } from './core.ts';
import { readPages, readStored, readStoredEvents } from './stored-contents.ts';
import type { Request, TaskRecord } from './task-record.ts';
import type { TaskRoom } from './task-room.ts';
import type { SnapshotTask, TaskSnapshot } from './task-snapshot.ts';
import { writeWhole } from './write-whole.ts';

type Part<K extends keyof SnapshotTask> = Pick<SnapshotTask, K>;
type LivePart = Omit<SnapshotTask, 'task'>;

const storedRequest = (request: Request, at: number): StoredRequest => ({
  at,
  ...(request.by === undefined ? {} : { by: request.by }),
  ...(request.reason === undefined ? {} : { reason: request.reason }),
});

function timersOf({ gate, submittedAt, limits }: TaskRecord): Part<'timers'> {
  const delay = gate?.isRetry === false ? gate.notBefore : null;
  const { deadlineMs } = limits;
  if (delay === null && deadlineMs === null) return {};
  return {
    timers: {
      ...(delay === null ? {} : { delay }),
      ...(deadlineMs === null ? {} : { deadline: submittedAt + deadlineMs }),
    },
  };
}

/** What a live task is beside its submission. */
function livePart(record: TaskRecord, now: number): LivePart {
  const { state, attempt, startedAt, checkpoint, gate, cancellation } = record;
  const hold = gate?.hold ?? null;
  return {
    state,
    attempts: attempt,
    startedAt,
    result: null,
    ...(checkpoint === undefined ? {} : { checkpoint }),
    ...(hold === null ? {} : { hold: storedRequest(hold, now) }),
    ...(cancellation === null ? {} : { cancel: storedRequest(cancellation, now) }),
    ...timersOf(record),
    events: record.history.replay(),
  };
}

async function readAll(events: AsyncIterable<TaskEvent>): Promise<readonly TaskEvent[]> {
  const all: TaskEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

async function settledEntry({ store }: Core, id: number): Promise<SnapshotTask> {
  const { task, state, attempts, startedAt, result, output, checkpoint, error } = await readStored(
    store,
    id,
  );
  return {
    task,
    state,
    attempts,
    startedAt,
    result,
    ...(result === null ? {} : { output }),
    ...(result !== null || checkpoint === undefined ? {} : { checkpoint }),
    ...(state !== 'awaitingOperator' || error === null ? {} : { doubt: error }),
    events: await readAll(readStoredEvents(store, id)),
  };
}

/** The tasks that are not live; those in `isTaken` were, a moment ago. */
async function* notLive(
  core: Core,
  isTaken: ReadonlySet<number>,
  leftOut: number[],
): AsyncGenerator<SnapshotTask> {
  for await (const page of readPages(core.store)) {
    for (const { task } of page) {
      if (isTaken.has(task.id)) continue;
      if (task.isSaved !== true) leftOut.push(task.id);
      else yield await settledEntry(core, task.id);
    }
  }
}

/** A live task as it stands at this moment; its submission is in the store. */
interface LiveMoment {
  readonly id: number;
  readonly part: LivePart;
  /** Those of the tasks it comes after that have not ended yet. */
  readonly after: readonly number[];
}

/** Of one whose plugin is gone the store knows more. */
const mayBeSaved = ({ plugin, gate }: TaskRecord): boolean =>
  plugin.saved === true || gate?.isWithoutPlugin === true;

/** Of those that a task comes after the ones that have not completed yet. */
async function stillToCome({ store }: Core, ids: readonly number[]): Promise<readonly number[]> {
  const open: number[] = [];
  for (const id of ids) {
    const found = await store.lookup(id);
    if (found.found !== 'task' || found.state !== 'completed') open.push(id);
  }
  return open;
}

/** Null when the store has refused it. */
async function liveEntry(core: Core, moment: LiveMoment): Promise<SnapshotTask | null> {
  const found = await core.store.lookup(moment.id);
  if (found.found !== 'task') return null;
  const { after: _after, ...options } = found.task.options;
  const { part } = moment;
  const after = await stillToCome(core, moment.after);
  const task = { ...found.task, options: after.length === 0 ? options : { ...options, after } };
  return { task, ...part };
}

/** Takes the tasks of `saved` plugins down, and writes them to a file where one is named. */
export async function takeSnapshot(
  { core }: TaskRoom,
  engine: string,
  path?: string,
): Promise<TaskSnapshot> {
  if (path !== undefined && (typeof path !== 'string' || path === '')) {
    throw new RunstateError('INVALID_OPTION', ['path', 'the path of a file', showValue(path)]);
  }
  const takenAt = core.clock.now();
  const live = [...core.live.values()];
  const leftOut = live.filter((record) => !mayBeSaved(record)).map(({ id }) => id);
  const moments = live.filter(mayBeSaved).map((record): LiveMoment => ({
    id: record.id,
    part: livePart(record, takenAt),
    after: [...(record.gate?.dependsOn ?? [])],
  }));
  await core.writer.flush();
  const tasks: SnapshotTask[] = [];
  for (const moment of moments) {
    const entry = await liveEntry(core, moment);
    if (entry?.task.isSaved === true) tasks.push(entry);
    else if (entry !== null) leftOut.push(moment.id);
  }
  const isTaken = new Set(live.map(({ id }) => id));
  for await (const task of notLive(core, isTaken, leftOut)) tasks.push(task);
  const snapshot: TaskSnapshot = {
    format: 'runstate.tasks',
    version: 1,
    engine,
    takenAt,
    tasks: tasks.toSorted((a, b) => a.task.id - b.task.id),
    leftOut: leftOut.toSorted((a, b) => a - b),
  };
  if (path !== undefined) await writeSnapshot(path, snapshot);
  return snapshot;
}

async function writeSnapshot(path: string, snapshot: TaskSnapshot): Promise<void> {
  const file = resolve(path);
  try {
    await writeWhole(file, `${JSON.stringify(snapshot, null, 2)}\n`, { isSynced: true });
  } catch (cause) {
    throw new RunstateError('SNAPSHOT_NOT_WRITTEN', [file, messageOf(cause)], { cause });
  }
}

import { describeError, taskError } from '../kernel/task-error.ts';
import type { TaskError } from '../kernel/task-error.ts';
import type { StoreRow } from '../kernel/store-rows.ts';
import type { StoredAttempt, StoredUnsettled } from '../kernel/task-store.ts';
import { finishPlugin } from '../wire/plugin.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { attemptEndRow } from './attempt-rows.ts';
import { startDeadline } from './deadlines.ts';
import { inDoubt } from './doubts.ts';
import type { ResolvedEngineOptions } from './engine-options.ts';
import { resolveLimits } from './limits.ts';
import { endOrphans } from './orphan-ends.ts';
import { nothing } from './resource-ledger.ts';
import { spawnTask } from './spawn-task.ts';
import { submittedOptions } from './stored-task.ts';
import { TaskRecord } from './task-record.ts';
import type { TaskRoom } from './task-room.ts';

/** Where plugins are found by their names. */
export interface PluginFinder {
  find(name: string): DefinedPlugin | undefined;
}

/**
 * Takes up what an earlier engine on the same store left, before anything is admitted. Rows are the
 * truth: a task without an attempt is pending, and so is one whose attempts have all ended. One whose
 * attempt was broken off follows its effect: it runs again, goes on from its checkpoint, or waits for
 * an operator.
 */
export class Recovery {
  readonly #room: TaskRoom;
  readonly #options: ResolvedEngineOptions;
  readonly #plugins: PluginFinder;
  /** Tasks whose plugin is not there, with whether their last attempt was broken off. */
  readonly #strangers = new Map<TaskRecord, boolean>();
  readonly #standIns = new Map<string, DefinedPlugin>();

  constructor(room: TaskRoom, options: ResolvedEngineOptions, plugins: PluginFinder) {
    this.#room = room;
    this.#options = options;
    this.#plugins = plugins;
  }

  async restore(): Promise<void> {
    const { core } = this.#room;
    const tasks = await core.store.unsettled();
    const orphans = await endOrphans(core, tasks);
    for (const stored of tasks) {
      this.revive(stored, orphans.get(stored.task.id));
      core.workdir?.recovered(stored.task);
    }
    if (tasks.length === 0) return;
    const counts = { pending: core.pending, awaitingOperator: core.doubts.size };
    core.logger.info(counts, 'tasks of an earlier engine were taken up');
  }

  /** Plugins may have come: tasks that waited for one go on. */
  pluginsChanged(): void {
    for (const [record, wasBrokenOff] of this.#strangers) {
      const plugin = this.#plugins.find(record.plugin.name);
      if (plugin === undefined && !record.isOver) continue;
      this.#strangers.delete(record);
      if (plugin !== undefined && !record.isEnding) this.#adopt(record, plugin, wasBrokenOff);
    }
  }

  /** Makes a task live that is stored and has not settled; an orphan is why its process lives on. */
  revive(stored: StoredUnsettled, orphan?: string): TaskRecord {
    const { core } = this.#room;
    const { task, attemptList } = stored;
    const plugin = this.#plugins.find(task.plugin);
    const record = this.#record(stored, plugin ?? this.#standIn(stored));
    const last = attemptList.at(-1);
    const wasBrokenOff = last !== undefined && last.endedAt === null;
    if (plugin === undefined) this.#strangers.set(record, wasBrokenOff);
    const rows: StoreRow[] = [];
    if (wasBrokenOff) {
      rows.push(attemptEndRow(task.id, last.attempt, 'interrupted', core.clock.now()));
      core.log.publish(record, {
        type: 'attempt',
        attempt: last.attempt,
        outcome: 'interrupted',
      });
    }
    const doubt = stored.doubt ?? doubtOf(record, wasBrokenOff, orphan);
    if (doubt !== null && stored.doubt === null) {
      rows.push({ kind: 'doubt', taskId: task.id, doubt });
    }
    if (doubt === null) this.#putBack(record, stored, rows, plugin === undefined);
    else this.#askOperator(record, stored, doubt, plugin === undefined);
    if (rows.length > 0) core.writer.insist(rows, () => {});
    return record;
  }

  #record(stored: StoredUnsettled, plugin: DefinedPlugin): TaskRecord {
    const { core } = this.#room;
    const { task, attemptList, checkpoint, events } = stored;
    const { id, input, submittedAt } = task;
    const options = submittedOptions(task);
    const limits = resolveLimits(options, plugin, this.#options.limits);
    const { agingMs } = this.#options;
    const record = new TaskRecord(
      id,
      plugin,
      input,
      options,
      limits,
      nothing,
      submittedAt,
      agingMs,
    );
    core.requirements.requireAgain(record, task.options.requires ?? []);
    record.parent = task.parent ?? null;
    record.isSealed = true;
    record.submittedEffect = task.effect;
    record.isAccepted = true;
    record.checkpoint = checkpoint;
    record.attempt = attemptList.at(-1)?.attempt ?? 0;
    record.startedAt = attemptList[0]?.at ?? null;
    record.wasBrokenOff = isBrokenOff(attemptList.at(-1)?.outcome);
    record.interruptions = attemptList.filter(({ outcome }) => isBrokenOff(outcome)).length;
    for (const event of events) record.history.push(event);
    return record;
  }

  /** Stands for a plugin that is not there; nothing of it is ever run. */
  #standIn({ task: { plugin: name, effect } }: StoredUnsettled): DefinedPlugin {
    const key = `${effect} ${name}`;
    const known = this.#standIns.get(key);
    if (known !== undefined) return known;
    const plugin = finishPlugin({ name, effect, code: null, logic: null });
    this.#standIns.set(key, plugin);
    return plugin;
  }

  #putBack(
    record: TaskRecord,
    stored: StoredUnsettled,
    rows: StoreRow[],
    isWithoutPlugin: boolean,
  ): void {
    const { core, registry, gatekeeper } = this.#room;
    const { cancel } = stored;
    core.live.set(record.id, record);
    core.keepAlive.hold();
    core.pending += 1;
    if (lastToldState(stored) === 'pending') record.toldBefore = ['pending'];
    gatekeeper.arriveAgain(record, stored, isWithoutPlugin);
    const problem = this.#request(record) ?? (isWithoutPlugin ? null : this.#unseal(record));
    registry.added(record);
    spawnTask(core, record);
    if (cancel !== null) {
      const { by, reason, at: askedAt } = cancel;
      record.cancellation = { by, reason, askedAt, graceMs: 0, acknowledgedBy: 'queue' };
      record.send({ type: 'task.cancel' });
      return;
    }
    if (problem !== null) return record.send({ type: 'task.fail', error: problem });
    this.#startDeadline(record, stored, rows);
    gatekeeper.pass(record);
  }

  #askOperator(
    record: TaskRecord,
    stored: StoredUnsettled,
    doubt: TaskError,
    isWithoutPlugin: boolean,
  ): void {
    const { doubts, registry, gatekeeper } = this.#room;
    this.#request(record);
    gatekeeper.arriveAgain(record, stored, isWithoutPlugin);
    doubts.enter(record, doubt);
    if (lastToldState(stored) !== 'awaitingOperator') doubts.tell(record);
    doubts.raiseAlarm(record, doubt);
    registry.added(record);
  }

  /** What it takes; where that is more than there is now, why it can never run. */
  #request(record: TaskRecord): TaskError | null {
    const { ledger } = this.#room.core;
    try {
      record.request = ledger.resolve(record.options.resources ?? record.plugin.resources);
      return null;
    } catch (error) {
      return describeError(error, 'pending', record.attempt);
    }
  }

  /** Opens the secrets of its input; where they are lost, why it can never run. */
  #unseal(record: TaskRecord): TaskError | null {
    try {
      record.unseal(this.#room.core.secrets);
      return null;
    } catch (error) {
      return describeError(error, 'pending', record.attempt);
    }
  }

  /** The clock of a task that stood suspended stood still, also while no engine ran. */
  #startDeadline(
    record: TaskRecord,
    { timers, hold, attemptList }: StoredUnsettled,
    rows: StoreRow[],
  ): void {
    const { core } = this.#room;
    if (timers.deadline === undefined) return;
    const now = core.clock.now();
    const stoodStill = hold !== null && attemptList.at(-1)?.endedAt === null;
    const dueAt = stoodStill ? timers.deadline + now - hold.at : timers.deadline;
    if (stoodStill) rows.push({ kind: 'timer', taskId: record.id, timer: 'deadline', dueAt });
    startDeadline(core, record, dueAt - now);
  }

  #adopt(record: TaskRecord, plugin: DefinedPlugin, wasBrokenOff: boolean): void {
    const { core, doubts, gatekeeper } = this.#room;
    const isAwaiting = core.doubts.has(record.id);
    record.plugin = plugin;
    core.requirements.requireAgain(record, record.requires);
    record.limits = resolveLimits(record.options, plugin, this.#options.limits);
    if (record.gate !== null) record.gate.isWithoutPlugin = false;
    if (isAwaiting) return;
    const problem = this.#request(record) ?? this.#unseal(record);
    if (wasBrokenOff && record.effect === 'unsafe' && !record.continues) {
      return doubts.takeBack(record);
    }
    // Its machine counts the attempts that are allowed, and those are the plugin's word too.
    core.pool()?.send({ type: 'task.kill', id: record.id });
    record.detach();
    record.toldBefore = ['pending'];
    spawnTask(core, record);
    if (problem === null) gatekeeper.pass(record);
    else record.send({ type: 'task.fail', error: problem });
  }
}

/** Why an operator has to say what became of a task; null when that is known. */
function doubtOf(
  record: TaskRecord,
  wasBrokenOff: boolean,
  orphan: string | undefined,
): TaskError | null {
  if (wasBrokenOff && record.effect === 'unsafe' && !record.continues) return inDoubt(record);
  if (orphan === undefined) return null;
  const error = taskError('AWAITING_OPERATOR', [record.id], 'process', record.attempt);
  return { ...error, message: `${error.message} ${orphan}` };
}

/** Whether the end of an engine broke an attempt off; undefined is that of none. */
const isBrokenOff = (outcome: StoredAttempt['outcome'] | undefined): boolean =>
  outcome === null || outcome === 'interrupted' || outcome === 'abandoned';

const lastToldState = ({ events }: StoredUnsettled): string | undefined =>
  events.findLast((event) => event.type === 'status')?.state;

import { LrcTaskStatus } from '../../kernel/task-state.ts';
import { hasEnded, inOrder, nameOfStatus, recordText } from './lrc-records.ts';
import type { LrcRecord } from './lrc-records.ts';
import type { Simulation } from './simulation.ts';

/** One change of a command; version 2 tells it as one event. */
export interface LrcUpdate {
  readonly status?: LrcTaskStatus;
  readonly progress?: number;
  readonly result?: unknown;
}

/** Tells those who listen; a value that is not kept is not found by who reads the attribute. */
export type Publish = (attribute: string, value: unknown, isKept: boolean) => void;

/** How many ended commands `lrcFinished` shows. */
const finishedShown = 100;

/**
 * The attributes by which a device tells of its long-running commands, in both versions of the
 * protocol and in the order of ska-tango-base: the result before the status in version 1, both in one
 * event in version 2. A value that does not change is not told again.
 */
export class LrcBoard {
  readonly #device: Simulation;
  readonly #publish: Publish;
  readonly #records = new Map<string, LrcRecord>();
  readonly #told = new Map<string, string>();
  readonly #timers = new Set<unknown>();

  constructor(device: Simulation, publish: Publish) {
    this.#device = device;
    this.#publish = publish;
  }

  attributes(): readonly (readonly [string, unknown])[] {
    const lists = ['Status', 'Progress', 'sInQueue', 'IDsInQueue', 'InProgress'];
    const first = lists.map((name) => [`longRunningCommand${name}`, []] as const);
    const common = [...first, ['longRunningCommandResult', ['', '']] as const];
    if (!this.#speaks(2)) {
      return this.#protocols.length === 0
        ? common
        : [...common, ['lrcProtocolVersions', this.#range]];
    }
    const second = ['_lrcEvent', 'lrcQueue', 'lrcExecuting', 'lrcFinished'];
    return [
      ...common,
      ['lrcProtocolVersions', this.#range],
      ...second.map((name) => [name, []] as const),
    ];
  }

  find(id: string): LrcRecord | undefined {
    return this.#records.get(id);
  }

  add(record: LrcRecord): void {
    this.#records.set(record.id, record);
    this.tell(record, { status: record.status });
  }

  tell(record: LrcRecord, update: LrcUpdate): void {
    const { id } = record;
    if (update.result !== undefined) {
      this.#put('longRunningCommandResult', [id, JSON.stringify(update.result)]);
    }
    if (update.progress !== undefined) this.#putProgress();
    if (update.status !== undefined) this.#putStatuses();
    if (this.#speaks(2)) this.#tellSecond(record, update);
    if (hasEnded(record)) this.#forgetLater(record);
  }

  stop(): void {
    for (const timer of this.#timers) this.#device.clock.clearTimeout(timer);
    this.#timers.clear();
  }

  get #protocols(): readonly number[] {
    return this.#device.definition.protocols ?? [1, 2];
  }

  get #range(): readonly number[] {
    return [Math.min(...this.#protocols), Math.max(...this.#protocols)];
  }

  #speaks(version: number): boolean {
    return this.#protocols.includes(version);
  }

  #putProgress(): void {
    const running = [...this.#records.values()].filter(
      ({ status, progress }) => status === LrcTaskStatus.IN_PROGRESS && progress !== null,
    );
    this.#put(
      'longRunningCommandProgress',
      running.flatMap(({ id, progress }) => [id, String(progress)]),
    );
  }

  #putStatuses(): void {
    const records = inOrder(this.#shown());
    const running = records.filter(({ status }) => status === LrcTaskStatus.IN_PROGRESS);
    this.#put(
      'longRunningCommandStatus',
      records.flatMap(({ id, status }) => [id, nameOfStatus(status)]),
    );
    this.#put(
      'longRunningCommandsInQueue',
      records.map(({ command }) => command),
    );
    this.#put(
      'longRunningCommandIDsInQueue',
      records.map(({ id }) => id),
    );
    this.#put(
      'longRunningCommandInProgress',
      running.map(({ command }) => command),
    );
  }

  #tellSecond(record: LrcRecord, update: LrcUpdate): void {
    const { quirks } = this.#device.definition;
    const progress =
      quirks?.progressAsText === true && update.progress !== undefined
        ? { progress: String(update.progress) }
        : {};
    this.#put('_lrcEvent', [record.id, JSON.stringify({ ...update, ...progress })], false);
    const records = [...this.#records.values()];
    const { STAGING, QUEUED, IN_PROGRESS } = LrcTaskStatus;
    const isGhost = ({ status }: LrcRecord): boolean =>
      status === STAGING && quirks?.ghosts === true;
    this.#put(
      'lrcQueue',
      records.filter((each) => each.status === QUEUED || isGhost(each)).map(recordText),
    );
    this.#put(
      'lrcExecuting',
      records.filter(({ status }) => status === IN_PROGRESS).map(recordText),
    );
    this.#put('lrcFinished', records.filter(hasEnded).slice(-finishedShown).map(recordText));
  }

  /** Version 1 tells of an ended command for some seconds; version 2 keeps the last hundred. */
  #shown(): readonly LrcRecord[] {
    const { keptMs = 10_000 } = this.#device.definition;
    const now = this.#device.clock.now();
    return [...this.#records.values()].filter(
      ({ finishedAt }) => finishedAt === null || now - finishedAt < keptMs,
    );
  }

  #forgetLater(record: LrcRecord): void {
    const ended = [...this.#records.values()].filter(hasEnded);
    for (const { id } of ended.slice(0, -finishedShown)) this.#records.delete(id);
    const { clock, definition } = this.#device;
    const timer = clock.setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#speaks(2)) this.#records.delete(record.id);
    }, definition.keptMs ?? 10_000);
    clock.unref?.(timer);
    this.#timers.add(timer);
  }

  #put(attribute: string, value: readonly string[], isKept = true): void {
    const text = JSON.stringify(value);
    if (this.#told.get(attribute) === text) return;
    this.#told.set(attribute, text);
    this.#publish(attribute, value, isKept);
  }
}

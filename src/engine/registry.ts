import { RunstateError } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { Logger } from '../kernel/logger.ts';
import type { StoredBrief } from '../kernel/task-store.ts';
import { showValue } from '../wire/show-value.ts';
import { SettledRecords } from './settled-records.ts';
import { storedRecord } from './stored-record.ts';
import type { TaskRecord } from './task-record.ts';

/** What can be listened to in the registry. */
export type RegistryEvent = 'add' | 'update' | 'end' | 'remove';

type Listener = (record: TaskRecord) => unknown;

/** What the registry needs to know of the engine. */
export interface RegistryParts {
  readonly logger: Logger;
  /** A task that has not settled, by its id. */
  readonly unsettled: (id: number) => TaskRecord | undefined;
  /** A store that is not durable keeps the same values as a record does: there is nothing to free. */
  readonly isDurable: boolean;
}

/**
 * Listeners to the comings and goings of tasks.
 *
 * They are called in the order in which they came. One that comes while an event is told hears the
 * next one; one that goes meanwhile is passed by at once; what one throws is logged and does not
 * reach the others. `add` and `update` are told on the spot; `end` and `remove` in a turn of their
 * own, when those who wait for the result have woken.
 */
export class Registry {
  readonly #logger: Logger;
  readonly #unsettled: RegistryParts['unsettled'];
  readonly #settled: SettledRecords | null;
  readonly #listeners: Record<RegistryEvent, Set<Listener>> = {
    add: new Set(),
    update: new Set(),
    end: new Set(),
    remove: new Set(),
  };
  /** Tasks whose end is yet to be told. */
  readonly #untold = new Set<number>();
  /** Tasks that were dropped before their end was told. */
  readonly #leaving = new Map<number, StoredBrief>();
  readonly #witnesses = new Set<TaskRecord[]>();

  constructor({ logger, unsettled, isDurable }: RegistryParts) {
    this.#logger = logger;
    this.#unsettled = unsettled;
    this.#settled = isDurable ? new SettledRecords() : null;
  }

  /** @throws {@link RunstateError} `INVALID_OPTION` */
  on(event: RegistryEvent, listener: Listener): () => void {
    if (!Object.hasOwn(this.#listeners, event)) {
      const events = Object.keys(this.#listeners).join(', ');
      throw new RunstateError('INVALID_OPTION', ['event', `one of ${events}`, showValue(event)]);
    }
    this.#listeners[event].add(listener);
    return () => void this.#listeners[event].delete(listener);
  }

  added(record: TaskRecord): void {
    this.#tell('add', record);
  }

  updated(record: TaskRecord): void {
    this.#tell('update', record);
  }

  ended(record: TaskRecord): void {
    this.#settled?.add(record);
    for (const seen of this.#witnesses) seen.push(record);
    if (this.#listeners.end.size === 0 && !this.#leaving.has(record.id)) return;
    // Who listens from now on hears of what ends from now on.
    const listeners = [...this.#listeners.end];
    this.#untold.add(record.id);
    setImmediate(() => {
      this.#untold.delete(record.id);
      this.#tell('end', record, listeners);
      const left = this.#leaving.get(record.id);
      if (left === undefined) return;
      this.#leaving.delete(record.id);
      this.#tellRemoved(left, record);
    });
  }

  /** Settled tasks that the store keeps no longer; each is told after its own end. */
  removed(briefs: readonly StoredBrief[]): void {
    const leaving = briefs.map((brief) => [brief, this.#settled?.get(brief.task.id)] as const);
    for (const { task } of briefs) this.#settled?.delete(task.id);
    if (this.#listeners.remove.size === 0) return;
    setImmediate(() => {
      for (const [brief, held] of leaving) {
        const { id } = brief.task;
        const isToEnd = this.#unsettled(id) !== undefined || this.#untold.has(id);
        if (isToEnd) this.#leaving.set(id, brief);
        else this.#tellRemoved(brief, held);
      }
    });
  }

  /** Resolves when everybody has been told of what has ended and was removed until now. */
  told(): Promise<void> {
    return new Promise((resolve) => void setImmediate(resolve));
  }

  /** The record of a task that has not settled, or whose record somebody holds. */
  held(id: number): TaskRecord | undefined {
    return this.#unsettled(id) ?? this.#settled?.get(id);
  }

  /** The record to show of a task that the store has: the one that there is, or a new one. */
  recordOf(brief: StoredBrief): TaskRecord {
    const held = this.held(brief.task.id);
    if (held !== undefined) return held;
    const record = storedRecord(brief);
    this.keep(record);
    return record;
  }

  /** From now on a settled task is shown as this record, as long as somebody holds it. */
  keep(record: TaskRecord): void {
    this.#settled?.add(record);
  }

  /** The tasks that settle while something is done. */
  async endsDuring<T>(work: () => T | Promise<T>): Promise<readonly [T, readonly TaskRecord[]]> {
    const seen: TaskRecord[] = [];
    this.#witnesses.add(seen);
    try {
      return [await work(), seen];
    } finally {
      this.#witnesses.delete(seen);
    }
  }

  /** What is told of here is not to be found any more, also while a listener holds it. */
  #tellRemoved(brief: StoredBrief, held?: TaskRecord): void {
    this.#settled?.delete(brief.task.id);
    this.#tell('remove', held ?? storedRecord(brief));
  }

  #tell(
    event: RegistryEvent,
    record: TaskRecord,
    told: Iterable<Listener> = this.#listeners[event],
  ): void {
    const listeners = this.#listeners[event];
    if (listeners.size === 0) return;
    for (const listener of Array.from(told)) {
      if (!listeners.has(listener)) continue;
      try {
        const returned = listener(record);
        if (returned instanceof Promise) returned.catch((error) => this.#threw(event, error));
      } catch (error) {
        this.#threw(event, error);
      }
    }
  }

  #threw(event: RegistryEvent, error: unknown): void {
    this.#logger.error({ err: error }, `a listener to "${event}" threw: ${messageOf(error)}`);
  }
}

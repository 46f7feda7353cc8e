import { RunstateError } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { Logger } from '../kernel/logger.ts';
import { showValue } from '../wire/show-value.ts';
import type { TaskRecord } from './task-record.ts';

/** What can be listened to in the registry. */
export type RegistryEvent = 'add' | 'update' | 'end' | 'remove';

type Listener = (record: TaskRecord) => unknown;

/** Listeners to the comings and goings of tasks; what one throws does not reach the others. */
export class Registry {
  readonly #logger: Logger;
  readonly #listeners: Record<RegistryEvent, Set<Listener>> = {
    add: new Set(),
    update: new Set(),
    end: new Set(),
    remove: new Set(),
  };

  constructor(logger: Logger) {
    this.#logger = logger;
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

  /** Those who wait for the result are told first: they wake in microtasks. */
  ended(record: TaskRecord): void {
    if (this.#listeners.end.size > 0) setImmediate(() => this.#tell('end', record));
  }

  #tell(event: RegistryEvent, record: TaskRecord): void {
    if (this.#listeners[event].size === 0) return;
    // A listener may add listeners; those are for what comes next.
    for (const listener of Array.from(this.#listeners[event])) {
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

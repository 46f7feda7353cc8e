import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { TaskRecord } from './task-record.ts';

/** The tasks that were submitted with a key, for as long as the key counts. */
export class IdempotencyKeys {
  readonly #clock: Clock;
  readonly #ttlMs: number;
  readonly #records = new Map<string, TaskRecord>();

  constructor(clock: Clock, ttlMs: number) {
    this.#clock = clock;
    this.#ttlMs = ttlMs;
  }

  /**
   * The task that has this key already, if any.
   *
   * @throws {@link RunstateError} `IDEMPOTENCY_CONFLICT` when it was for other work
   */
  find(key: string, plugin: string, input: unknown): TaskRecord | undefined {
    this.#dropOld();
    const record = this.#records.get(key);
    if (record === undefined) return undefined;
    const differs = record.plugin.name.toLowerCase() !== plugin.toLowerCase() ? 'plugin' : 'input';
    if (differs === 'plugin' || !isDeepStrictEqual(record.input, input)) {
      throw new RunstateError('IDEMPOTENCY_CONFLICT', [key, record.id, differs]);
    }
    return record;
  }

  remember(key: string, record: TaskRecord): void {
    this.#records.set(key, record);
  }

  /** Keys are kept in the order they came, so the old ones are the first. */
  #dropOld(): void {
    const oldest = this.#clock.now() - this.#ttlMs;
    for (const [key, { submittedAt }] of this.#records) {
      if (submittedAt > oldest) return;
      this.#records.delete(key);
    }
  }
}

import type { TaskRecord } from './task-record.ts';

const leastSweep = 1_000;

/**
 * Records of settled tasks for as long as somebody else holds them, so that the same task has the
 * same handle, and what a handle keeps can be freed.
 */
export class SettledRecords {
  readonly #records = new Map<number, WeakRef<TaskRecord>>();
  #sweepAt = leastSweep;

  add(record: TaskRecord): void {
    if (this.#records.size >= this.#sweepAt) this.#sweep();
    this.#records.set(record.id, new WeakRef(record));
  }

  get(id: number): TaskRecord | undefined {
    return this.#records.get(id)?.deref();
  }

  delete(id: number): void {
    this.#records.delete(id);
  }

  /** Each record is looked at again only when as many more have come. */
  #sweep(): void {
    for (const [id, record] of this.#records) {
      if (record.deref() === undefined) this.#records.delete(id);
    }
    this.#sweepAt = Math.max(leastSweep, 2 * this.#records.size);
  }
}

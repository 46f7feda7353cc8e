import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { StoredBrief } from '../kernel/task-store.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import type { Secrets } from './secrets.ts';
import { storedTask } from './stored-task.ts';
import type { TaskRecord } from './task-record.ts';

/** What the keys need of the engine. */
export interface IdempotencyPort {
  readonly clock: Clock;
  readonly ttlMs: number;
  readonly secrets: Pick<Secrets, 'isSame'>;
  /** The record to show of a task that has settled. */
  recordOf(brief: StoredBrief): TaskRecord;
}

/** A settled task: what the store finds it with, and its record as long as somebody holds it. */
interface Settled {
  readonly brief: StoredBrief;
  readonly record: WeakRef<TaskRecord> | null;
}

/** A task as its key remembers it. */
type Remembered = TaskRecord | Settled;

const isSettled = (task: Remembered): task is Settled => 'brief' in task && 'record' in task;

/**
 * The tasks that were submitted with a key, for as long as the key counts. Of a settled one neither
 * its result nor its events are kept in memory.
 */
export class IdempotencyKeys {
  readonly #port: IdempotencyPort;
  readonly #tasks = new Map<string, Remembered>();

  constructor(port: IdempotencyPort) {
    this.#port = port;
  }

  /**
   * The task that has this key already, if any.
   *
   * @throws {@link RunstateError} `IDEMPOTENCY_CONFLICT` when it was for other work
   */
  find(key: string, plugin: DefinedPlugin, input: unknown): TaskRecord | undefined {
    this.#dropOld();
    const known = this.#tasks.get(key);
    if (known === undefined) return undefined;
    const of = isSettled(known)
      ? known.brief.task
      : { id: known.id, plugin: known.plugin.name, input: known.input };
    const differs = of.plugin.toLowerCase() !== plugin.name.toLowerCase() ? 'plugin' : 'input';
    if (differs === 'plugin' || !this.#port.secrets.isSame(plugin, of.input, input)) {
      throw new RunstateError('IDEMPOTENCY_CONFLICT', [key, of.id, differs]);
    }
    if (!isSettled(known)) return known;
    return known.record?.deref() ?? this.#port.recordOf(known.brief);
  }

  /** The task has this key; when it settles, the key remembers less of it. */
  remember(key: string, record: TaskRecord): void {
    this.#tasks.set(key, record);
    (record.onSettled ??= []).push(({ times: { startedAt, endedAt }, attempts, error }) => {
      if (this.#tasks.get(key) !== record) return;
      const { state } = record;
      const brief = { task: storedTask(record), state, startedAt, endedAt, attempts, error };
      this.#tasks.set(key, { brief, record: new WeakRef(record) });
    });
  }

  /** The store did not take the task that has this key. */
  forget(key: string, record: TaskRecord): void {
    if (this.#tasks.get(key) === record) this.#tasks.delete(key);
  }

  /** A settled task has this key. */
  rememberSettled(key: string, brief: StoredBrief): void {
    this.#tasks.set(key, { brief, record: null });
  }

  /** Keys are kept in the order they came, so the old ones are the first. */
  #dropOld(): void {
    const oldest = this.#port.clock.now() - this.#port.ttlMs;
    for (const [key, task] of this.#tasks) {
      const { submittedAt } = isSettled(task) ? task.brief.task : task;
      if (submittedAt > oldest) return;
      this.#tasks.delete(key);
    }
  }
}

import type { StoredStep } from '../../kernel/job-steps.ts';
import type { TaskEvent } from '../../kernel/task-event.ts';
import type { StoreStatistics } from '../../kernel/task-statistics.ts';
import type {
  EventQuery,
  StoredBrief,
  StoredKey,
  StoredUnsettled,
  TaskLookup,
  TaskQuery,
  TaskStoreReader,
} from '../../kernel/task-store.ts';
import type { Connection } from './connection.ts';
import { readStatistics } from './figures-table.ts';
import { listTasks } from './list-tasks.ts';
import { readEvents } from './read-events.ts';
import { readLive } from './read-live.ts';
import { readSteps } from './read-steps.ts';
import { readLookup, shapeOf } from './read-tasks.ts';
import { readKeys, readUnsettled } from './read-unsettled.ts';

/** Reads through a connection that cannot write; what was committed before is seen. */
export class DatabaseReader implements TaskStoreReader {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  lookup(id: number): TaskLookup {
    return readLookup(this.#connection, id);
  }

  list(query: TaskQuery): Promise<readonly StoredBrief[]> {
    return listTasks(this.#connection, query);
  }

  /** Live tasks, newest first, with the state that was last committed. */
  live(query: TaskQuery): Promise<readonly StoredBrief[]> {
    return readLive(this.#connection, query);
  }

  events(query: EventQuery): Promise<readonly TaskEvent[]> {
    return readEvents(this.#connection, query);
  }

  steps(taskId: number): readonly StoredStep[] {
    return readSteps(this.#connection, taskId);
  }

  environment(key: string): Readonly<Record<string, string>> | null {
    const sql = 'SELECT variables FROM environments WHERE key = ?';
    const [row] = this.#connection.all<{ variables: string }>(sql, key);
    return shapeOf(row?.variables ?? null) as Readonly<Record<string, string>> | null;
  }

  statistics(): StoreStatistics {
    return readStatistics(this.#connection);
  }

  unsettled(): Promise<readonly StoredUnsettled[]> {
    return readUnsettled(this.#connection);
  }

  idempotencyKeys(since: number): readonly StoredKey[] {
    return readKeys(this.#connection, since);
  }

  close(): void {
    this.#connection.close();
  }
}

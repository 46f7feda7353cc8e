import { access, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RunstateError } from '../kernel/errors.ts';
import type { Logger } from '../kernel/logger.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { StoredTask, StoreRow } from '../kernel/store-rows.ts';
import type { TaskStoreReader } from '../kernel/task-store.ts';
import { fileNameOf, folderOf, inputText, outputText } from './workdir-files.ts';
import type { SettleRow } from './workdir-files.ts';
import { scanWorkdir } from './workdir-scan.ts';
import { writeWhole } from './write-whole.ts';

/** What a workdir needs of the engine. */
export interface WorkdirParts {
  readonly directory: string;
  readonly logger: Logger;
  readonly alarm: (alarm: { taskId: number; source: string; message: string }) => void;
}

/** Files that are written at once; those of one task one after the other. */
const laneCount = 4;

const expected = 'a directory that can be made and read';

/** Log lines of a task that ended before a crash, as they are read from the store. */
const logLimit = 1_000;

/**
 * dahu's files beside the store: `<0000>/<00001>_<plugin>.inp` when a task was accepted and `.out`
 * when it has settled, for people and for scripts. They are there before anybody is told of either, and
 * never held against a task: where one cannot be written the log and an alarm say so, and the store is
 * the truth.
 */
export class Workdir {
  readonly #parts: WorkdirParts;
  readonly #lanes: Promise<void>[] = Array.from({ length: laneCount }, () => Promise.resolve());
  /** Tasks that a crash may have left without their `.out`. */
  #open: readonly number[] = [];
  #isFailing = false;

  constructor(parts: WorkdirParts) {
    this.#parts = parts;
  }

  /**
   * Makes the directory, clears what a crash left half-written, and gives the least id that no file
   * there has: the tasks of an engine that forgets get no names that are taken.
   *
   * @throws {@link RunstateError} `INVALID_OPTION` when it cannot be made or read
   */
  async open(): Promise<number> {
    const { directory } = this.#parts;
    try {
      await mkdir(directory, { recursive: true });
      const { lastId, open } = await scanWorkdir(directory);
      this.#open = open;
      return lastId + 1;
    } catch (error) {
      const given = `${directory} (${messageOf(error)})`;
      throw new RunstateError('INVALID_OPTION', ['workdir', expected, given], { cause: error });
    }
  }

  /** Writes the `.out` files that a crash came before, of tasks that have settled in the store. */
  complete(store: Pick<TaskStoreReader, 'lookup' | 'events'>): void {
    for (const taskId of this.#open) {
      this.#later(taskId, async () => {
        const found = await store.lookup(taskId);
        if (found.found !== 'task' || found.result === null) return;
        const { result, output } = found;
        const events = await store.events({ taskId, types: ['log'], limit: logLimit });
        const row: SettleRow = { kind: 'settle', result, output, events: { replay: () => events } };
        await this.#write(taskId, result.taskName, 'out', outputText(row));
      });
    }
    this.#open = [];
  }

  /** A task that had not settled when the store was opened again: its file may be there. */
  recovered(task: StoredTask): void {
    const { id, plugin } = task;
    const path = this.#pathOf(id, plugin, 'inp');
    this.#later(id, () =>
      access(path).catch(() => this.#write(id, plugin, 'inp', inputText(task))),
    );
  }

  /** Told of every row that was committed or, with an error, was not. */
  follow(row: StoreRow, error: unknown): void {
    if (row.kind === 'task' && error === null) {
      const { id, plugin } = row.task;
      this.#later(id, () => this.#write(id, plugin, 'inp', inputText(row.task)));
    }
    // What came out is worth a file all the more when the store could not take it.
    if (row.kind === 'settle') {
      const { taskId, taskName } = row.result;
      this.#later(taskId, () => this.#write(taskId, taskName, 'out', outputText(row)));
    }
  }

  /** Resolves when the files of a task that were to be written until now have been, or have failed. */
  async written(id: number): Promise<void> {
    await this.#lanes[id % laneCount];
  }

  /** Resolves when nothing is left to be written. */
  async flush(): Promise<void> {
    await Promise.all(this.#lanes);
  }

  #later(id: number, work: () => Promise<void>): void {
    const lane = id % laneCount;
    const before = this.#lanes[lane] ?? Promise.resolve();
    this.#lanes[lane] = before.then(work).catch((error: unknown) => this.#failed(id, error));
  }

  /** The folder is made each time: somebody may have cleared the directory meanwhile. */
  async #write(id: number, plugin: string, kind: 'inp' | 'out', text: string): Promise<void> {
    const path = this.#pathOf(id, plugin, kind);
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(path, text);
    this.#isFailing = false;
  }

  #pathOf(id: number, plugin: string, kind: 'inp' | 'out'): string {
    return join(this.#parts.directory, folderOf(id), fileNameOf(id, plugin, kind));
  }

  /** One alarm for each time that it begins to fail, however many files that concerns. */
  #failed(taskId: number, error: unknown): void {
    const { directory, logger, alarm } = this.#parts;
    const message = `A file of task ${taskId} could not be written to the workdir ${directory}: ${messageOf(error)}`;
    logger.error({ err: error, taskId }, message);
    if (!this.#isFailing) alarm({ taskId, source: 'workdir', message });
    this.#isFailing = true;
  }
}

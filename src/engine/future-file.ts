import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { RunstateError } from '../kernel/errors.ts';
import { copyStorable } from '../kernel/json.ts';
import { messageOf } from '../kernel/task-error.ts';
import { TaskStatus } from '../kernel/task-state.ts';
import { futureText, parseFuture } from '../wire/future-document.ts';
import type { FutureDocument } from '../wire/future-document.ts';
import type { FutureSlot, SlotStart } from './future-slot.ts';
import type { FutureValue } from './future-value.ts';
import { writeWhole } from './write-whole.ts';

/** What of a future goes into its file beside its computations. */
export interface SavedFuture {
  readonly plugin: string;
  readonly engine: string;
  readonly isSingle: boolean;
  readonly slots: readonly FutureSlot[];
  /** The places of those that have settled, in that order. */
  readonly settled: readonly number[];
}

/** An input that was refused need not be one that JSON can keep. */
const storable = (input: unknown): unknown => {
  const copied = copyStorable(input);
  return copied.problem === null ? (copied.copy ?? null) : null;
};

function outcomeOf(value: FutureValue | null): FutureDocument['outputs'][number] {
  if (value === null) return null;
  const { index, input, taskId, ...outcome } = value;
  return outcome;
}

const documentOf = (future: SavedFuture): Omit<FutureDocument, 'format' | 'version'> => ({
  taskIds: future.slots.map(({ taskId }) => taskId),
  inputs: future.slots.map(({ input }) => storable(input)),
  plugin: future.plugin,
  engine: future.engine,
  outputs: future.slots.map(({ value }) => outcomeOf(value)),
  returnSingleOutput: future.isSingle,
  statuses: future.slots.map(({ status }) => status),
  submittedAt: future.slots.map(({ submittedAt }) => submittedAt),
  settled: [...future.settled],
});

/**
 * Writes a future to a file that is there whole or not at all, and gives its path.
 *
 * @throws {@link RunstateError} `FUTURE_NOT_SAVED`, with the path and the reason
 */
export async function saveFuture(
  future: SavedFuture,
  path = `future-${randomUUID().replaceAll('-', '')}.json`,
): Promise<string> {
  const file = resolve(path);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeWhole(file, futureText(documentOf(future)), { isSynced: true });
  } catch (error) {
    throw new RunstateError('FUTURE_NOT_SAVED', [file, messageOf(error)], { cause: error });
  }
  return file;
}

/**
 * Reads a file that a future was saved to.
 *
 * @throws {@link RunstateError} `FUTURE_UNREADABLE`, with the path and the reason
 */
export async function readFuture(path: string): Promise<FutureDocument> {
  const file = resolve(path);
  try {
    return parseFuture(await readFile(file, 'utf8'));
  } catch (error) {
    throw new RunstateError('FUTURE_UNREADABLE', [file, messageOf(error)], { cause: error });
  }
}

/** What a document knows of each computation, in the order of submission. */
export function startsOf<TOutput>(document: FutureDocument): readonly SlotStart<TOutput>[] {
  return document.taskIds.map((taskId, index) => {
    const input = document.inputs[index];
    const outcome = document.outputs[index] ?? null;
    const value = outcome === null ? null : { ...outcome, index, input, taskId };
    return {
      index,
      input,
      taskId,
      submittedAt: document.submittedAt[index] ?? 0,
      status: outcome?.taskStatus ?? document.statuses[index] ?? TaskStatus.PENDING,
      value: value as FutureValue<TOutput> | null,
    };
  });
}

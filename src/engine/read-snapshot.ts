import { readFile } from 'node:fs/promises';
import { RunstateError } from '../kernel/errors.ts';
import { joinPath } from '../kernel/json.ts';
import { messageOf } from '../kernel/task-error.ts';
import { isSettled, statusOf } from '../kernel/task-state.ts';
import { snapshotSchema } from '../wire/snapshot-schema.ts';
import { showValue } from '../wire/show-value.ts';
import type { SnapshotTask, TaskSnapshot } from './task-snapshot.ts';

const known = { format: 'runstate.tasks', version: 1 } as const;

/**
 * Reads a snapshot from a file, or checks one that is given.
 *
 * @throws {@link RunstateError} `SNAPSHOT_UNREADABLE`, naming the file and what is wrong with it
 */
export async function readSnapshot(given: unknown): Promise<TaskSnapshot> {
  if (typeof given !== 'string') return checked('that was given', given);
  let text: string;
  try {
    text = await readFile(given, 'utf8');
  } catch (error) {
    throw unreadable(given, `the file cannot be read (${messageOf(error)})`, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(given, `the file is not JSON (${messageOf(error)})`, error);
  }
  return checked(given, value);
}

const unreadable = (source: string, reason: string, cause?: unknown): RunstateError =>
  new RunstateError('SNAPSHOT_UNREADABLE', [source, reason], { cause });

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

function checked(source: string, value: unknown): TaskSnapshot {
  const [format, version] = [fieldOf(value, 'format'), fieldOf(value, 'version')];
  if (format !== known.format) {
    const reason = `its format is ${showValue(format)}, and not "${known.format}"`;
    throw unreadable(source, reason);
  }
  if (typeof version === 'number' && version > known.version) {
    const reason = `it was written by a newer runstate (version ${version}; this one reads up to ${known.version})`;
    throw unreadable(source, reason);
  }
  const parsed = snapshotSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = joinPath(issue?.path ?? []);
    throw unreadable(source, `\`${where}\` is not as it must be: ${issue?.message ?? ''}`);
  }
  const snapshot: TaskSnapshot = parsed.data;
  const problem = contradiction(snapshot);
  if (problem !== null) throw unreadable(source, problem);
  return snapshot;
}

/** The first place where a snapshot says something that cannot be; null when it holds together. */
function contradiction({ tasks }: TaskSnapshot): string | null {
  const ids = new Set<number>();
  for (const [index, entry] of tasks.entries()) {
    const problem = ids.has(entry.task.id) ? 'its id is there twice' : contradictionIn(entry);
    if (problem !== null) return `\`tasks[${index}]\` (task ${entry.task.id}): ${problem}`;
    ids.add(entry.task.id);
  }
  return null;
}

function contradictionIn({ task, state, result }: SnapshotTask): string | null {
  if (isSettled(state) !== (result !== null)) {
    return result === null
      ? `its state is ${state}, and it has no result`
      : `its state is ${state}, and it has a result`;
  }
  if (result !== null && result.taskId !== task.id) return 'its result is that of another task';
  if (result !== null && result.taskStatus !== statusOf(state)) {
    return `its state is ${state}, and its result says ${result.taskStatus}`;
  }
  const later = task.options.after?.find((id) => id >= task.id);
  return later === undefined ? null : `it comes after task ${later}, which is not older`;
}

import { isoTime } from '../kernel/iso-time.ts';
import type { LogLevel } from '../kernel/logger.ts';
import type { TaskEvent } from '../kernel/task-event.ts';
import type { StoredTask, StoreRow } from '../kernel/store-rows.ts';
import { errorLines } from './error-lines.ts';
import { redactStored } from './secrets.ts';

/** A settled task as its `.out` file tells of it. */
export type SettleRow = Extract<StoreRow, { kind: 'settle' }>;

const tasksInFolder = 1_000;
const longestName = 100;

/** A plugin's name as part of a file's name: what a file system may refuse becomes `_`. */
const safeName = (plugin: string): string =>
  plugin.replaceAll(/[^\p{L}\p{N}._-]/gu, '_').slice(0, longestName);

/** The folder that a task's files are in, such as `0012` for the tasks 12000 to 12999. */
export const folderOf = (id: number): string =>
  String(Math.floor(id / tasksInFolder)).padStart(4, '0');

/** The name of a task's file, such as `00001_example.square.inp`. */
export const fileNameOf = (id: number, plugin: string, kind: 'inp' | 'out'): string =>
  `${String(id).padStart(5, '0')}_${safeName(plugin)}.${kind}`;

/** The task that a file in a folder of the workdir belongs to; null when it is none of ours. */
export function idOfFile(name: string): number | null {
  const [, digits] = /^(\d{5,10})_.*\.(?:inp|out|tmp)$/.exec(name) ?? [];
  return digits === undefined ? null : Number(digits);
}

const asText = (content: object): string => `${JSON.stringify(content, null, 4)}\n`;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The text of a `.inp` file: the input's fields with `plugin_name` and `job_id`. An input that is no
 * object stands under `job_input`; a word stands for each secret.
 */
export function inputText({ id, plugin, input: stored }: StoredTask): string {
  const input = redactStored(stored);
  const fields = isRecord(input) ? input : input === undefined ? {} : { job_input: input };
  return asText({ ...fields, plugin_name: plugin, job_id: id });
}

const wordOf = (level: LogLevel): string => (level === 'warn' ? 'warning' : level);

const lineOf = (event: TaskEvent): readonly string[] => {
  if (event.type === 'gap') return [`(${event.missed} events are missing here)`];
  if (event.type !== 'log') return [];
  return [event.level === 'info' ? event.message : `${wordOf(event.level)}: ${event.message}`];
};

/** dahu puts an object's fields at the top, and anything else under `result`. */
function outputFields(output: unknown, isCompleted: boolean): object {
  if (isRecord(output)) return output;
  return isCompleted || (output ?? null) !== null ? { result: output ?? null } : {};
}

/**
 * The text of a `.out` file: the output, also what a failed task had of it, with dahu's `logging`,
 * `job_runtime` (seconds from the first start to the end), `error` and `aborted` where they apply,
 * and `job_status`.
 */
export function outputText({ result, output, events }: SettleRow): string {
  const { taskStatus, error, times } = result;
  const isCancelled = taskStatus === 'cancelled';
  return asText({
    ...outputFields(output, taskStatus === 'completed'),
    logging: events.replay().flatMap(lineOf),
    job_runtime: (times.endedAt - (times.startedAt ?? times.endedAt)) / 1_000,
    job_status: taskStatus,
    ...(error === null ? {} : { error: errorLines(error) }),
    ...(isCancelled ? { aborted: isoTime(times.endedAt) } : {}),
  });
}

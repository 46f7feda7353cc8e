import { writeImplSchemas } from './impl-schemas.ts';
import { summaryText } from './summary-text.ts';
import type { TaskResult, TaskTimes } from './task-result.ts';

/** A task's result, or, while it has not settled, what there is of it with its present status. */
export interface PresentResult<TOutput = unknown> extends Omit<TaskResult<TOutput>, 'times'> {
  readonly times: Omit<TaskTimes, 'endedAt'> & {
    /** Null while the task has not settled. */
    readonly endedAt: number | null;
  };
}

/** All that there is to know of how a task was run: LUTE's DescribedAnalysis. */
export interface DescribedAnalysis<TOutput = unknown> {
  readonly taskResult: PresentResult<TOutput>;
  /**
   * The input with its defaults filled in; as it was given where its plugin is not there, or has
   * secret fields, which are left out.
   */
  readonly taskParameters: unknown;
  /** The environment that the last attempt ran in, its secrets left out; empty before the first one. */
  readonly taskEnv: Readonly<Record<string, string>>;
  /** How often the task is asked how it stands, in seconds; 0, since every runner tells by itself. */
  readonly pollInterval: number;
  /** The runner of the last attempt and the channels to it, in words. */
  readonly communicatorDesc: readonly string[];
}

/** A described analysis under LUTE's names and in its forms. */
export interface LuteAnalysis {
  readonly task_result: {
    readonly task_name: string;
    /** `COMPLETED`, `FAILED`… */
    readonly task_status: string;
    /** `"a: 1;b: 2"` for a dictionary; the parts of a list are joined by `;`. */
    readonly summary: string;
    /** Several texts, such as the paths of reports, are joined by `;`. */
    readonly payload: unknown;
    /** `"a;b"` */
    readonly impl_schemas: string | null;
  };
  readonly task_parameters: unknown;
  readonly task_env: Readonly<Record<string, string>>;
  /** In seconds. */
  readonly poll_interval: number;
  readonly communicator_desc: readonly string[];
}

const isTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');

/** What `handle.describe()` gives, as LUTE writes it. */
export function luteAnalysis(described: DescribedAnalysis): LuteAnalysis {
  const { taskName, taskStatus, summary, payload, implSchemas } = described.taskResult;
  return {
    task_result: {
      task_name: taskName,
      task_status: taskStatus.toUpperCase(),
      summary: summaryText(summary),
      payload: isTexts(payload) ? summaryText(payload) : payload,
      impl_schemas: writeImplSchemas(implSchemas),
    },
    task_parameters: described.taskParameters,
    task_env: described.taskEnv,
    poll_interval: described.pollInterval,
    communicator_desc: described.communicatorDesc,
  };
}

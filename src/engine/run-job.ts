import type { DeviceProxy } from '../kernel/device-proxy.ts';
import { RunstateError } from '../kernel/errors.ts';
import { codeOf, messageOf } from '../kernel/task-error.ts';
import type { Requirement } from '../wire/condition.ts';
import type { Job } from '../wire/job.ts';
import type { JobDocument, TaskDocument } from '../wire/job-document.ts';
import { planJob } from '../wire/job-plan.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { readJob } from '../wire/read-job.ts';
import { secretPaths } from '../wire/secret-fields.ts';
import { keepInput, parseInput } from '../wire/validation.ts';
import { commandPluginName } from './command-plugin.ts';
import { commandOf } from './job-tasks.ts';
import type { EngineActions } from './actions.ts';
import type { KeptConditions } from './requirements.ts';
import type { Jobs } from './jobs.ts';
import { assertSubmitOptions } from './submission.ts';
import type { SubmitOptions } from './submission.ts';
import type { TaskHandle } from './task-handle.ts';
import type { Submittable } from './types.ts';

/** The part of an engine that runs jobs. */
export interface JobEngine {
  /**
   * Runs a job: a step, or several together, as composed with `sequential`, `parallel`,
   * `deviceCommand`, `action`, `task` and `noop`, or as a document. A job is a task like any other,
   * and holds no slot. Its output is what its steps give, nested as they are.
   *
   * @throws {@link RunstateError} `JOB_INVALID`, naming the step and its field; `ACTION_UNKNOWN`; what
   *   `submit` throws
   */
  runJob<TOutput>(job: Job<TOutput>, options?: SubmitOptions): TaskHandle<TOutput>;
  /** Runs a job that is given as plain data. */
  runJob(job: JobDocument, options?: SubmitOptions): TaskHandle;
  /** The functions that jobs may name. */
  readonly actions: EngineActions;
}

/** What a job is submitted with. */
export interface RunJobPort {
  readonly jobs: Jobs;
  /** @throws {@link RunstateError} `PLUGIN_UNKNOWN`, `PLUGIN_DUPLICATE`, `PLUGIN_NOT_PORTABLE` */
  plugin(plugin: string | Submittable): DefinedPlugin;
  /** Keeps conditions known by their names as long as the job lives. */
  keep(requires: readonly Requirement[]): KeptConditions;
  /** The name by which the engine finds a device again. */
  device(device: DeviceProxy): string;
  submit(plugin: DefinedPlugin, input: unknown, options?: SubmitOptions): TaskHandle;
}

/**
 * Submits a job. What can be known to be wrong with one of its steps is said now, and no task is made.
 *
 * @throws {@link RunstateError} `JOB_INVALID`, `ACTION_UNKNOWN`, and what a submission throws, each
 *   with the step's path in its `fields`
 */
export function runJob(
  port: RunJobPort,
  job: Job | JobDocument,
  options: SubmitOptions | undefined,
): TaskHandle {
  const { jobs } = port;
  const kept: KeptConditions[] = [];
  const { document, references } = readJob(job, {
    plugin: (plugin) => port.plugin(plugin).name,
    device: (device) => port.device(device),
    conditions: (requires) => {
      const conditions = port.keep(requires);
      kept.push(conditions);
      return conditions.names;
    },
  });
  for (const { path, document: step } of planJob(document)) {
    if (step.type === 'action' && step.action !== null) {
      const { action } = step;
      at(`${path}.action`, () => jobs.actions.assertKnown(action));
    }
    if (step.type === 'task') assertTask(port, path, step);
    if (step.type === 'command') {
      at(path, () => parseInput(port.plugin(commandPluginName), commandOf(step)));
    }
  }
  const handle = port.submit(jobs.plugin, document, options);
  jobs.refer(handle, references);
  handle.onSettled(() => kept.forEach((conditions) => conditions.close()));
  return handle;
}

function assertTask(
  port: RunJobPort,
  path: string,
  { plugin: name, input, options }: TaskDocument,
): void {
  const plugin = at(`${path}.plugin`, () => port.plugin(name));
  at(`${path}.input`, () => parseInput(plugin, keepInput(plugin, input)));
  assertNoSecret(path, plugin, input);
  if (options !== undefined) at(`${path}.options`, () => assertSubmitOptions(options));
}

/** A job is stored and shown as it was given; secrets are kept apart only for a task by itself. */
function assertNoSecret(path: string, plugin: DefinedPlugin, input: unknown): void {
  const [secretPath] = secretPaths(plugin.input, input);
  if (secretPath === undefined) return;
  const place = [`${path}.input`, ...secretPath].join('.').replace(/^\./, '');
  const problem = 'is a secret, which a job would keep in clear. Submit this task by itself';
  throw new RunstateError('JOB_INVALID', [place, problem], {
    fields: [{ path: place, message: problem }],
  });
}

/** What is wrong with a step says where that stands. */
function at<T>(path: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    const place = path.replace(/^\./, '');
    const message = messageOf(error);
    throw new RunstateError(codeOf(error) ?? 'JOB_INVALID', [], {
      message: `${message} (in \`${place}\`)`,
      cause: error,
      fields: [{ path: place, message }],
    });
  }
}

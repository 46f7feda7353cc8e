import type { DeviceProxy } from '../kernel/device-proxy.ts';
import type { Effect } from '../kernel/plugin-traits.ts';
import type { Requirement } from './condition.ts';
import type { OnFailure } from './job-document.ts';
import type { DefinedPlugin } from './plugin.ts';
import type { PluginClass } from './plugin-class.ts';

/** What any step may be told. */
export interface StepOptions {
  /** A name for people. */
  readonly name?: string;
  /** Conditions that must be met before it starts; of a task and a command also while it runs. */
  readonly requires?: readonly Requirement[];
}

/** What a step of steps may be told. */
export interface CompositeOptions extends StepOptions {
  /**
   * What the first failure does to the steps that run: it cancels them, or lets them finish. None is
   * started after it either way.
   *
   * @defaultValue `'cancel'`
   */
  readonly onFailure?: OnFailure;
  /** How long all of it may take, in milliseconds. */
  readonly timeoutMs?: number;
}

/** What steps side by side may be told. */
export interface ParallelOptions extends CompositeOptions {
  /** How many run at once; all of them without it. */
  readonly limit?: number;
}

/** What an action's function is given. */
export interface StepContext {
  /** The job's id. */
  readonly jobId: number;
  /** Where the step stands in the job, such as `steps[2].steps[0]`. */
  readonly step: string;
  /** What the action was given in the job. */
  readonly args: unknown;
  /** Aborts when the job, or this part of it, is to end. */
  readonly signal: AbortSignal;
  /** Reports how far it has come, from 0 to 100. */
  readonly progress: (percent: number) => void;
}

/** A function that a job runs in the engine's process; what it returns is the step's result. */
export type ActionFunction<TReturn = unknown> = (
  context: StepContext,
) => TReturn | Promise<TReturn>;

/** What an action without a registered name may be told. */
export interface ActionOptions extends StepOptions {
  /**
   * What repeating it means; a registered one says so itself.
   *
   * @defaultValue `'unsafe'`
   */
  readonly effect?: Effect;
  /** How long it may take, in milliseconds. */
  readonly timeoutMs?: number;
}

/** What a device command of a job may be told: beside these, all that a long-running command takes. */
export interface DeviceCommandOptions extends CompositeOptions {
  /** How many devices are sent the command at once; all of them without it. */
  readonly limit?: number;
  readonly [option: string]: unknown;
}

/** What a task of a job may be told: beside these, all that a submission takes and data can say. */
export interface TaskStepOptions extends StepOptions {
  readonly [option: string]: unknown;
}

/** A device: its proxy, or its name or address. */
export type JobDevice = DeviceProxy | string;

type PluginLike = DefinedPlugin | PluginClass;

/**
 * A job, or a part of one: its document, in which a function, a plugin or a device proxy may stand
 * for its name. `TOutput` is what it gives.
 */
export interface Job<TOutput = unknown> {
  readonly type: string;
  readonly steps?: readonly Job[];
  /** Carries the type; never there at run time. */
  readonly output?: TOutput;
  readonly [field: string]: unknown;
}

/** What a job gives. */
export type JobOutput<TJob> = TJob extends Job<infer TOutput> ? TOutput : unknown;

/** What several jobs give, in their order. */
export type JobOutputs<TSteps extends readonly Job[]> = {
  -readonly [TIndex in keyof TSteps]: JobOutput<TSteps[TIndex]>;
};

interface Fields {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Leaves out what was not said: a document has no fields without a value. */
const said = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

const step = <TOutput>(fields: Fields): Job<TOutput> => Object.freeze(said(fields)) as Job<TOutput>;

/**
 * Steps one after the other; the next one starts when the one before has completed.
 *
 * @example
 * ```ts
 * await engine.runJob(sequential([deviceCommand(door, 'Close'), deviceCommand(probe, 'Acquire')])).output();
 * ```
 */
export const sequential = <const TSteps extends readonly Job[]>(
  steps: TSteps,
  options: CompositeOptions = {},
): Job<JobOutputs<TSteps>> => step({ ...options, type: 'sequential', steps });

/** Steps side by side; all at once, or `limit` of them. */
export const parallel = <const TSteps extends readonly Job[]>(
  steps: TSteps,
  options: ParallelOptions = {},
): Job<JobOutputs<TSteps>> => step({ ...options, type: 'parallel', steps });

/**
 * A command on a device, or the same on each of several, side by side; with no device it is done at
 * once. A step gives the device's result, or the list of them for a list of devices.
 */
export function deviceCommand(
  device: JobDevice,
  command: string,
  args?: unknown,
  options?: DeviceCommandOptions,
): Job;
export function deviceCommand(
  devices: readonly JobDevice[],
  command: string,
  args?: unknown,
  options?: DeviceCommandOptions,
): Job<unknown[]>;
export function deviceCommand(
  devices: JobDevice | readonly JobDevice[],
  command: string,
  args?: unknown,
  { name, requires, onFailure, limit, ...options }: DeviceCommandOptions = {},
): Job {
  const one = (device: JobDevice): Job =>
    step({
      type: 'command',
      device,
      command,
      args,
      options: Object.keys(options).length === 0 ? undefined : options,
      requires,
      name: Array.isArray(devices) ? undefined : name,
    });
  if (!Array.isArray(devices)) return one(devices as JobDevice);
  const several = devices.map((device: JobDevice) => one(device));
  return parallel(several, said({ name, onFailure, limit }) as ParallelOptions);
}

/**
 * A function, run in the engine's process. One that is registered with `engine.actions.register` is
 * given by its name, and survives a restart; one that is given itself does not.
 */
export function action<TReturn>(
  run: ActionFunction<TReturn>,
  options?: ActionOptions,
): Job<Awaited<TReturn>>;
export function action(name: string, args?: unknown, options?: Omit<ActionOptions, 'effect'>): Job;
export function action(
  given: ActionFunction | string,
  argsOrOptions?: unknown,
  options: ActionOptions = {},
): Job {
  if (typeof given === 'string') {
    return step({ ...options, type: 'action', action: given, args: argsOrOptions });
  }
  const named = given.name === '' ? {} : { name: given.name };
  return step({ ...named, ...(argsOrOptions as ActionOptions), type: 'action', action: given });
}

/** A step that does nothing: it stands where a choice leaves nothing to do, and gives null. */
export const noop = (options: StepOptions = {}): Job<null> => step({ ...options, type: 'noop' });

/** A task of a plugin; it waits for its own slot and resources, as any other. Its output is its result. */
export function task(
  plugin: PluginLike | string,
  input?: unknown,
  { name, requires, ...options }: TaskStepOptions = {},
): Job {
  return step({
    type: 'task',
    plugin,
    input,
    options: Object.keys(options).length === 0 ? undefined : options,
    name,
    requires,
  });
}

import type { Observable } from 'rxjs';
import type { TaskEvent } from '../kernel/task-event.ts';
import type { PluginDescription } from '../plugin-host/describe-plugin.ts';
import type { PluginProblem } from '../plugin-host/problem.ts';
import type { BackgroundAction } from '../actors/background-task-logic.ts';
import type { BackgroundTask } from '../actors/background-task.ts';
import type { BackgroundOptions } from '../supervisor/background-pool.ts';
import type { SupervisorDefinition } from '../supervisor/supervisor-definition.ts';
import type { ChildStatus, SupervisorStatus } from '../supervisor/supervisor-status.ts';
import type { PersonsRequest, RunningSupervisor } from '../supervisor/supervisor-tree.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import type { PluginClass } from '../wire/plugin-class.ts';
import type { SubmitOptions } from './submission.ts';
import type { ResourceState } from './resource-ledger.ts';
import type { TaskHandle } from './task-handle.ts';
import type { Request } from './task-record.ts';
import type { RegistryEvent } from './registry.ts';
import type {
  InputOf,
  InputOfName,
  OutputOf,
  OutputOfName,
  PluginRegistry,
  Submittable,
  SubmitArguments,
  UnknownName,
} from './types.ts';
import type { WaitOptions } from './wait-for-promise.ts';

/** Where an engine stands. */
export type EngineState = 'stopped' | 'starting' | 'running' | 'draining';

/** Runs tasks. Made by `createEngine`; nothing happens before `start()`. */
export interface Engine extends AsyncDisposable {
  readonly name: string;
  readonly state: EngineState;
  /** A supervised child is down until a person restarts it. */
  readonly isDegraded: boolean;
  /** Every task's events and the engine's alarms, from the subscription on. */
  readonly events$: Observable<TaskEvent>;
  readonly tasks: EngineTasks;
  readonly plugins: EnginePlugins;
  readonly resources: EngineResources;
  /**
   * Opens the store and imports every plugin file.
   *
   * @throws {@link RunstateError} `ENGINE_NOT_RUNNING` when it was closed; what the store threw
   */
  start(): Promise<void>;
  /**
   * Submits work and gives its handle at once.
   *
   * @throws {@link RunstateError} `ENGINE_NOT_RUNNING`, `INVALID_INPUT` (naming every bad field),
   *   `NOT_STORABLE`, `INVALID_OPTION`, `PLUGIN_UNKNOWN`, `PLUGIN_DUPLICATE`, `PLUGIN_NOT_PORTABLE`,
   *   `RESOURCE_TOO_SMALL`, `QUEUE_FULL`, `IDEMPOTENCY_CONFLICT`; no task is made then
   */
  submit<TName extends keyof PluginRegistry>(
    name: TName,
    ...rest: SubmitArguments<InputOfName<TName>, SubmitOptions<OutputOfName<TName>>>
  ): TaskHandle<OutputOfName<TName>>;
  /** Submits work by a name that {@link PluginRegistry} says nothing of: its types are unknown. */
  submit<TName extends string>(
    name: UnknownName<TName>,
    input?: unknown,
    options?: SubmitOptions,
  ): TaskHandle;
  /** Submits work by its plugin, or plugin class, which is registered by that. */
  submit<TPlugin extends Submittable>(
    plugin: TPlugin,
    ...rest: SubmitArguments<InputOf<TPlugin>, SubmitOptions<OutputOf<TPlugin>>>
  ): TaskHandle<OutputOf<TPlugin>>;
  /**
   * Runs an action once, or periodically, beside everything else. Unless told otherwise an error
   * ends it and raises an alarm.
   *
   * @throws {@link RunstateError} `ENGINE_NOT_RUNNING`, `INVALID_OPTION`
   */
  background(action: BackgroundAction, options?: BackgroundOptions): BackgroundTask;
  /**
   * Starts a supervisor of your own actors under the engine's tree; it is stopped with the engine.
   *
   * @throws {@link RunstateError} `ENGINE_NOT_RUNNING`, `INVALID_OPTION` for a name that is taken
   */
  supervise(definition: SupervisorDefinition): RunningSupervisor;
  readonly supervisors: EngineSupervisors;
  /** Resolves when no task is live: none runs and none is pending. */
  whenIdle(options?: WaitOptions): Promise<void>;
  /**
   * Refuses new work, lets what runs end within `graceMs`, interrupts what is left, and frees
   * everything. On a store that is not durable pending tasks end cancelled.
   */
  close(options?: CloseOptions): Promise<void>;
}

/** How an engine is closed. */
export interface CloseOptions {
  /**
   * How long running tasks may go on, and once more how long they may take to stop, in milliseconds.
   *
   * @defaultValue `5_000`
   */
  readonly graceMs?: number;
}

/** The tasks an engine knows. */
export interface EngineTasks {
  /**
   * @throws {@link RunstateError} `TASK_FORGOTTEN` when it has settled and was dropped;
   *   `TASK_UNKNOWN`
   */
  get(id: number): Promise<TaskHandle>;
  /** Live and kept tasks, newest first. */
  list(options?: { readonly limit?: number }): Promise<readonly TaskHandle[]>;
  /** Attempts whose code ignored its signal and may still run. */
  abandoned(): readonly AbandonedAttempt[];
  /** Listens; call what is returned to stop. What a listener throws is logged. */
  on(event: RegistryEvent, listener: (handle: TaskHandle) => unknown): () => void;
}

/** Code that could not be stopped, and what it keeps. */
export interface AbandonedAttempt {
  readonly taskId: number;
  readonly plugin: string;
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly resources: readonly string[];
}

/** The plugins an engine knows. */
export interface EnginePlugins {
  /** @throws {@link RunstateError} `PLUGIN_DUPLICATE`, `PLUGIN_NOT_PORTABLE` */
  register(plugin: DefinedPlugin | PluginClass): DefinedPlugin;
  /** Adds a directory of plugin files; they are loaded at once when the engine runs. */
  addDirectory(path: string): Promise<void>;
  /** Loads one file now. */
  load(path: string): Promise<readonly DefinedPlugin[]>;
  /** Looks at the files again; with a name, at that plugin's. Gives what is wrong with them. */
  reload(name?: string): Promise<readonly PluginProblem[]>;
  list(): readonly PluginDescription[];
  /** @throws {@link RunstateError} `PLUGIN_UNKNOWN` */
  describe(name: string): PluginDescription;
  /** What is wrong with plugin files at this moment. */
  problems(): readonly PluginProblem[];
}

/** The named resources of an engine. */
export interface EngineResources {
  /** Who has how much of what, and why. */
  list(): readonly ResourceState[];
  /**
   * Takes a resource from an abandoned attempt: a person has made sure that its code does no harm.
   *
   * @throws {@link RunstateError} `RESOURCE_NOT_HELD` when no abandoned attempt has it
   */
  release(name: string, request: Request & { readonly taskId?: number }): void;
}

/** The engine's supervision tree. */
export interface EngineSupervisors {
  /** Every supervisor with its children: `root`, `background`, then your own. */
  list(): readonly SupervisorStatus[];
  /**
   * Gives a child a new restart budget and starts it, by its path, such as `cryostat/poller`.
   *
   * @throws {@link RunstateError} `CHILD_UNKNOWN`
   */
  restart(path: string, request?: PersonsRequest): Promise<ChildStatus>;
}

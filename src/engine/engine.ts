import type { Observable } from 'rxjs';
import type { Actor, TaskEvent } from '../kernel/task-event.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import type { EventQuery, TaskQuery } from '../kernel/task-store.ts';
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
import type { EngineConditions } from './engine-conditions.ts';
import type { LongRunningCommand } from '../actors/long-running-command.ts';
import type { CommandOutput } from './command-end.ts';
import type { CommandOrder } from './command-order.ts';
import type { EngineDevices } from './device-hub.ts';
import type { FutureEngine } from './future-engine.ts';
import type { JobEngine } from './run-job.ts';
import type { TaskStatistics } from './engine-statistics.ts';
import type { ResetAnswer, RestoreAnswer, TaskSnapshot } from './task-snapshot.ts';
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
import type { WaitOptions } from '../actors/wait-for-promise.ts';

/** Where an engine stands. */
export type EngineState = 'stopped' | 'starting' | 'running' | 'draining';

/** Runs tasks. Made by `createEngine`; nothing happens before `start()`. */
export interface Engine extends AsyncDisposable, FutureEngine, JobEngine {
  readonly name: string;
  readonly state: EngineState;
  /** A supervised child is down until a person restarts it. */
  readonly isDegraded: boolean;
  /** Every task's events and the engine's alarms, from the subscription on. */
  readonly events$: Observable<TaskEvent>;
  readonly tasks: EngineTasks;
  readonly plugins: EnginePlugins;
  readonly resources: EngineResources;
  readonly conditions: EngineConditions;
  readonly devices: EngineDevices;
  /**
   * Opens the store and imports every plugin file.
   *
   * @throws {@link RunstateError} `ENGINE_NOT_RUNNING` when it was closed; what the store threw
   */
  start(): Promise<void>;
  /**
   * Submits a long-running command of a device as a task like any other: stored, cancellable by what
   * it declares as its `stop`, and followed on after a restart by the id that the device gave it. It
   * is `unsafe`, and takes no slot: its work is done on the device.
   *
   * @throws {@link RunstateError} what submitting any work throws
   */
  submit(
    command: LongRunningCommand,
    order: CommandOrder,
    options?: SubmitOptions<CommandOutput>,
  ): TaskHandle<CommandOutput>;
  /**
   * Submits work and gives its handle at once.
   *
   * @throws {@link RunstateError} `ENGINE_NOT_RUNNING`, `INVALID_INPUT` (naming every bad field),
   *   `NOT_STORABLE`, `INVALID_OPTION`, `PLUGIN_UNKNOWN`, `PLUGIN_DUPLICATE`, `PLUGIN_NOT_PORTABLE`,
   *   `RESOURCE_TOO_SMALL`, `CONDITION_DUPLICATE`, `CONDITION_UNKNOWN`, `QUEUE_FULL`,
   *   `IDEMPOTENCY_CONFLICT`; no task is made then
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
  /** Who did what: the events that a person or client caused, in their order. */
  audit(filter?: AuditFilter): Promise<readonly TaskEvent[]>;
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
  /**
   * Resolves when no task is live: none runs and none is pending, every `end` has been told, and the
   * files of the workdir are written.
   */
  whenIdle(options?: WaitOptions): Promise<void>;
  /**
   * Refuses new work, lets what runs end within `graceMs`, interrupts what is left, and frees
   * everything. On a durable store pending tasks stay pending, and what was interrupted goes back to
   * pending, or waits for an operator when it is `unsafe`; on any other both end cancelled.
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

/** Which tasks to list; all that is given must fit. */
export type TaskFilter = Omit<TaskQuery, 'limit' | 'status'> & {
  /** One status or several. */
  readonly status?: TaskStatus | readonly TaskStatus[];
  /**
   * The longest list that is given.
   *
   * @defaultValue `100`
   */
  readonly limit?: number;
};

/** Which attributed events to read; all that is given must fit. */
export type AuditFilter = Omit<EventQuery, 'limit' | 'isAttributed'> & {
  /** @defaultValue `1_000` */
  readonly limit?: number;
};

/** The tasks an engine knows. */
export interface EngineTasks {
  /**
   * @throws {@link RunstateError} `TASK_FORGOTTEN` when it has settled and was dropped;
   *   `TASK_UNKNOWN`
   */
  get(id: number): Promise<TaskHandle>;
  /**
   * Live and kept tasks, newest first. The next page is asked for with `after`: the last id of the
   * one before.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`
   */
  list(filter?: TaskFilter): Promise<readonly TaskHandle[]>;
  /**
   * All tasks of one plugin, newest first, as ChimeraX finds them by class.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`
   */
  find(
    plugin: string | Submittable,
    filter?: Omit<TaskFilter, 'plugin'>,
  ): Promise<readonly TaskHandle[]>;
  /** Counts, durations, throughput and dahu's regression, over all tasks that ever settled. */
  statistics(): Promise<TaskStatistics>;
  /**
   * Runs a task's work again as a new task, which names the old one as `rerunOf`.
   *
   * @throws {@link RunstateError} what `get` and `submit` throw
   */
  rerun(id: number, options?: RerunOptions): Promise<TaskHandle>;
  /**
   * Says what became of an unsafe task that a crash left in doubt: it runs `rerun`, or has
   * `completed` (with an output) or `failed`.
   *
   * @throws {@link RunstateError} `TASK_NOT_AWAITING`, `TASK_UNKNOWN`, `TASK_FORGOTTEN`,
   *   `INVALID_OPTION`, `INVALID_OUTPUT`
   */
  resolve(id: number, as: Resolution, options: ResolveOptions): Promise<TaskHandle>;
  /**
   * Frees what the handle of a settled task keeps in memory; from then on it is read from the store,
   * each time it is asked for. A store in memory keeps the very same values: there it frees nothing.
   *
   * @throws {@link RunstateError} `TASK_NOT_SETTLED`, `TASK_UNKNOWN`, `TASK_FORGOTTEN`
   */
  clean(id: number): Promise<void>;
  /**
   * Takes the tasks of `saved` plugins down, as data or, with a path, as a file that is written whole
   * or not at all. What it left out is named.
   *
   * @throws {@link RunstateError} `SNAPSHOT_NOT_WRITTEN`, with the path and the reason; `INVALID_OPTION`
   */
  snapshot(path?: string): Promise<TaskSnapshot>;
  /**
   * Takes the tasks of a snapshot in, all of them or none. Ids that are taken are replaced by new
   * ones, and the answer says which. To restore a snapshot again, or where it was taken, makes no
   * task twice.
   *
   * @throws {@link RunstateError} `SNAPSHOT_UNREADABLE`, `ENGINE_NOT_RUNNING`, `INVALID_OPTION`; what
   *   the store refuses with
   */
  restore(snapshot: string | TaskSnapshot, request?: Request): Promise<RestoreAnswer>;
  /**
   * Ends every live task whose plugin is not `enduring`, and removes all settled ones that are not.
   *
   * @throws {@link RunstateError} `ENGINE_NOT_RUNNING`, `INVALID_OPTION`
   */
  reset(request?: Request): Promise<ResetAnswer>;
  /** Attempts whose code ignored its signal and may still run. */
  abandoned(): readonly AbandonedAttempt[];
  /**
   * Listens; call what is returned to stop. What a listener throws is logged, and reaches none of
   * the others; they are called in the order in which they came. There is exactly one `end` for each
   * task, after everything of it has settled.
   */
  on(event: RegistryEvent, listener: (handle: TaskHandle) => unknown): () => void;
}

/** What a person decided about a task in doubt. */
export type Resolution = 'rerun' | 'completed' | 'failed';

/** Who decided, and why. */
export interface ResolveOptions extends Request {
  readonly by: Actor;
  readonly reason: string;
  /** The output, where the work turned out to be done; checked like one of `process`. */
  readonly output?: unknown;
}

/** What may be said of a rerun. */
export interface RerunOptions extends Request {
  /** In place of the old input. */
  readonly input?: unknown;
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

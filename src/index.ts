/** The library: `runstate`. */
export { isPermanent, PermanentFailure, RunstateError } from './kernel/errors.ts';
export type { ErrorCode, FieldProblem } from './kernel/errors.ts';
export { DevFailed, LrcError } from './kernel/device-errors.ts';
export type { DevError, LrcErrorOptions } from './kernel/device-errors.ts';
export type {
  AttributeEventKind,
  AttributeInfo,
  AttributeNotification,
  AttributeQuality,
  AttributeValue,
  CallOptions,
  CommandInfo,
  ConnectionPhase,
  ConnectionState,
  DeviceInfo,
  DeviceProxy,
  ErrorNotification,
  GapNotification,
  SubscribeOptions,
  ValueNotification,
  ValueSource,
} from './kernel/device-proxy.ts';
export type { LrcEvent, LrcResult, LrcStop, LrcSuspend } from './kernel/lrc.ts';
export type { Clock } from './kernel/clock.ts';
export type { Logger, LogLevel } from './kernel/logger.ts';
export type { RetryOptions } from './kernel/retry.ts';
export type { Effect, ResourceRequest, RunnerName, SuspendPolicy } from './kernel/plugin-traits.ts';
export type { Actor, TaskEvent } from './kernel/task-event.ts';
export type { ErrorCause, ErrorPhase, Phase, TaskError } from './kernel/task-error.ts';
export type { TaskResult, TaskTimes, TeardownOutcome } from './kernel/task-result.ts';
export { LrcTaskStatus, ResultCode, RunState, TaskStatus, wordsOf } from './kernel/task-state.ts';
export type { StateDetail, StateWords, TaskState } from './kernel/task-state.ts';
export type {
  DurationFigures,
  PluginStatistics,
  Regression,
  StoreStatistics,
} from './kernel/task-statistics.ts';
export type { StoredTask } from './kernel/store-rows.ts';
export type {
  EventQuery,
  Retention,
  RetentionRule,
  TaskQuery,
  TaskStore,
  TaskStoreReader,
} from './kernel/task-store.ts';
export type {
  ConditionProblem,
  ConditionWait,
  ResourceWait,
  WaitingFor,
} from './kernel/waiting.ts';
export { luteAnalysis } from './kernel/described-analysis.ts';
export type {
  DescribedAnalysis,
  LuteAnalysis,
  PresentResult,
} from './kernel/described-analysis.ts';
export { readImplSchemas, writeImplSchemas } from './kernel/impl-schemas.ts';
export { summaryText } from './kernel/summary-text.ts';
export type {
  Figure,
  FigureSink,
  ReportPaths,
  SavableFigure,
  SummaryPlots,
} from './wire/summary-plots.ts';
export { condition } from './wire/condition.ts';
export type {
  Condition,
  ConditionOptions,
  ConditionSource,
  ConditionValue,
  DuringRun,
  ReadContext,
  Requirement,
} from './wire/condition.ts';
export { definePlugin } from './wire/plugin.ts';
export { secret } from './wire/secret-fields.ts';
export type { DefinedPlugin, PluginCode, PluginTraits } from './wire/plugin.ts';
export { Plugin } from './wire/plugin-class.ts';
export type { PluginClass } from './wire/plugin-class.ts';
export { RemoteJob } from './wire/remote-job.ts';
export { JobError, JobLaunchError, JobMonitorError } from './wire/remote-job-errors.ts';
export type { JobErrorOptions } from './wire/remote-job-errors.ts';
export type {
  LaunchCall,
  RemoteCall,
  RemoteService,
  RemoteState,
  RemoteStatus,
} from './wire/remote-job-service.ts';
export { pluginFromFunction } from './wire/plugin-from-function.ts';
export type { FunctionPluginOptions } from './wire/plugin-from-function.ts';
export type { PluginCache, PluginContext, PluginLog } from './wire/plugin-context.ts';
export { dataCache } from './wire/data-cache.ts';
export type { DataCache, DataCacheStatistics } from './wire/lru-data-cache.ts';
export type { DataCacheLimits, DataCacheOptions } from './wire/data-cache-options.ts';
export { cspCommonSchema, pstScanSchema } from './wire/pst-request.ts';
export { skaRequestSchemas } from './wire/request-schemas.ts';
export type { RequestOf, RequestSchema } from './wire/request-schemas.ts';
export { Strictness, validateRequest } from './wire/validate-request.ts';
export type { RequestOptions, StrictnessWord } from './wire/validate-request.ts';
export { action, deviceCommand, noop, parallel, sequential, task } from './wire/job.ts';
export type {
  ActionFunction,
  ActionOptions,
  CompositeOptions,
  DeviceCommandOptions,
  Job,
  JobDevice,
  JobOutput,
  JobOutputs,
  ParallelOptions,
  StepContext,
  StepOptions,
  TaskStepOptions,
} from './wire/job.ts';
export type {
  ActionDocument,
  CommandDocument,
  JobDocument,
  NoopDocument,
  OnFailure,
  ParallelDocument,
  PartDocument,
  SequentialDocument,
  StepDocument,
  TaskDocument,
} from './wire/job-document.ts';
export type { StepState, StoredStep, TaskParent } from './kernel/job-steps.ts';
export { drawJob, jobLines, jobMermaid } from './engine/job-tree.ts';
export type { JobPaint, JobTree } from './engine/job-tree.ts';
export type { JobEngine } from './engine/run-job.ts';
export type { EngineActions, RegisterActionOptions, RegisteredAction } from './engine/actions.ts';
export { memoryStore } from './store/memory.ts';
export type { MemoryStoreOptions } from './store/memory.ts';
export { sqliteReader, sqliteStore } from './store/sqlite.ts';
export type { SqliteReader, SqliteStoreOptions } from './store/sqlite.ts';
export type { CommandOptions } from './wire/command-input.ts';
export type { ConnectionOptions } from './devices/connection-options.ts';
export { HealthState, ObsState } from './kernel/device-states.ts';
export { aggregateHealth, aggregateObsState, aggregateProgress } from './streams/aggregates.ts';
export type { TaskProgress } from './streams/aggregates.ts';
export { monitor } from './devices/monitor.ts';
export type { MonitorOptions, MonitorReading } from './devices/monitor.ts';
export { openDevice } from './devices/open-device.ts';
export type { OpenDeviceOptions } from './devices/open-device.ts';
export { simulatedDevice } from './devices/simulated/simulated-device.ts';
export type { SimulatedDevice } from './devices/simulated/simulated-device.ts';
export { serveSimulated } from './devices/simulated/serve-simulated.ts';
export type { ServedDevices, ServeOptions } from './devices/simulated/serve-simulated.ts';
export type { SimulatedFaults } from './devices/simulated/faults.ts';
export type { SimulatedJob } from './devices/simulated/simulated-job.ts';
export type { Simulation } from './devices/simulated/simulation.ts';
export type {
  LongRunningWork,
  SimulatedAttribute,
  SimulatedCommand,
  SimulatedDefinition,
  SimulatedLongRunning,
  SimulatedQuirks,
} from './devices/simulated/definition.ts';
export { createEngine } from './engine/create-engine.ts';
export type { CommandOutput } from './engine/command-end.ts';
export type { CommandOrder } from './engine/command-order.ts';
export type { DevicesByName, DeviceStatus, EngineDevices } from './engine/device-hub.ts';
export { formatStatistics } from './engine/format-statistics.ts';
export type { TaskStatistics } from './engine/engine-statistics.ts';
export type {
  ResetAnswer,
  RestoreAnswer,
  RestoredId,
  SnapshotTask,
  TaskSnapshot,
} from './engine/task-snapshot.ts';
export type {
  AbandonedAttempt,
  AuditFilter,
  CloseOptions,
  Engine,
  EnginePlugins,
  EngineResources,
  EngineState,
  EngineSupervisors,
  EngineTasks,
  RerunOptions,
  Resolution,
  ResolveOptions,
  TaskFilter,
} from './engine/engine.ts';
export type { ConditionState, EngineConditions } from './engine/engine-conditions.ts';
export type { BypassOptions, ConditionBypass } from './engine/condition-bypasses.ts';
export type { EngineOptions } from './engine/engine-options.ts';
export { FutureOutput } from './engine/future-output.ts';
export type { FutureAnswer } from './engine/future-output.ts';
export type { FutureEngine } from './engine/future-engine.ts';
export type { FuturePlace } from './engine/future-open.ts';
export type { FutureShape } from './engine/future-parts.ts';
export type { FutureProgress } from './engine/future-progress.ts';
export type { FutureHost, FutureSource, FutureTask } from './engine/future-source.ts';
export type { FailedValue, FutureValue, SucceededValue } from './engine/future-value.ts';
export type { LimitOptions } from './engine/limits.ts';
export type { ResourceHolder, ResourceState } from './engine/resource-ledger.ts';
export type { SubmitOptions } from './engine/submission.ts';
export type { TaskHandle } from './engine/task-handle.ts';
export type { CancelAnswer, CancelOptions } from './engine/cancellations.ts';
export type { SuspendAnswer } from './engine/suspensions.ts';
export type { AcknowledgedBy, Request } from './engine/task-record.ts';
export type { InputOf, OutputOf, PluginRegistry } from './engine/types.ts';
export type { WaitOptions } from './actors/wait-for-promise.ts';
export { BackgroundTask } from './actors/background-task.ts';
export type { ActionContext, BackgroundAction } from './actors/background-task-logic.ts';
export type { BackgroundTaskOptions, StopOptions } from './actors/background-task-options.ts';
export type { Overlap } from './actors/periodic-schedule.ts';
export { followAs } from './actors/follow-as.ts';
export type { FollowAsOptions, Followed, TaskCallback, TaskReport } from './actors/follow-as.ts';
export { LongRunningCommand } from './actors/long-running-command.ts';
export type { SentCommand } from './actors/long-running-command.ts';
export type { LrcAbortAnswer, LrcHandle, LrcState } from './actors/lrc-handle.ts';
export type { LrcOptions, LrcStopper } from './actors/lrc-options.ts';
export type { LrcAbortOptions } from './actors/lrc-order.ts';
export type { LogView } from './streams/event-log.ts';
export { StreamingTask } from './actors/streaming-task.ts';
export type { StreamingTaskOptions, StreamStartOptions } from './actors/streaming-task.ts';
export { timeoutIterator } from './streams/timeout-iterator.ts';
export type { TimeoutIteratorOptions } from './streams/timeout-iterator.ts';
export { backgroundTask } from './supervisor/background-task-decorator.ts';
export type {
  BackgroundRunner,
  BackgroundTaskHost,
  TaskSubmitter,
} from './supervisor/background-task-decorator.ts';
export type { StopAllOptions } from './supervisor/stop-in-reverse.ts';
export type { StreamWork } from './streams/consume.ts';
export type { StreamSource } from './streams/open-stream.ts';
export { BackgroundTaskProcessor } from './supervisor/background-task-processor.ts';
export type {
  BackgroundTaskProcessorOptions,
  SubmitTaskOptions,
} from './supervisor/background-task-processor.ts';
export type { BackgroundOptions } from './supervisor/background-pool.ts';
export { supervisor } from './supervisor/supervisor.ts';
export type {
  ChildOptions,
  RestartType,
  SupervisorDefinition,
  SupervisorOptions,
  SupervisorStrategy,
} from './supervisor/supervisor-definition.ts';
export type { ChildState, ChildStatus, SupervisorStatus } from './supervisor/supervisor-status.ts';
export type {
  PersonsRequest,
  RunningSupervisor,
  StopSupervisorOptions,
} from './supervisor/supervisor-tree.ts';
export type { SupervisedActor } from './supervisor/child-actor.ts';
export type { SupervisorAlarm } from './supervisor/supervisor-ports.ts';

/** The library: `runstate`. */
export { isPermanent, PermanentFailure, RunstateError } from './kernel/errors.ts';
export type { ErrorCode, FieldProblem } from './kernel/errors.ts';
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
export type { ResourceWait, WaitingFor } from './kernel/waiting.ts';
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
export { memoryStore } from './store/memory.ts';
export type { MemoryStoreOptions } from './store/memory.ts';
export { sqliteReader, sqliteStore } from './store/sqlite.ts';
export type { SqliteReader, SqliteStoreOptions } from './store/sqlite.ts';
export { createEngine } from './engine/create-engine.ts';
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
export type { WaitOptions } from './engine/wait-for-promise.ts';
export { BackgroundTask } from './actors/background-task.ts';
export type { ActionContext, BackgroundAction } from './actors/background-task-logic.ts';
export type { BackgroundTaskOptions, StopOptions } from './actors/background-task-options.ts';
export type { Overlap } from './actors/periodic-schedule.ts';
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

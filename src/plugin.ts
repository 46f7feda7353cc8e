/** What a plugin's file imports: `runstate/plugin`. */
export { PermanentFailure, RunstateError } from './kernel/errors.ts';
export type { FieldProblem } from './kernel/errors.ts';
export type { TaskResult } from './kernel/task-result.ts';
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
export type { PluginCache, PluginContext, PluginLog } from './wire/plugin-context.ts';
export { dataCache } from './wire/data-cache.ts';
export type { DataCache, DataCacheStatistics } from './wire/lru-data-cache.ts';
export type { DataCacheLimits, DataCacheOptions } from './wire/data-cache-options.ts';
export type {
  Figure,
  FigureSink,
  ReportPaths,
  SavableFigure,
  SummaryPlots,
} from './wire/summary-plots.ts';
export { secret } from './wire/secret-fields.ts';

/** What a plugin's file imports: `runstate/plugin`. */
export { PermanentFailure, RunstateError } from './kernel/errors.ts';
export type { FieldProblem } from './kernel/errors.ts';
export type { TaskResult } from './kernel/task-result.ts';
export { definePlugin } from './wire/plugin.ts';
export type { DefinedPlugin, PluginCode, PluginTraits } from './wire/plugin.ts';
export { Plugin } from './wire/plugin-class.ts';
export type { PluginClass } from './wire/plugin-class.ts';
export { pluginFromFunction } from './wire/plugin-from-function.ts';
export type { PluginCache, PluginContext, PluginLog } from './wire/plugin-context.ts';

import type { Runner } from '../kernel/runner.ts';
import { isDefinedPlugin } from '../wire/plugin.ts';
import { RunstateError } from '../kernel/errors.ts';
import { LogicExecution } from './logic-execution.ts';
import { PluginExecution } from './plugin-execution.ts';

/**
 * Runs plugins in the engine's own thread. Nothing can be ended by force here: an attempt that
 * ignores its signal is abandoned.
 */
export function inlineRunner(): Runner {
  return {
    name: 'inline',
    begin(assignment, host) {
      const { definition } = assignment.plugin;
      if (!isDefinedPlugin(definition)) {
        throw new RunstateError('PLUGIN_UNKNOWN', [assignment.plugin.name]);
      }
      return definition.logic === null
        ? new PluginExecution(definition, assignment, host)
        : new LogicExecution(definition, definition.logic, assignment, host);
    },
    close: () => Promise.resolve(),
  };
}

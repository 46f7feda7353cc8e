import type { AttemptHost } from '../kernel/runner.ts';
import { pluginLogLevels } from '../wire/plugin-context.ts';
import type { LogErrorOptions, PluginLog } from '../wire/plugin-context.ts';

/** The log that a plugin's code is given: its lines go to the host until the attempt has ended. */
export function createLog(host: AttemptHost, hasEnded: () => boolean): PluginLog {
  const at =
    (word: 'debug' | 'info' | 'warning'): PluginLog['info'] =>
    (message, fields) => {
      if (!hasEnded()) host.log(pluginLogLevels[word], message, fields);
    };
  const error = (message: string, { raise = false }: LogErrorOptions = {}): void => {
    if (!hasEnded()) host.log('error', message);
    if (raise) throw new Error(message);
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warning: at('warning'),
    error: error as PluginLog['error'],
  };
}

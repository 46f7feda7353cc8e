import type { Engine, PluginContext, TaskHandle } from '../../src/index.ts';
import { pluginOf } from './engine-under-test.ts';

/** What a task does. */
export type Script = (context: PluginContext<unknown, unknown>) => unknown;

/** Submits tasks that each run a script of their own. */
export function scripts(engine: Engine): {
  readonly submit: (script: Script, options?: Parameters<Engine['submit']>[2]) => TaskHandle;
} {
  const byName = new Map<string, Script>();
  const plugin = pluginOf(
    { process: (context) => byName.get(String(context.input))?.(context) },
    { name: 'test.script' },
  );
  return {
    submit: (script, options) => {
      const name = `script ${byName.size}`;
      byName.set(name, script);
      return engine.submit(plugin, name, options);
    },
  };
}

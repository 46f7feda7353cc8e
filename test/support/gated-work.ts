import type { DefinedPlugin, PluginContext, PluginTraits } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import type { Deferred } from '../../src/kernel/deferred.ts';
import { pluginOf } from './engine-under-test.ts';

/** A plugin whose tasks, known by their input, run until the test ends their work. */
export interface GatedWork {
  readonly plugin: DefinedPlugin;
  /** Completes the work of an input, also before it starts; the output is `[input]`. */
  complete(...inputs: readonly unknown[]): void;
  fail(input: unknown, error: Error): void;
  /** The context of the task with this input, once it runs. */
  contextOf(input: unknown): PluginContext<unknown, unknown> | undefined;
}

export function gatedWork(traits: PluginTraits & { readonly name?: string } = {}): GatedWork {
  const gates = new Map<unknown, Deferred<unknown>>();
  const contexts = new Map<unknown, PluginContext<unknown, unknown>>();
  const gateOf = (input: unknown): Deferred<unknown> => {
    const gate = gates.get(input) ?? deferred();
    gates.set(input, gate);
    gate.promise.catch(() => {});
    return gate;
  };
  const plugin = pluginOf(
    {
      process: (context) => {
        const { input, signal } = context;
        contexts.set(input, context);
        const gate = gateOf(input);
        signal.addEventListener('abort', () => gate.reject(signal.reason), { once: true });
        return gate.promise;
      },
    },
    { name: 'test.gated', ...traits },
  );
  return {
    plugin,
    complete: (...inputs) => {
      for (const input of inputs) gateOf(input).resolve([input]);
    },
    fail: (input, error) => gateOf(input).reject(error),
    contextOf: (input) => contexts.get(input),
  };
}

import type { DefinedPlugin, PluginTraits, TaskHandle } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import type { Deferred } from '../../src/kernel/deferred.ts';
import { pluginOf } from './engine-under-test.ts';

/** A plugin whose tasks run until the test lets them go. */
export interface Turnstile {
  readonly plugin: DefinedPlugin;
  /** The ids of its tasks in the order in which they started. */
  readonly started: readonly number[];
  /** Ends the work of tasks. */
  letGo(...handles: readonly TaskHandle[]): void;
}

export function turnstile(traits: PluginTraits & { readonly name?: string } = {}): Turnstile {
  const gates = new Map<number, Deferred<null>>();
  const started: number[] = [];
  const plugin = pluginOf(
    {
      process: ({ id, signal }) => {
        started.push(id);
        const gate = deferred<null>();
        gates.set(id, gate);
        signal.addEventListener('abort', () => gate.reject(signal.reason), { once: true });
        return gate.promise;
      },
    },
    { name: 'test.turnstile', ...traits },
  );
  return {
    plugin,
    started,
    letGo: (...handles) => {
      for (const { id } of handles) gates.get(id)?.resolve(null);
    },
  };
}

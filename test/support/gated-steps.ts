import { action, task } from '../../src/index.ts';
import type { Job } from '../../src/index.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import type { Deferred } from '../../src/kernel/deferred.ts';
import type { PluginTraits } from '../../src/index.ts';
import { pluginOf } from './engine-under-test.ts';

/** Steps of jobs that begin and end as a test tells them. */
export interface GatedWork {
  /** Names of those at work, in the order in which they began. */
  readonly running: string[];
  /** Names of all that were ever begun. */
  readonly begun: string[];
  /** Names of those whose signal was aborted. */
  readonly aborted: string[];
  /** An action that gives its name when it is ended. */
  action(name: string, options?: { readonly isDeaf?: boolean }): Job<string>;
  /** A task that gives its name when it is ended. */
  task(name: string, options?: object): Job;
  end(name: string): void;
  fail(name: string, error: Error): void;
  progress(name: string, percent: number): void;
}

interface Running {
  readonly gate: Deferred<void>;
  readonly progress: (percent: number) => void;
}

/** Makes steps of a test's own; tasks are `idempotent` unless `traits` say otherwise. */
export function gatedWork(traits: PluginTraits = {}): GatedWork {
  const gates = new Map<string, Running>();
  const running: string[] = [];
  const begun: string[] = [];
  const aborted: string[] = [];
  const run = async (
    name: string,
    signal: AbortSignal,
    progress: (percent: number) => void,
    isDeaf: boolean,
  ): Promise<string> => {
    const gate = deferred<void>();
    gates.set(name, { gate, progress });
    running.push(name);
    begun.push(name);
    const stop = (): void => {
      aborted.push(name);
      if (!isDeaf) gate.reject(signal.reason as Error);
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    try {
      await gate.promise;
    } finally {
      running.splice(running.indexOf(name), 1);
    }
    return name;
  };
  const plugin = pluginOf(
    {
      process: ({ input, signal, progress }) => {
        const { name, isDeaf = false } = input as { name: string; isDeaf?: boolean };
        return run(name, signal, progress, isDeaf);
      },
    },
    { name: 'test.gated', ...traits },
  );
  const of = (name: string): Running => {
    const found = gates.get(name);
    if (found === undefined) throw new Error(`${name} was never begun`);
    return found;
  };
  return {
    running,
    begun,
    aborted,
    action: (name, { isDeaf = false } = {}) =>
      action(({ signal, progress }) => run(name, signal, progress, isDeaf), { name }),
    task: (name, options = {}) => task(plugin, { name }, { name, ...options }),
    end: (name) => of(name).gate.resolve(),
    fail: (name, error) => of(name).gate.reject(error),
    progress: (name, percent) => of(name).progress(percent),
  };
}

import { memoryStore } from '../../src/index.ts';
import type { TaskStore } from '../../src/index.ts';

/** Wraps a memory store, and writes down what is asked of it. */
export function watchedStore(calls: string[], faults: Partial<TaskStore> = {}): TaskStore {
  const store = memoryStore();
  return {
    ...store,
    open: (options) => {
      calls.push('open');
      return (faults.open ?? store.open)(options);
    },
    close: () => {
      calls.push('close');
      return (faults.close ?? store.close)();
    },
  };
}

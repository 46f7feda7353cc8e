/**
 * Tells `definePlugin` that a file is being loaded by the plugin host, here or in a worker, so that
 * its code can be found again without `module`. Kept on `globalThis`, because the file may bring its
 * own copy of runstate.
 */
const loadingKey = Symbol.for('runstate.loading');

type Scope = typeof globalThis & { [loadingKey]?: number };

const scope: Scope = globalThis;

/** Whether a plugin file is being loaded at this moment. */
export const isLoading = (): boolean => (scope[loadingKey] ?? 0) > 0;

/** Runs `load` with plugins being known as loaded from a file. */
export async function whileLoading<T>(load: () => Promise<T>): Promise<T> {
  scope[loadingKey] = (scope[loadingKey] ?? 0) + 1;
  try {
    return await load();
  } finally {
    scope[loadingKey] -= 1;
  }
}

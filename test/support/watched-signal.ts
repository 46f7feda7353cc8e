/** An abort signal that knows which listeners were put on it and not taken off again. */
export function watchedSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  const live = new Set<unknown>();
  let added = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    live.add(args[1]);
    added += 1;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    live.delete(args[1]);
    remove(...args);
  };
  return {
    controller,
    signal,
    /** How many listeners are on it. */
    listeners: () => live.size,
    /** How many were ever put on it. */
    added: () => added,
  };
}

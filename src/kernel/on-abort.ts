interface Listening {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const listening = new WeakMap<AbortSignal, Listening>();

/**
 * Calls back once when a signal aborts, unless what is returned is called before; a signal that has
 * aborted already calls nobody.
 *
 * However many wait for it, a signal has one listener of ours: Node warns of a leak at the eleventh,
 * and one signal for a thousand tasks is no leak.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = listening.get(signal) ?? listen(signal);
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size > 0) return;
    signal.removeEventListener('abort', listener);
    listening.delete(signal);
  };
}

function listen(signal: AbortSignal): Listening {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    listening.delete(signal);
    for (const call of callbacks) call();
  };
  signal.addEventListener('abort', listener, { once: true });
  listening.set(signal, { callbacks, listener });
  return { callbacks, listener };
}

type Listener = (event: Event) => unknown;
type GivenListener = Listener | { handleEvent(event: Event): unknown } | null;

/**
 * Makes listeners of a signal harmless: what one throws goes to `onThrown`. Node would throw it again
 * where nobody can catch it, which ends the process.
 */
export function guardSignal(signal: AbortSignal, onThrown: (error: unknown) => void): void {
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  const guarded = new WeakMap<object, Listener>();
  const guard = (given: GivenListener): Listener => {
    const known = given === null ? undefined : guarded.get(given);
    if (known !== undefined) return known;
    const listener: Listener = (event) => {
      try {
        const returned =
          typeof given === 'function' ? given.call(signal, event) : given?.handleEvent(event);
        Promise.resolve(returned).catch(onThrown);
      } catch (error) {
        onThrown(error);
      }
    };
    if (given !== null) guarded.set(given, listener);
    return listener;
  };
  Object.assign(signal, {
    addEventListener: (type: string, given: GivenListener, options?: object) =>
      add(type, guard(given), options),
    removeEventListener: (type: string, given: GivenListener, options?: object) =>
      remove(type, guard(given), options),
  });
}

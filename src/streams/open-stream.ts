/** What an item can be taken from: anything that `for await` goes through. */
export type StreamSource<T> = AsyncIterable<T> | Iterable<T | PromiseLike<T>>;

/** A source that is being read. */
export interface OpenStream<T> {
  /** Asks for the next item; rejects with what the source throws, at once or later. */
  next(): Promise<IteratorResult<T, unknown>>;
  /**
   * Tells the source that no more is wanted. Only the first call does, and none does when the source
   * has ended by itself; all resolve when the source has closed.
   */
  close(): Promise<void>;
}

const isAsync = <T>(source: StreamSource<T>): source is AsyncIterable<T> =>
  Symbol.asyncIterator in Object(source);

/** Begins to read `source`, synchronous or not. */
export function openStream<T>(source: StreamSource<T>): OpenStream<T> {
  const iterator: AsyncIterator<T> | Iterator<T | PromiseLike<T>> = isAsync(source)
    ? source[Symbol.asyncIterator]()
    : source[Symbol.iterator]();
  let closed: Promise<void> | null = null;

  const close = (): Promise<void> => {
    // What closes the source may be its own code, and a generator cannot be closed while it runs.
    closed ??= Promise.resolve().then(async () => void (await iterator.return?.()));
    return closed;
  };

  const next = async (): Promise<IteratorResult<T, unknown>> => {
    let step: IteratorResult<T | PromiseLike<T>, unknown>;
    try {
      step = await iterator.next();
    } catch (error) {
      closed ??= Promise.resolve();
      throw error;
    }
    if (step.done !== true) return { done: false, value: await step.value };
    closed ??= Promise.resolve();
    return step;
  };

  return { next, close };
}

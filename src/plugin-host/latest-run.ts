const ignore = (): void => {};

/**
 * Runs `work` once at a time. A caller that comes while it runs gets the result of the next run,
 * which begins when this one ends and which all who come meanwhile share: what changed before a
 * call is always seen by it.
 */
export class LatestRun<T> {
  readonly #work: () => Promise<T>;
  #running: Promise<T> | null = null;
  #next: Promise<T> | null = null;

  constructor(work: () => Promise<T>) {
    this.#work = work;
  }

  run(): Promise<T> {
    if (this.#next !== null) return this.#next;
    if (this.#running === null) return this.#begin();
    const begin = (): Promise<T> => this.#begin();
    this.#next = this.#running.then(begin, begin);
    return this.#next;
  }

  /** Resolves when nothing runs and nothing is to run; never rejects. */
  async settled(): Promise<void> {
    for (;;) {
      const last = this.#next ?? this.#running;
      if (last === null) return;
      await last.then(ignore, ignore);
    }
  }

  #begin(): Promise<T> {
    this.#next = null;
    const running = this.#work();
    this.#running = running;
    const clear = (): void => {
      if (this.#running === running) this.#running = null;
    };
    running.then(clear, clear);
    return running;
  }
}

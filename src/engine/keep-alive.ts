/** Node's longest timer; it never matters when it fires. */
const longestMs = 2 ** 31 - 1;

/**
 * Keeps the process alive while tasks live. A task may wait for nothing that Node knows of, such as
 * an event sent to it; without this the process would end in the middle of it.
 */
export class KeepAlive {
  #timer: NodeJS.Timeout | null = null;

  /** Something lives. */
  hold(): void {
    this.#timer ??= setInterval(() => {}, longestMs);
    this.#timer.ref();
  }

  /** Nothing lives any more. */
  release(): void {
    this.#timer?.unref();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}

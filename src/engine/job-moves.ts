/** What is done before the event loop gets its turn. */
const movesPerTurn = 500;

/**
 * Things that are done one after the other, never within each other, each in the order in which it was
 * given.
 */
export class Moves {
  readonly #failed: (error: unknown) => void;
  #waiting: (() => void)[] = [];
  #isMoving = false;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  make(move: () => void): void {
    this.#waiting.push(move);
    if (!this.#isMoving) this.#goOn();
  }

  #goOn(): void {
    this.#isMoving = true;
    for (let made = 0; this.#waiting.length > 0;) {
      const moves = this.#waiting;
      this.#waiting = [];
      for (const [index, move] of moves.entries()) {
        if (made >= movesPerTurn) {
          this.#waiting = [...moves.slice(index), ...this.#waiting];
          setImmediate(() => this.#goOn());
          return;
        }
        made += 1;
        try {
          move();
        } catch (error) {
          this.#failed(error);
        }
      }
    }
    this.#isMoving = false;
  }
}

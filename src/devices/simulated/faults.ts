/** What happens to a call: it is carried out, or the connection breaks before or after that. */
export type CallFate = 'answered' | 'lostBefore' | 'lostAfter';

/** What goes wrong with a simulated device, on demand. */
export class SimulatedFaults {
  #dropped = 0;
  #isSilent = false;
  #isDoubled = false;
  readonly #fates = new Map<string, CallFate>();
  readonly #breakers = new Set<(error: Error) => void>();
  #replyDelayMs = 0;
  #isAway = false;

  /** How long an answer takes, in milliseconds. */
  get replyDelayMs(): number {
    return this.#replyDelayMs;
  }

  /** The device cannot be reached. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Loses the next `count` events. */
  dropEvents(count: number): void {
    this.#dropped += count;
  }

  /** Sends no event any more, or again. */
  silence(isSilent = true): void {
    this.#isSilent = isSilent;
  }

  /** Sends each event twice, or once again. */
  doubleEvents(isDoubled = true): void {
    this.#isDoubled = isDoubled;
  }

  delayReplies(ms: number): void {
    this.#replyDelayMs = ms;
  }

  /** The next call of a command breaks the connection, before or after it is carried out. */
  loseCall(command: string, when: 'before' | 'after'): void {
    this.#fates.set(command.toLowerCase(), when === 'before' ? 'lostBefore' : 'lostAfter');
  }

  /** Breaks every connection; they may be made again at once. */
  disconnect(): void {
    const error = new Error('the connection broke');
    for (const breakOff of this.#breakers) breakOff(error);
  }

  /** Breaks every connection and lets none be made until it is called with false. */
  goAway(isAway = true): void {
    this.#isAway = isAway;
    if (isAway) this.disconnect();
  }

  /** For drivers: called when connections are to break. */
  onBreak(breakOff: (error: Error) => void): () => void {
    this.#breakers.add(breakOff);
    return () => this.#breakers.delete(breakOff);
  }

  fateOf(command: string): CallFate {
    const key = command.toLowerCase();
    const fate = this.#fates.get(key) ?? 'answered';
    this.#fates.delete(key);
    return fate;
  }

  copiesOfEvent(_attribute: string): number {
    if (this.#isSilent) return 0;
    if (this.#dropped > 0) {
      this.#dropped -= 1;
      return 0;
    }
    return this.#isDoubled ? 2 : 1;
  }
}

import type { LrcUpdate } from '../streams/lrc-updates.ts';

/** More than any device tells between a command and its answer; what is above is looked up. */
const mostUpdates = 200_000;

/**
 * What a device told of ids that nobody knows yet, while commands are on their way whose ids are not
 * known: their events may overtake the answer.
 */
export class LrcEarlyUpdates {
  readonly #updates = new Map<string, LrcUpdate[]>();
  #count = 0;
  #isComplete = true;

  /** The ids that are kept. */
  get ids(): readonly string[] {
    return [...this.#updates.keys()];
  }

  /** False once something had to be dropped. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  keep(id: string, update: LrcUpdate): void {
    if (this.#count >= mostUpdates) {
      this.#isComplete = false;
      return;
    }
    const kept = this.#updates.get(id);
    if (kept === undefined) {
      this.#updates.set(id, [update]);
    } else {
      const last = kept.at(-1);
      // Every status event of version 1 repeats the statuses of all commands.
      const isRepeat =
        last !== undefined &&
        last.status === update.status &&
        !('result' in update) &&
        last.percent === update.percent;
      if (isRepeat) return;
      kept.push(update);
    }
    this.#count += 1;
  }

  /** What was told of an id that is known now; it is kept no longer. */
  take(id: string): readonly LrcUpdate[] {
    const kept = this.#updates.get(id) ?? [];
    this.#updates.delete(id);
    this.#count -= kept.length;
    return kept;
  }

  clear(): void {
    this.#updates.clear();
    this.#count = 0;
    this.#isComplete = true;
  }
}

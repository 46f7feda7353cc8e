import type { StoreRow } from '../kernel/store-rows.ts';
import type { StoreWriter } from './store-writer.ts';

/** What a block of numbers is made with. */
export interface NumberBlockOptions {
  readonly writer: StoreWriter;
  /** Numbers below it were given before. */
  readonly next: number;
  /** How many are set aside at once. */
  readonly size: number;
  /** No number from here on can be given. */
  readonly end: number;
  /** The row that sets numbers aside. */
  readonly rowOf: (end: number) => StoreRow;
}

/**
 * Gives numbers out of a block whose end is committed before anything that bears one of them, so that
 * after a crash none is given twice; those of a broken-off block are left out.
 *
 * The next block is asked for when half of one is used, so as many may be given in a single turn of
 * the event loop with all of them committed. Beyond that they are given while their block is still
 * being committed: rows are committed in the order in which they are written, so nothing that bears
 * one is there without it.
 */
export class NumberBlock {
  readonly #options: NumberBlockOptions;
  #next: number;
  /** The end of the last block that was written, or tried to be. */
  #end: number;

  constructor(options: NumberBlockOptions) {
    this.#options = options;
    this.#next = options.next;
    this.#end = options.next;
    this.#reserve();
  }

  /** The next number; undefined when all are used. */
  next(): number | undefined {
    const { size, end } = this.#options;
    if (this.#next >= end) return undefined;
    if (this.#end - this.#next <= size / 2) this.#reserve();
    return this.#next++;
  }

  /** The number that is given next. */
  get upcoming(): number {
    return this.#next;
  }

  /** Leaves out the numbers below `next`: somebody has brought some of them along. */
  skipTo(next: number): void {
    this.#next = Math.max(this.#next, next);
    if (this.#end <= this.#next) this.#reserve();
  }

  /** Gives back what was set aside and not given; nothing is given any more. */
  release(): void {
    const { writer, rowOf } = this.#options;
    if (this.#next < this.#end) writer.write([rowOf(this.#next)]);
    this.#end = this.#next;
  }

  #reserve(): void {
    const { writer, size, rowOf } = this.#options;
    const end = Math.min(this.#options.end, Math.max(this.#end, this.#next) + size);
    if (end === this.#end) return;
    const before = this.#end;
    this.#end = end;
    writer.write([rowOf(end)], (error) => {
      // Asked for again with the next number.
      if (error !== null) this.#end = Math.min(this.#end, before);
    });
  }
}

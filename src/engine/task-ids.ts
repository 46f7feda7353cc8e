import { RunstateError } from '../kernel/errors.ts';
import type { StoreWriter } from './store-writer.ts';

/** TANGO's DevLong holds task ids. */
const endOfIds = 2 ** 31;
const blockSize = 1_000;

/**
 * Gives task ids out of a block whose end is committed before any task of the block is, so that after
 * a crash no id is given twice; those of a broken-off block are left out.
 *
 * While a block is being committed its ids may be given already: rows are committed in the order in
 * which they are written, and a task counts as accepted only when its own row is.
 */
export class TaskIds {
  readonly #writer: StoreWriter;
  #next: number;
  /** The end of the last block that was written, or tried to be. */
  #end: number;

  constructor(writer: StoreWriter, next: number) {
    this.#writer = writer;
    this.#next = next;
    this.#end = next;
    this.#reserve();
  }

  /** @throws {@link RunstateError} `IDS_EXHAUSTED` */
  next(): number {
    if (this.#next >= endOfIds) throw new RunstateError('IDS_EXHAUSTED');
    if (this.#end - this.#next <= blockSize / 2) this.#reserve();
    return this.#next++;
  }

  #reserve(): void {
    const end = Math.min(endOfIds, Math.max(this.#end, this.#next) + blockSize);
    if (end === this.#end) return;
    const before = this.#end;
    this.#end = end;
    this.#writer.write({ kind: 'ids', end }, (error) => {
      // Asked for again with the next id.
      if (error !== null) this.#end = Math.min(this.#end, before);
    });
  }
}

import { RunstateError } from '../kernel/errors.ts';
import { NumberBlock } from './number-block.ts';
import type { StoreWriter } from './store-writer.ts';

/** TANGO's DevLong holds task ids. */
const endOfIds = 2 ** 31;
/** Half of it can be given in one turn, before more is committed: ten thousand inputs at once. */
const blockSize = 20_000;
/** A task that brings a greater id along would use up those that are left. */
const greatestAdopted = 2 ** 30;

/** Gives task ids; none is ever given twice on one store, also not after a crash. */
export class TaskIds {
  readonly #block: NumberBlock;

  constructor(writer: StoreWriter, next: number) {
    this.#block = new NumberBlock({
      writer,
      next,
      size: blockSize,
      end: endOfIds,
      rowOf: (end) => ({ kind: 'ids', end }),
    });
  }

  /** @throws {@link RunstateError} `IDS_EXHAUSTED` */
  next(): number {
    const id = this.#block.next();
    if (id === undefined) throw new RunstateError('IDS_EXHAUSTED');
    return id;
  }

  /** The engine ends: the next one goes on from here. */
  release(): void {
    this.#block.release();
  }

  /**
   * Takes ids that tasks bring along, from the least to the greatest; one that may have been given
   * here is replaced by a new one.
   *
   * @throws {@link RunstateError} `IDS_EXHAUSTED`
   */
  adopt(wanted: readonly number[]): readonly number[] {
    const first = this.#block.upcoming;
    const isFree = (id: number): boolean => id >= first && id <= greatestAdopted;
    const last = wanted.findLast(isFree);
    if (last !== undefined) this.#block.skipTo(last + 1);
    return wanted.map((id) => (isFree(id) ? id : this.next()));
  }
}

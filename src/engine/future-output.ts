import type { Observable } from 'rxjs';
import { RunstateError } from '../kernel/errors.ts';
import type { TaskStatus } from '../kernel/task-state.ts';
import type { CancelAnswer, CancelOptions } from './cancellations.ts';
import { saveFuture } from './future-file.ts';
import { inLanes } from './future-lanes.ts';
import { attach, openParts } from './future-open.ts';
import type { FuturePlace } from './future-open.ts';
import type { FutureParts, FutureShape } from './future-parts.ts';
import { progressOf } from './future-progress.ts';
import type { FutureProgress } from './future-progress.ts';
import { CompletionReader } from './future-reader.ts';
import type { FutureValue } from './future-value.ts';
import { assertLimits } from './submission.ts';
import { waitForPromise } from '../actors/wait-for-promise.ts';
import type { WaitOptions } from '../actors/wait-for-promise.ts';

/** What `get` of a future gives: a value for each input, or the one value of one input. */
export type FutureAnswer<TOutput, TShape extends FutureShape> = TShape extends 'one'
  ? FutureValue<TOutput>
  : readonly FutureValue<TOutput>[];

/**
 * A handle over many tasks: ChemCloud's FutureOutput, told of each end instead of asking for it. Made
 * by `engine.submitAll` and by {@link FutureOutput.open}.
 *
 * Lists are in the order of submission. A computation that failed, or whose submission was refused, is
 * a value like any other and not an exception.
 *
 * @example
 * ```ts
 * const future = engine.submitAll(square, [{ x: 1 }, { x: 2 }]);
 * for await (const { index, output, traceback } of future.asCompleted()) {
 *   console.log(index, output ?? traceback);
 * }
 * ```
 */
export class FutureOutput<TOutput = unknown, TShape extends FutureShape = 'list'> {
  readonly #parts: FutureParts<TOutput>;
  readonly #progress$: Observable<FutureProgress>;
  #gathering: Promise<FutureAnswer<TOutput, TShape>> | null = null;

  constructor(parts: FutureParts<TOutput>) {
    this.#parts = parts;
    this.#progress$ = progressOf(parts);
  }

  /**
   * Opens a future that was saved, also with an engine that was started again meanwhile. What had
   * settled is as it was saved; a task that the engine knows no more is a failed value with the code
   * `TASK_FORGOTTEN` or `TASK_UNKNOWN`.
   *
   * @throws {@link RunstateError} `FUTURE_UNREADABLE`, with the path and what is wrong with the file;
   *   `INVALID_OPTION` for an engine of another name, whose tasks are others
   */
  static async open<TOutput = unknown, TShape extends FutureShape = 'list'>(
    path: string,
    place: FuturePlace,
  ): Promise<FutureOutput<TOutput, TShape>> {
    return new FutureOutput<TOutput, TShape>(await openParts(path, place));
  }

  /** Null where a submission was refused: there is no task. */
  get taskIds(): readonly (number | null)[] {
    return this.#parts.slots.map(({ taskId }) => taskId);
  }

  /**
   * The id of the one task of one input; null when its submission was refused.
   *
   * @throws {@link RunstateError} `FUTURE_OF_LIST` when inputs were given as a list
   */
  get taskId(): number | null {
    const { shape, slots } = this.#parts;
    if (shape === 'list') throw new RunstateError('FUTURE_OF_LIST', [slots.length]);
    return slots[0]?.taskId ?? null;
  }

  /** The plugin's name. */
  get plugin(): string {
    return this.#parts.plugin;
  }

  /** The inputs as the tasks have them. */
  get inputs(): readonly unknown[] {
    return this.#parts.slots.map(({ input }) => input);
  }

  /** Where each task stands at this moment. */
  get statuses(): readonly TaskStatus[] {
    return this.#parts.slots.map(({ status }) => status);
  }

  /** What came out of each; null while it is not known, and once `asCompleted` has given it away. */
  get outputs(): readonly (FutureValue<TOutput> | null)[] {
    return this.#parts.slots.map(({ value }) => value);
  }

  /** Whether all have settled. */
  get isReady(): boolean {
    return this.#parts.completions.isReady;
  }

  /**
   * Resolves when the store has every task: from here on they survive a crash. One that the store
   * refuses is a failed value.
   */
  get accepted(): Promise<void> {
    const accepted = this.#parts.slots.flatMap(({ task }) => task?.accepted ?? []);
    return Promise.allSettled(accepted).then(() => {});
  }

  /**
   * How many have settled, and how far the others are: the present value first, one more with each
   * change; completes when all have settled. It errors with `ENGINE_CLOSED` when their end cannot be
   * heard of any more.
   */
  get progress$(): Observable<FutureProgress> {
    return this.#progress$;
  }

  /**
   * Looks again for the tasks that have not settled, and reads what is not known yet. A future hears
   * of every end by itself; this is for one whose engine could not be asked for a while.
   */
  async refresh(): Promise<void> {
    const { source, slots, completions } = this.#parts;
    await attach(source, slots, completions);
    const settled = slots.filter(({ isSettled }) => isSettled);
    await inLanes(settled, (slot) => slot.load());
  }

  /**
   * Resolves when all have settled: a value for each input, in the order of submission; for one input
   * that was given as one, its value. What `asCompleted` has given away is read again.
   *
   * @throws {@link RunstateError} `WAIT_TIMEOUT`, `WAIT_ABORTED`, which leave the tasks and the future
   *   as they are; `ENGINE_CLOSED` when the engine closed before all had settled
   */
  get(options: WaitOptions = {}): Promise<FutureAnswer<TOutput, TShape>> {
    const { source, slots } = this.#parts;
    if (this.#gathering === null) {
      this.#gathering = this.#gather().finally(() => {
        this.#gathering = null;
      });
      this.#gathering.catch(() => {});
    }
    const what = `The end of ${slots.length} tasks`;
    return waitForPromise(source.clock, this.#gathering, what, options);
  }

  /**
   * The values in the order in which the tasks end, those that have ended first. A value that was given
   * is not kept here; each iteration begins anew, and reads such a value where the engine stores it.
   *
   * `timeoutMs` bounds the wait for each next value.
   *
   * @throws {@link RunstateError} what `get` throws
   */
  asCompleted(options: WaitOptions = {}): AsyncIterableIterator<FutureValue<TOutput>> {
    const { completions, slots, source } = this.#parts;
    return new CompletionReader(completions, slots.length, source.clock, options);
  }

  /**
   * Cancels every task that has not settled; resolves when all have, with an answer for each.
   *
   * @throws {@link RunstateError} `INVALID_OPTION`; `ENGINE_CLOSED`
   */
  async cancel(options: CancelOptions = {}): Promise<readonly CancelAnswer[]> {
    assertLimits(options);
    return Promise.all(this.#parts.slots.map((slot) => slot.cancel(options)));
  }

  /**
   * Writes the future to a file, whole or not at all, when the store has its tasks; gives its path.
   * Directories that are missing are made.
   *
   * @defaultValue `path` is `future-<uuid>.json` in the current directory
   * @throws {@link RunstateError} `FUTURE_NOT_SAVED`, with the path and the reason
   */
  async save(path?: string): Promise<string> {
    await this.accepted;
    const { source, plugin, shape, slots, completions } = this.#parts;
    const { order: settled } = completions;
    return saveFuture(
      { plugin, engine: source.name, isSingle: shape === 'one', slots, settled },
      path,
    );
  }

  async #gather(): Promise<FutureAnswer<TOutput, TShape>> {
    const { shape, slots, completions } = this.#parts;
    await completions.all();
    const values: FutureValue<TOutput>[] = [];
    await inLanes(slots, async (slot) => {
      values[slot.index] = await slot.read(true);
    });
    return (shape === 'one' ? values[0] : values) as FutureAnswer<TOutput, TShape>;
  }
}

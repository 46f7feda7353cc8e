import { deferred } from '../kernel/deferred.ts';
import type { Deferred } from '../kernel/deferred.ts';
import type { FutureSlot, SlotWatch } from './future-slot.ts';

/** Told of every change of a future; a failure ends what is told. */
export interface CompletionListener<TOutput> {
  settled(slot: FutureSlot<TOutput>): void;
  loaded(): void;
  failed(error: unknown): void;
}

/**
 * The computations of a future in the order in which they settled, and the waits for more of them.
 *
 * Each task tells once that it has settled. That it never will, because its engine has closed, is only
 * told to those who wait for its result: so while somebody waits, one live task after the other is
 * waited for.
 */
export class Completions<TOutput = unknown> implements SlotWatch<TOutput> {
  readonly #slots: readonly FutureSlot<TOutput>[];
  readonly #order: FutureSlot<TOutput>[] = [];
  readonly #listeners = new Set<CompletionListener<TOutput>>();
  #loaded = 0;
  #more: Deferred<void> | null = null;
  #isGuarding = false;
  /** All before it have settled. */
  #firstLive = 0;

  constructor(slots: readonly FutureSlot<TOutput>[]) {
    this.#slots = slots;
  }

  /** Whether all have settled, and what came out of them is here, or was. */
  get isReady(): boolean {
    return this.hasAll && this.#loaded === this.#slots.length;
  }

  get hasAll(): boolean {
    return this.#order.length === this.#slots.length;
  }

  /** The computation that settled as the `position`th, from 0; undefined while it has not. */
  at(position: number): FutureSlot<TOutput> | undefined {
    return this.#order[position];
  }

  /** The places of those that have settled, in that order. */
  get order(): readonly number[] {
    return this.#order.map(({ index }) => index);
  }

  settled(slot: FutureSlot<TOutput>): void {
    this.#order.push(slot);
    for (const listener of this.#listeners) listener.settled(slot);
    this.#more?.resolve();
    this.#more = null;
  }

  /** One that has settled, and of which nothing is on its way. */
  known(slot: FutureSlot<TOutput>): void {
    this.settled(slot);
    this.loaded();
  }

  loaded(): void {
    this.#loaded += 1;
    for (const listener of this.#listeners) listener.loaded();
  }

  /** Tells of changes until what is returned is called. */
  listen(listener: CompletionListener<TOutput>): () => void {
    this.#listeners.add(listener);
    this.#guard();
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when another one settles; rejects when none can be heard of any more. */
  more(): Promise<void> {
    if (this.#more === null) {
      this.#more = deferred();
      this.#more.promise.catch(() => {});
    }
    this.#guard();
    return this.#more.promise;
  }

  async all(): Promise<void> {
    while (!this.hasAll) await this.more();
  }

  /** Waits for one live task's result, for as long as anyone waits here. */
  #guard(): void {
    if (this.#isGuarding || (this.#more === null && this.#listeners.size === 0)) return;
    while (this.#slots[this.#firstLive]?.isSettled === true) this.#firstLive += 1;
    const slot = this.#slots[this.#firstLive];
    const task = slot?.task ?? null;
    if (slot === undefined || task === null) return;
    this.#isGuarding = true;
    task.result().then(
      (result) => {
        this.#isGuarding = false;
        slot.settle(task, result, this);
        this.#guard();
      },
      (error: unknown) => {
        this.#isGuarding = false;
        this.#fail(error);
      },
    );
  }

  #fail(error: unknown): void {
    this.#more?.reject(error);
    this.#more = null;
    // One that begins to listen again by this is to hear of what comes next.
    const told = Array.from(this.#listeners);
    this.#listeners.clear();
    for (const listener of told) listener.failed(error);
  }
}

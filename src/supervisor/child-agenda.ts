import type { ChildChange } from './child-plan.ts';
import type { SupervisedChild } from './supervised-child.ts';

const byStartOrder = (a: SupervisedChild, b: SupervisedChild): number => a.index - b.index;

/**
 * What a supervisor has to do: whom to stop, one by one and the last started first; whom it waits for
 * meanwhile; and whom to start then, the first one first. More may be added at any time.
 */
export class ChildAgenda {
  /** In start order, so the last is the next. */
  #toStop: SupervisedChild[] = [];
  readonly #toStart: Set<SupervisedChild>;
  #awaited: SupervisedChild | null = null;

  constructor(toStart: readonly SupervisedChild[]) {
    this.#toStart = new Set(toStart);
  }

  add(changes: readonly ChildChange<SupervisedChild>[]): void {
    for (const { child, intent, budget } of changes) {
      child.budget = budget;
      if (intent === 'restart') this.#toStart.add(child);
      else this.#toStart.delete(child);
      child.intend(intent);
    }
    const alive = changes.map(({ child }) => child).filter(({ isAlive }) => isAlive);
    if (alive.length === 0) return;
    this.#toStop = [...new Set([...this.#toStop, ...alive])].toSorted(byStartOrder);
  }

  /** Asks the next child to end, unless one that was asked is alive. True when nobody is left. */
  stopNext(): boolean {
    if (this.#awaited?.isAlive === true) return false;
    this.#awaited = null;
    for (let next = this.#toStop.pop(); next !== undefined; next = this.#toStop.pop()) {
      if (!next.isAlive) continue;
      this.#awaited = next;
      next.ask();
      return false;
    }
    return true;
  }

  /** Hands over those that are to be started now, in start order. */
  takeToStart(): readonly SupervisedChild[] {
    const due = [...this.#toStart].toSorted(byStartOrder);
    this.#toStart.clear();
    return due;
  }
}

import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * Which background work the present code runs in.
 *
 * Code that awaits the end of the very work it is part of would wait for ever, and so would two
 * pieces of work that each await the other's end. Node carries a scope through everything that a
 * piece of work calls or awaits, so such a wait is known when it begins.
 */
interface ActionScope {
  /** Null when the work has ended: what was begun in it keeps the scope, and nothing else of it. */
  work: Work | null;
  /** The work from within which this work was started. */
  outer: ActionScope | undefined;
}

interface Work {
  /** The background or streaming task whose work it is. */
  readonly owner: object;
  readonly signal: AbortSignal;
}

const present = new AsyncLocalStorage<ActionScope>();

/** The innermost scope from `scope` outwards whose work goes on; the others are unlinked. */
function live(scope: ActionScope | undefined): ActionScope | undefined {
  let next = scope;
  while (next?.work === null) next = next.outer;
  if (next !== undefined) next.outer = live(next.outer);
  return next;
}

/**
 * Runs `work` inside a scope of its own; what it throws at once comes as a rejection. The scope ends
 * when the returned promise is about to settle.
 */
export async function runInScope<T>(
  owner: object,
  signal: AbortSignal,
  work: () => T | PromiseLike<T>,
): Promise<T> {
  const scope: ActionScope = { work: { owner, signal }, outer: live(present.getStore()) };
  try {
    return await present.run(scope, async () => work());
  } finally {
    scope.work = null;
    scope.outer = live(scope.outer);
  }
}

/** Of whom the work of an owner presently awaits the end. */
const awaited = new WeakMap<object, Set<object>>();

/** Whether the end of `owner` waits, through any number of others, for one of `waiters`. */
function dependsOn(owner: object, waiters: ReadonlySet<object>, seen: Set<object>): boolean {
  if (waiters.has(owner)) return true;
  if (seen.has(owner)) return false;
  seen.add(owner);
  return [...(awaited.get(owner) ?? [])].some((next) => dependsOn(next, waiters, seen));
}

/**
 * Waits until `owner` has ended, unless that would be for ever: when the present code is part of the
 * work of `owner`, or of work that `owner` waits for. Then it resolves at once.
 */
export async function awaitEnd(owner: object, ended: Promise<unknown>): Promise<void> {
  const waiters = new Set<object>();
  for (let scope = live(present.getStore()); scope !== undefined; scope = scope.outer) {
    if (scope.work !== null) waiters.add(scope.work.owner);
  }
  if (dependsOn(owner, waiters, new Set())) return;
  for (const waiter of waiters) {
    const others = awaited.get(waiter) ?? new Set();
    awaited.set(waiter, others.add(owner));
  }
  try {
    await ended;
  } finally {
    for (const waiter of waiters) awaited.get(waiter)?.delete(owner);
  }
}

/** The signal of the innermost background work that the present code is part of. */
export const presentSignal = (): AbortSignal | undefined => live(present.getStore())?.work?.signal;

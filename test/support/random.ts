/** A source of chance that gives the same for the same seed. */
export interface Random {
  /** From 0 (inclusive) to 1. */
  next(): number;
  /** A whole number from 0 to `below` (exclusive). */
  below(below: number): number;
  isLikely(chance: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** Mulberry32: small, fast, and good enough to find what nobody thought of. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    isLikely: (chance) => next() < chance,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
  };
}

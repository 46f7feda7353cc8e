/**
 * Moves labels along a line so that neighbours keep a distance, each as little as possible: the
 * least-squares solution of yᵢ₊₁ − yᵢ ≥ gap, kept inside `from` … `to`.
 *
 * With the gaps taken off the condition is monotony, which pooling adjacent violators solves.
 *
 * @see Barlow, Bartholomew, Bremner & Brunk, Statistical Inference under Order Restrictions, 1972
 */
export function spread(
  wanted: readonly number[],
  gap: number,
  range: { readonly from: number; readonly to: number },
): number[] {
  const pools: { sum: number; count: number }[] = [];
  for (const [order, place] of wanted.entries()) {
    let pool = { sum: place - order * gap, count: 1 };
    let last = pools.at(-1);
    while (last !== undefined && last.sum / last.count >= pool.sum / pool.count) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
      last = pools.at(-1);
    }
    pools.push(pool);
  }
  const highest = Math.max(range.from, range.to - (wanted.length - 1) * gap);
  const places = pools.flatMap((pool) =>
    Array.from({ length: pool.count }, () =>
      Math.min(highest, Math.max(range.from, pool.sum / pool.count)),
    ),
  );
  return places.map((place, order) => place + order * gap);
}

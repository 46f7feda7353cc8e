/** A normal distribution's standard deviation, in median absolute deviations: 1 / Φ⁻¹(¾). */
const deviationsPerMad = 1.482602218505602;

/**
 * The middle value, or the mean of the middle two; 0 for no values.
 */
export function medianOf(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).toSorted();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/**
 * Estimates the standard deviation of the noise from the median absolute deviation, which lines do
 * not move as long as they fill less than half of the points.
 *
 * @see Rousseeuw & Croux, J. Am. Stat. Assoc. 1993, 88, 1273
 */
export function estimateNoise(values: ArrayLike<number>): number {
  const median = medianOf(values);
  return (
    deviationsPerMad * medianOf(Float64Array.from(values, (value) => Math.abs(value - median)))
  );
}

/**
 * Complex samples: an FID (free induction decay) in time order, or a spectrum in axis order.
 */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * Reads one sample; outside the array it is NaN, which no comparison takes for a signal.
 */
export function at(values: ArrayLike<number>, index: number): number {
  return values[index] ?? Number.NaN;
}

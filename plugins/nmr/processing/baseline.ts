import { estimateNoise, medianOf } from './noise.ts';
import { at } from './signal.ts';
import type { Region } from './signal-regions.ts';
import { whittaker } from './whittaker.ts';

/**
 * A spectrum without its baseline, and the noise that is left where no line is.
 */
export interface Corrected {
  readonly values: Float64Array;
  readonly baseline: Float64Array;
  /** Standard deviation of the noise. */
  readonly noise: number;
}

/** Bins the baseline is made of, and Whittaker's smoothness: periods under 20 bins are signal. */
const binCount = 256;
const smoothness = 100;
/** Rounds of fitting, and how far, in noise, a point may lie off and still be baseline. */
const rounds = 4;
const clip = 3;
/** A bin with fewer free points than this share has no say. */
const leastFree = 0.1;

/**
 * Subtracts the slow curve that runs under the lines.
 *
 * Points outside the regions of lines are gathered in bins; a Whittaker smoother runs through the
 * bins' medians and bridges those full of lines; points that stand out of the noise above it (the
 * feet of lines) are left out of the next round.
 *
 * @see Cobas, Bernstein, Martín-Pastor & Tahoces, J. Magn. Reson. 2006, 183, 145, for signal-free
 * points with a Whittaker smoother, and Eilers, Anal. Chem. 2003, 75, 3631, for the smoother
 */
export function correctBaseline(values: Float64Array, regions: readonly Region[]): Corrected {
  const isFree = new Uint8Array(values.length).fill(1);
  for (const region of regions) isFree.fill(0, region.start, region.end);
  let baseline: Float64Array = new Float64Array(values.length);
  let free = isFree;
  let noise = 0;
  for (let round = 0; round < rounds; round += 1) {
    baseline = fit(values, free);
    const rest = values.map((value, index) => value - at(baseline, index));
    noise = estimateNoise(rest.filter((_, index) => free[index] === 1));
    free = isFree.map((flag, index) =>
      flag === 1 && Math.abs(at(rest, index)) <= clip * noise ? 1 : 0,
    );
  }
  return {
    values: values.map((value, index) => value - at(baseline, index)),
    baseline,
    noise,
  };
}

function fit(values: Float64Array, free: Uint8Array): Float64Array {
  const bins = Math.max(3, Math.min(binCount, values.length >> 3));
  const width = values.length / bins;
  const heights = new Float64Array(bins);
  const weights = new Float64Array(bins);
  for (let bin = 0; bin < bins; bin += 1) {
    const [start, end] = [Math.round(bin * width), Math.round((bin + 1) * width)];
    const inside = values.subarray(start, end).filter((_, index) => free[start + index] === 1);
    if (inside.length < leastFree * (end - start)) continue;
    heights[bin] = medianOf(inside);
    weights[bin] = inside.length / (end - start);
  }
  const knots = whittaker(heights, weights, smoothness);
  return values.map((_, index) => {
    const place = Math.min(bins - 1, Math.max(0, (index + 0.5) / width - 0.5));
    const left = Math.min(bins - 2, Math.floor(place));
    const share = place - left;
    return (1 - share) * at(knots, left) + share * at(knots, left + 1);
  });
}

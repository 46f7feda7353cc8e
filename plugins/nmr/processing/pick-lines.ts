import { findSummits } from './find-summits.ts';
import { measureLine, type Line } from './measure-line.ts';
import { refineLines } from './refine-lines.ts';

/**
 * Which lines to list.
 */
export interface PickOptions {
  /** Standard deviation of the noise. */
  readonly noise: number;
  /** Share of the strongest line below which none is listed. */
  readonly threshold: number;
}

/** Noise never reaches this many standard deviations: once in 10⁷ points. */
const noiseFactor = 5;
/** Dips shallower than this share of a line do not divide it. */
const leastDip = 0.01;

/**
 * Lists the lines of an absorption spectrum in axis order, with fitted positions, heights and
 * widths.
 */
export async function pickLines(values: Float64Array, options: PickOptions): Promise<Line[]> {
  const highest = values.reduce((height, value) => Math.max(height, value), 0);
  const summits = findSummits(values, {
    leastHeight: Math.max(noiseFactor * options.noise, options.threshold * highest),
    leastProminence: noiseFactor * options.noise,
    leastRelativeProminence: leastDip,
  });
  const lines = await refineLines(
    values,
    summits.map((summit) => measureLine(values, summit)),
  );
  // A fit changes heights a little, and the threshold holds for what is listed.
  const strongest = lines.reduce((height, line) => Math.max(height, line.height), 0);
  return lines.filter((line) => line.height >= options.threshold * strongest);
}

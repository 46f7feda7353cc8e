import { hertzPerPoint, indexAt, ppmAt, type PpmAxis } from './axis.ts';
import { findSummits } from './find-summits.ts';
import { measureLine } from './measure-line.ts';
import { at } from './signal.ts';
import type { SolventLine } from './solvents.ts';

/** A spectrum to look in. */
export interface SolventSearch {
  readonly axis: PpmAxis;
  readonly noise: number;
  /** How far the spectrometer's own axis is usually off, in ppm. */
  readonly usualErrorPpm: number;
}

const noiseFactor = 5;
/** Nothing further off than this many usual errors is taken for the solvent. */
const furthest = 3;

/**
 * Finds the solvent's line near where the spectrometer's own axis puts it, and returns the index of
 * its middle; undefined if there is none.
 *
 * Each maximum is as likely as its multiplet is high, that is, as the lowest of the three inner
 * components in units of its expected height, times a Gaussian of its distance from the expected
 * place. Thus the middle of a septet wins over its other components, and a strong singlet nearby
 * does not count as a multiplet.
 */
export function findSolventLine(
  values: Float64Array,
  line: SolventLine,
  search: SolventSearch,
): number | undefined {
  const { axis, noise, usualErrorPpm } = search;
  const reach = furthest * usualErrorPpm;
  const start = Math.max(0, Math.floor(indexAt(axis, line.ppm + reach)));
  const end = Math.min(values.length, Math.ceil(indexAt(axis, line.ppm - reach)));
  const summits = findSummits(values.subarray(start, end), {
    leastHeight: noiseFactor * noise,
    leastProminence: noiseFactor * noise,
    leastRelativeProminence: 0,
  });

  let best: number | undefined;
  let bestScore = 0;
  for (const summit of summits) {
    const index = start + summit.index;
    const distance = (ppmAt(axis, index) - line.ppm) / usualErrorPpm;
    const score = multipletHeight(values, index, line, axis) * Math.exp(-0.5 * distance ** 2);
    if (score <= bestScore) continue;
    bestScore = score;
    best = start + measureLine(values.subarray(start, end), summit).index;
  }
  return best;
}

function multipletHeight(
  values: Float64Array,
  index: number,
  line: SolventLine,
  axis: PpmAxis,
): number {
  const middle = at(values, index);
  if (line.splitting === undefined) return middle;
  const { hertz, ratio } = line.splitting;
  const step = Math.round(hertz / hertzPerPoint(axis));
  const beside = (place: number): number =>
    Math.max(0, ...values.subarray(Math.max(0, place - 1), place + 2)) / ratio;
  return Math.min(middle, beside(index - step), beside(index + step));
}

import { nelderMead, type Pair } from './nelder-mead.ts';
import type { Phase } from './phase.ts';
import { at, type Complex } from './signal.ts';
import type { Region } from './signal-regions.ts';

/**
 * What the search for the phase starts from.
 */
export interface AutoPhaseOptions {
  /** Where the lines are. */
  readonly regions: readonly Region[];
  /**
   * First-order phase that the spectrometer's dead time causes, in degrees over the whole width:
   * 360 · time · width. The search prefers phases near it when the lines leave it open.
   */
  readonly expectedP1: number;
}

/** How far p1 may lie from the expected value at the start of the search, and the grid, in degrees. */
const p1Reach = 180;
const p1Step = 60;
const p0Step = 30;
/** Cost of a p1 that is 90° off the expected one; a line that is 90° off costs about a half. */
const priorWeight = 0.001;
/** Points at each end of a region whose mean is an end of its baseline. */
const edgePoints = 10;

/**
 * Finds the phase that turns every line into positive absorption.
 *
 * The measure is the negative share of the lines' area, each region seen above a straight line
 * between its ends, so that a rolling baseline cannot mislead it as it misleads measures over the
 * whole spectrum. A grid finds the valley and a simplex its bottom. Spectra with intended negative
 * lines (DEPT, APT) are outside its assumption.
 *
 * @see de Brouwer, J. Magn. Reson. 2009, 201, 230, and Zorin, Bernstein & Cobas, Magn. Reson. Chem.
 * 2017, 55, 738, for negative area and region-wise phasing
 */
export function autoPhase(spectrum: Complex, options: AutoPhaseOptions): Phase {
  const { regions, expectedP1 } = options;
  if (regions.length === 0) return { p0: 0, p1: expectedP1 };
  const cost = ([p0, p1]: Pair): number =>
    negativeShare(spectrum, regions, { p0, p1 }) + priorWeight * ((p1 - expectedP1) / 90) ** 2;

  let start: Pair = [0, expectedP1];
  let lowest = Number.POSITIVE_INFINITY;
  for (let p1 = expectedP1 - p1Reach; p1 <= expectedP1 + p1Reach; p1 += p1Step) {
    for (let p0 = -180; p0 < 180; p0 += p0Step) {
      const value = cost([p0, p1]);
      if (value >= lowest) continue;
      lowest = value;
      start = [p0, p1];
    }
  }
  const [p0, p1] = nelderMead(cost, {
    start,
    step: [p0Step / 3, p1Step / 3],
    tolerance: 0.01,
    maxIterations: 200,
  });
  return { p0: wrapDegrees(p0), p1 };
}

/**
 * The negative part of the regions' area above their baselines, divided by the whole: 0 for pure
 * absorption, about ½ for pure dispersion.
 */
export function negativeShare(spectrum: Complex, regions: readonly Region[], phase: Phase): number {
  let negative = 0;
  let all = 0;
  for (const region of regions) {
    const line = realPart(spectrum, region, phase);
    const edge = Math.min(edgePoints, line.length >> 2);
    const left = mean(line.subarray(0, edge));
    const right = mean(line.subarray(line.length - edge));
    const slope = (right - left) / (line.length - 1);
    for (let index = 0; index < line.length; index += 1) {
      const height = at(line, index) - left - slope * index;
      all += Math.abs(height);
      if (height < 0) negative -= height;
    }
  }
  return all === 0 ? 0 : negative / all;
}

/** The real part after phasing; the rotation goes from point to point instead of anew. */
function realPart(spectrum: Complex, region: Region, phase: Phase): Float64Array {
  const points = spectrum.re.length;
  const line = new Float64Array(region.end - region.start);
  const first = (-Math.PI / 180) * (phase.p0 + phase.p1 * (region.start / points - 0.5));
  const turn = ((-Math.PI / 180) * phase.p1) / points;
  const [turnCos, turnSin] = [Math.cos(turn), Math.sin(turn)];
  let [cos, sin] = [Math.cos(first), Math.sin(first)];
  for (let offset = 0; offset < line.length; offset += 1) {
    const index = region.start + offset;
    line[offset] = at(spectrum.re, index) * cos - at(spectrum.im, index) * sin;
    [cos, sin] = [cos * turnCos - sin * turnSin, sin * turnCos + cos * turnSin];
  }
  return line;
}

function mean(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function wrapDegrees(angle: number): number {
  return angle - 360 * Math.round(angle / 360);
}

import { findSolvent } from '../processing/solvents.ts';
import type { SpectrumPeak } from './spectrum-svg.ts';

/**
 * What is known of the solvent.
 */
export interface NamePeaksOptions {
  readonly nucleus: string;
  /** As the file names it. */
  readonly solvent: string;
  /** Where its line was found; undefined if it was not. */
  readonly solventPpm: number | undefined;
}

/** Room around the solvent's line, in ppm, whose peaks are taken for the solvent's. */
const reachPpm = { '1H': 0.06, other: 1.2 } as const;

/**
 * Tells which peaks are the solvent's and, in ¹H, which one is the water's in it: the strongest
 * where the literature has it.
 */
export function namePeaks(
  peaks: readonly { readonly ppm: number; readonly intensity: number }[],
  options: NamePeaksOptions,
): SpectrumPeak[] {
  const { nucleus, solventPpm } = options;
  const solvent = findSolvent(options.solvent);
  const line = solvent?.lines[nucleus];
  if (solvent === undefined || line === undefined || solventPpm === undefined) {
    return peaks.map((peak) => ({ ...peak, isSolvent: false }));
  }
  const reach = nucleus === '1H' ? reachPpm['1H'] : reachPpm.other;
  const isNear = (ppm: number, place: number): boolean => Math.abs(ppm - place) <= reach;
  const waterPpm =
    nucleus === '1H' ? (solvent.waterPpm ?? Number.NaN) + solventPpm - line.ppm : Number.NaN;
  const water = peaks
    .filter((peak) => isNear(peak.ppm, waterPpm) && !isNear(peak.ppm, solventPpm))
    .toSorted((left, right) => right.intensity - left.intensity)[0];
  return peaks.map((peak) => {
    if (isNear(peak.ppm, solventPpm)) return { ...peak, isSolvent: true, name: solvent.label };
    return peak === water
      ? { ...peak, isSolvent: true, name: 'H₂O' }
      : { ...peak, isSolvent: false };
  });
}

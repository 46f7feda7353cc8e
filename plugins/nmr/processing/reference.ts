import { ppmAt, type PpmAxis } from './axis.ts';
import { findSolventLine } from './find-solvent-line.ts';
import { findSolvent } from './solvents.ts';

/**
 * The spectrum whose axis is to be put right.
 */
export interface ReferenceOptions {
  readonly axis: PpmAxis;
  readonly noise: number;
  readonly nucleus: string;
  /** As the file names it. */
  readonly solvent: string;
  /** Where the reference line shall lie; the literature's value for the solvent without it. */
  readonly referencePpm?: number | undefined;
}

/**
 * Which line the axis is set by, where it is in the spectrum, and what is to be added to the axis.
 */
export type Reference =
  | {
      readonly line: 'solvent' | 'strongest';
      readonly index: number;
      readonly shiftPpm: number;
    }
  | { readonly line: 'none'; readonly shiftPpm: 0 };

/** How far a spectrometer's own axis is usually off, in ppm: the lock sets ¹H best. */
const usualErrorPpm = { '1H': 0.1, other: 0.8 } as const;

/**
 * Sets the axis by the solvent's line. If the solvent has none in this nucleus, the axis stays as
 * the spectrometer gave it, unless `referencePpm` says where the strongest line shall lie.
 */
export function findReference(values: Float64Array, options: ReferenceOptions): Reference {
  const { axis, noise, nucleus, referencePpm } = options;
  const solventLine = findSolvent(options.solvent)?.lines[nucleus];
  if (solventLine !== undefined) {
    const index = findSolventLine(values, solventLine, {
      axis,
      noise,
      usualErrorPpm: nucleus === '1H' ? usualErrorPpm['1H'] : usualErrorPpm.other,
    });
    if (index !== undefined) {
      const shiftPpm = (referencePpm ?? solventLine.ppm) - ppmAt(axis, index);
      return { line: 'solvent', index, shiftPpm };
    }
  }
  if (referencePpm === undefined) return { line: 'none', shiftPpm: 0 };
  const index = values.reduce(
    (best, value, place) => (value > (values[best] ?? 0) ? place : best),
    0,
  );
  return { line: 'strongest', index, shiftPpm: referencePpm - ppmAt(axis, index) };
}

import { z } from 'zod';

/**
 * Input of `nmr.reduce`.
 */
export const reduceInput = z.strictObject({
  file: z.string().min(1).describe('Path of a one-dimensional JEOL .jdf file.'),
  svg: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Path of the picture to write. Default: the file's name with .svg, in the current folder.",
    ),
  lineBroadeningHz: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .describe('Width in Hz that exponential apodisation adds to every line.'),
  zeroFill: z
    .number()
    .min(1)
    .max(8)
    .default(2)
    .describe(
      'Points of the spectrum per recorded point, rounded up to a power of two points in all.',
    ),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe(
      'Share of the strongest line below which no peak is listed. Noise never is, even at 0.',
    ),
  referencePpm: z
    .number()
    .min(-100_000)
    .max(100_000)
    .optional()
    .describe(
      "Chemical shift in ppm of the solvent's line, or of the strongest line if the solvent has " +
        "none in this nucleus. Default: the solvent's literature value, such as 2.50 for DMSO-d6 " +
        "in 1H; without a solvent line the spectrometer's own axis.",
    ),
});

const peak = z.object({
  ppm: z.number().describe('Chemical shift in ppm, after referencing.'),
  intensity: z.number().describe('Height relative to the strongest peak, which has 1.'),
  widthHz: z.number().describe('Full width at half height in Hz, apodisation included.'),
});

/**
 * Output of `nmr.reduce`.
 */
export const reduceOutput = z.object({
  peaks: z.array(peak).describe('Peaks from high to low ppm.'),
  nucleus: z.string().describe('Observed nucleus as mass and symbol, such as 1H.'),
  frequencyMHz: z.number().describe('Frequency of the nucleus in MHz.'),
  solvent: z.string().describe('Solvent as the file names it; empty if it does not.'),
  referenceShiftPpm: z
    .number()
    .describe("Shift in ppm added to the spectrometer's own axis by referencing."),
  referenceLine: z
    .enum(['solvent', 'strongest', 'none'])
    .describe('Line that the axis was referenced to.'),
  svg: z.string().describe('Absolute path of the picture.'),
  points: z.number().describe('Points of the spectrum after zero filling.'),
  spectralWidthHz: z.number().describe('Recorded width in Hz.'),
  highPpm: z.number().describe('Upper end of the evaluated range in ppm, after referencing.'),
  lowPpm: z.number().describe('Lower end of the evaluated range in ppm, after referencing.'),
  groupDelayPoints: z.number().describe('Delay of the digital filter, in recorded points.'),
  phase: z
    .object({
      p0: z.number().describe('Zero-order phase in degrees, at the middle of the spectrum.'),
      p1: z.number().describe('First-order phase in degrees over the whole recorded width.'),
    })
    .describe('Phase that was taken off, on top of the group delay.'),
  noise: z.number().describe('Standard deviation of the noise, relative to the strongest peak.'),
  negativeShare: z
    .number()
    .describe('Negative part of the area, sum of |y < 0| over sum of |y|, noise included.'),
});

/** Parsed input of `nmr.reduce`. */
export type ReduceInput = z.output<typeof reduceInput>;
/** Output of `nmr.reduce`. */
export type ReduceOutput = z.output<typeof reduceOutput>;
/** One peak of the output. */
export type Peak = z.output<typeof peak>;

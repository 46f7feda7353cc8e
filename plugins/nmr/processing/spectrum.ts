import type { JdfFile } from '../jdf/read-jdf.ts';
import { apodize } from './apodize.ts';
import { autoPhase } from './auto-phase.ts';
import type { PpmAxis } from './axis.ts';
import { correctBaseline } from './baseline.ts';
import { fourier } from './fourier.ts';
import { correctGroupDelay } from './group-delay.ts';
import { applyPhase, type Phase } from './phase.ts';
import { signalRegions, type Region } from './signal-regions.ts';
import { at } from './signal.ts';
import { zeroFill } from './zero-fill.ts';

/**
 * Choices of the user.
 */
export interface SpectrumOptions {
  readonly lineBroadeningHz: number;
  readonly zeroFill: number;
}

/**
 * An absorption spectrum on the spectrometer's own axis.
 */
export interface Spectrum {
  readonly values: Float64Array;
  readonly axis: PpmAxis;
  readonly phase: Phase;
  /** Standard deviation of the noise. */
  readonly noise: number;
  /** Points after zero filling, of which `values` are the undamped inner part. */
  readonly points: number;
}

/**
 * Told before each step; may refuse by throwing.
 */
export type BeforeStep = (step: 'transform' | 'phase' | 'baseline') => Promise<void>;

/**
 * Turns an FID into an absorption spectrum with a flat baseline.
 *
 * Only the inner part of the width is kept, as the spectrometer's own software does: towards the
 * edges the receiver's filter damps lines and folds them.
 */
export async function toSpectrum(
  file: JdfFile,
  options: SpectrumOptions,
  beforeStep: BeforeStep,
): Promise<Spectrum> {
  await beforeStep('transform');
  const { spectralWidthHz, groupDelayPoints } = file;
  const weighted = apodize(file.fid, {
    lineBroadeningHz: options.lineBroadeningHz,
    spectralWidthHz,
    timeZero: groupDelayPoints,
  });
  const transformed = await fourier(zeroFill(weighted, options.zeroFill));
  const complex = correctGroupDelay(transformed, groupDelayPoints);
  const points = complex.re.length;
  const edge = Math.round((points / 2) * (1 - file.usableWidthHz / spectralWidthHz));
  const within: Region = { start: edge, end: points - edge };

  await beforeStep('phase');
  const interpolation = points / file.fid.re.length;
  const regions = signalRegions(complex, { within, interpolation });
  const phase = autoPhase(complex, {
    regions,
    expectedP1: 360 * file.deadTimeS * spectralWidthHz,
  });

  await beforeStep('baseline');
  const { values, noise } = correctBaseline(
    applyPhase(complex, phase).re.slice(within.start, within.end),
    regions.map(({ start, end }) => ({ start: start - edge, end: end - edge })),
  );
  return {
    values,
    axis: {
      offsetPpm: file.offsetPpm,
      frequencyMHz: file.frequencyMHz,
      spectralWidthHz: (spectralWidthHz * values.length) / points,
      points: values.length,
    },
    phase,
    noise,
    points,
  };
}

/**
 * Sum of the negative values over the sum of all, both without sign: the quality of the phase.
 */
export function negativePart(values: Float64Array): number {
  let negative = 0;
  let all = 0;
  for (let index = 0; index < values.length; index += 1) {
    const value = at(values, index);
    all += Math.abs(value);
    if (value < 0) negative -= value;
  }
  return all === 0 ? 0 : negative / all;
}

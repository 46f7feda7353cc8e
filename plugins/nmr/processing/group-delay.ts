import { applyPhase } from './phase.ts';
import type { Complex } from './signal.ts';

/**
 * One stage of the receiver's decimating filter.
 */
export interface FilterStage {
  /** Number of coefficients. */
  readonly order: number;
  /** By how much the stage divides the sampling rate. */
  readonly factor: number;
}

/**
 * Delay of a cascade of linear-phase filters, in points of the FID:
 * ½ · Σᵢ (orderᵢ − 1) / ∏ⱼ≥ᵢ factorⱼ.
 *
 * A linear-phase filter of `order` coefficients delays by half of `order − 1` of its input points;
 * the product turns those into points of the last stage's output.
 *
 * @see Moskau, Concepts Magn. Reson. 2002, 15, 164, for digital filters in spectrometers
 */
export function groupDelay(stages: readonly FilterStage[]): number {
  let decimation = 1;
  let delay = 0;
  for (const stage of stages.toReversed()) {
    decimation *= stage.factor;
    delay += (stage.order - 1) / decimation;
  }
  return delay / 2;
}

/**
 * Moves time zero from `delay` points to the first point, fractions included.
 *
 * A shift in time is a phase linear in frequency; the points before time zero go round to the end
 * of the zero-filled FID, where negative times belong.
 */
export function correctGroupDelay(spectrum: Complex, delay: number): Complex {
  return applyPhase(spectrum, { p0: 0, p1: -360 * delay });
}

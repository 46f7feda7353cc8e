import { at, type Complex } from './signal.ts';

/**
 * A phase that is linear in the frequency: p0 at the middle of the spectrum, and p1 from the first
 * to the last point, both in degrees.
 */
export interface Phase {
  readonly p0: number;
  readonly p1: number;
}

/**
 * Rotates every point i of n by −(p0 + p1 · (i/n − ½)).
 */
export function applyPhase(spectrum: Complex, phase: Phase): Complex {
  const points = spectrum.re.length;
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (let index = 0; index < points; index += 1) {
    const angle = (-Math.PI / 180) * (phase.p0 + phase.p1 * (index / points - 0.5));
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    const real = at(spectrum.re, index);
    const imaginary = at(spectrum.im, index);
    re[index] = real * cos - imaginary * sin;
    im[index] = real * sin + imaginary * cos;
  }
  return { re, im };
}

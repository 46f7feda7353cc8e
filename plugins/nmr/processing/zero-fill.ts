import type { Complex } from './signal.ts';

/**
 * Appends zeros up to the first power of two that is at least `factor` times the number of points.
 *
 * A factor of two brings all the information of the FID into the real part of the spectrum.
 *
 * @see Bartholdi & Ernst, J. Magn. Reson. 1973, 11, 9
 */
export function zeroFill(fid: Complex, factor: number): Complex {
  const points = 2 ** Math.ceil(Math.log2(Math.max(2, fid.re.length * factor)));
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  re.set(fid.re);
  im.set(fid.im);
  return { re, im };
}

import { at } from './signal.ts';

/**
 * Smooths a curve by penalised least squares, as Whittaker did.
 *
 * Minimises Σ wᵢ(yᵢ − zᵢ)² + λ Σ(zᵢ − 2zᵢ₊₁ + zᵢ₊₂)² by an LDLᵀ factorisation of the pentadiagonal
 * system; where weights are zero the result goes on as the stiffest curve.
 *
 * @see Eilers, Anal. Chem. 2003, 75, 3631
 */
export function whittaker(
  heights: Float64Array,
  weights: Float64Array,
  lambda: number,
): Float64Array {
  const size = heights.length;
  const [d, e, f] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const z = new Float64Array(size);
  // Coefficients of λ DᵀD, row by row: 1 −2 1, spread over three rows.
  const inner = (index: number): number => (index >= 0 && index < size - 2 ? 1 : 0);
  for (let i = 0; i < size; i += 1) {
    const diagonal = lambda * (inner(i) + 4 * inner(i - 1) + inner(i - 2)) + at(weights, i) + 1e-12;
    const first = lambda * (-2 * inner(i) - 2 * inner(i - 1));
    const second = lambda * inner(i);
    d[i] =
      diagonal -
      orZero(d, i - 1) * orZero(e, i - 1) ** 2 -
      orZero(d, i - 2) * orZero(f, i - 2) ** 2;
    e[i] = (first - orZero(d, i - 1) * orZero(e, i - 1) * orZero(f, i - 1)) / at(d, i);
    f[i] = second / at(d, i);
    z[i] =
      at(weights, i) * at(heights, i) -
      orZero(e, i - 1) * orZero(z, i - 1) -
      orZero(f, i - 2) * orZero(z, i - 2);
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    z[i] = at(z, i) / at(d, i) - at(e, i) * orZero(z, i + 1) - at(f, i) * orZero(z, i + 2);
  }
  return z;
}

function orZero(values: Float64Array, index: number): number {
  return values[index] ?? 0;
}

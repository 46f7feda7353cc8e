import { loadGsd } from '../libraries.ts';
import type { Line } from './measure-line.ts';

/** Lines nearer than this many widths are fitted together, at most so many at once. */
const groupingFactor = 4;
const largestGroup = 12;
/** Points on each side that a fit sees, in widths between the inflection points. */
const reach = 2;
/** A fit counts if it stays this near to what was measured: share of the width, and ratios. */
const plausible = { shift: 0.25, height: 1.2, width: 1.5 } as const;

/**
 * Refines measured lines by fitting pseudo-Voigt shapes, neighbours together, so that the feet of
 * one line do not count for the other.
 *
 * A fit that runs away from the measured line, as happens in crowded multiplets, is not believed:
 * that line stays as measured.
 */
export async function refineLines(values: Float64Array, lines: readonly Line[]): Promise<Line[]> {
  const { optimizePeaks } = await loadGsd();
  const x = Float64Array.from(values, (_, index) => index);
  const fitted = optimizePeaks(
    { x, y: values },
    lines.map((line, order) => ({
      id: String(order),
      x: line.index,
      y: line.height,
      width: line.width / Math.sqrt(3),
      shape: { kind: 'pseudoVoigt' as const, fwhm: line.width, mu: 0.2 },
    })),
    {
      shape: { kind: 'pseudoVoigt' },
      groupingFactor,
      maxNumberOfPeaks: largestGroup,
      factorLimits: reach,
    },
  );
  const refined = [...lines];
  for (const fit of fitted) {
    const order = Number(fit.id);
    const line = lines[order];
    if (line === undefined) continue;
    const next = { index: fit.x, height: fit.y, width: fit.shape.fwhm ?? line.width };
    if (isPlausible(line, next)) refined[order] = next;
  }
  return refined;
}

function isPlausible(measured: Line, fitted: Line): boolean {
  return (
    Math.abs(fitted.index - measured.index) <= plausible.shift * measured.width &&
    isWithin(fitted.height / measured.height, plausible.height) &&
    isWithin(fitted.width / measured.width, plausible.width)
  );
}

function isWithin(ratio: number, factor: number): boolean {
  return ratio >= 1 / factor && ratio <= factor;
}

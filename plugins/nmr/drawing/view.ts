/**
 * A line as far as the view is concerned.
 */
export interface ViewPeak {
  readonly ppm: number;
  readonly intensity: number;
  /** It belongs to the solvent or to the water in it. */
  readonly isSolvent: boolean;
}

/**
 * The part of the axis to draw, and the intensity that fills the height.
 */
export interface View {
  readonly high: number;
  readonly low: number;
  readonly fullScale: number;
}

/** Room beside the outermost lines, as a share of what lies between them and of the whole axis. */
const marginShare = 0.06;
const leastMarginShare = 0.015;
/** An ordinary line shall fill at least this share of the height; stronger ones may be cut. */
const ordinaryShare = 0.12;
/** The strongest line of the substance is cut to no less than this share. */
const leastScale = 0.2;

/**
 * Chooses the view: from the first line to the last with a margin, high enough for the strongest
 * line of the substance, the solvent's left out, or less if that would flatten the ordinary ones.
 */
export function chooseView(
  peaks: readonly ViewPeak[],
  axis: { readonly high: number; readonly low: number },
): View {
  if (peaks.length === 0) return { ...axis, fullScale: 1 };
  const shifts = peaks.map((peak) => peak.ppm);
  const [high, low] = [Math.max(...shifts), Math.min(...shifts)];
  const margin = Math.max(marginShare * (high - low), leastMarginShare * (axis.high - axis.low));

  const own = peaks.filter((peak) => !peak.isSolvent);
  const intensities = (own.length > 0 ? own : peaks)
    .map((peak) => peak.intensity)
    .toSorted((left, right) => left - right);
  const strongest = intensities.at(-1) ?? 1;
  const ordinary = intensities[intensities.length >> 1] ?? strongest;
  return {
    high: Math.min(axis.high, high + margin),
    low: Math.max(axis.low, low - margin),
    fullScale: Math.min(strongest, Math.max(ordinary / ordinaryShare, leastScale * strongest)),
  };
}

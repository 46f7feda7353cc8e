/**
 * The chemical-shift axis of a spectrum.
 */
export interface PpmAxis {
  /** Chemical shift at the middle of the spectrum. */
  readonly offsetPpm: number;
  readonly spectralWidthHz: number;
  /** Frequency of the nucleus, in MHz: Hz per ppm. */
  readonly frequencyMHz: number;
  readonly points: number;
}

/**
 * Chemical shift of a point, whole or fractional: offset − (i − n/2)/n · width / frequency.
 */
export function ppmAt(axis: PpmAxis, index: number): number {
  const { offsetPpm, spectralWidthHz, frequencyMHz, points } = axis;
  return offsetPpm - ((index - points / 2) / points) * (spectralWidthHz / frequencyMHz);
}

/**
 * Fractional index of a chemical shift; the inverse of {@link ppmAt}.
 */
export function indexAt(axis: PpmAxis, ppm: number): number {
  const { offsetPpm, spectralWidthHz, frequencyMHz, points } = axis;
  return points / 2 - ((ppm - offsetPpm) * frequencyMHz * points) / spectralWidthHz;
}

/**
 * Distance of two points, in Hz.
 */
export function hertzPerPoint(axis: PpmAxis): number {
  return axis.spectralWidthHz / axis.points;
}

import { shiftText } from './nucleus-style.ts';
import { spread } from './spread.ts';

/**
 * A line in the picture.
 */
export interface DrawnPeak {
  readonly ppm: number;
  readonly intensity: number;
  /** Horizontal place, in pixels. */
  readonly x: number;
  /** What the line belongs to, such as the solvent. */
  readonly name?: string | undefined;
}

/**
 * A label above the spectrum, with the place of what it names.
 */
export interface PeakLabel {
  readonly text: string;
  /** Where the multiplet is. */
  readonly x: number;
  /** Where the label is. */
  readonly labelX: number;
  readonly name: string | undefined;
}

/**
 * How labels are made.
 */
export interface PeakLabelOptions {
  readonly decimals: number;
  /** Lines that follow each other within this distance are one multiplet. */
  readonly multipletPpm: number;
  /** Room that a label takes, in pixels. */
  readonly pitch: number;
  readonly from: number;
  readonly to: number;
}

/** Lines weaker than this share of their multiplet's strongest do not move its centre. */
const centreShare = 0.25;
/** A multiplet weaker than this share of another that its label would touch gets none. */
const minorShare = 0.1;

/**
 * Labels the multiplets from left to right: at the centre of gravity of their lines, moved sideways
 * until none covers another. Minor lines at the foot of major ones have none, and if there is no room
 * for all labels, the weakest go.
 *
 * Lines of the same name, such as a solvent's, share a label wherever they are.
 */
export function peakLabels(peaks: readonly DrawnPeak[], options: PeakLabelOptions): PeakLabel[] {
  const groups: DrawnPeak[][] = [];
  for (const peak of peaks.toSorted((left, right) => left.x - right.x)) {
    const group = groups.findLast((candidate) => candidate[0]?.name === peak.name);
    const last = group?.at(-1);
    const isSame =
      last !== undefined &&
      (peak.name !== undefined || Math.abs(last.ppm - peak.ppm) <= options.multipletPpm);
    if (group !== undefined && isSame) group.push(peak);
    else groups.push([peak]);
  }
  const room = Math.max(1, Math.floor((options.to - options.from) / options.pitch));
  const multiplets = groups
    .map(centre)
    .filter((multiplet, _, all) => !isMinor(multiplet, all, options.pitch))
    .toSorted((left, right) => right.intensity - left.intensity)
    .slice(0, room)
    .toSorted((left, right) => left.x - right.x);
  const places = spread(
    multiplets.map((multiplet) => multiplet.x),
    options.pitch,
    options,
  );
  return multiplets.map(({ ppm, x, name }, order) => ({
    text: shiftText(ppm, options.decimals),
    x,
    labelX: places[order] ?? x,
    name,
  }));
}

function isMinor(multiplet: DrawnPeak, all: readonly DrawnPeak[], pitch: number): boolean {
  return all.some(
    (other) =>
      Math.abs(other.x - multiplet.x) < pitch && multiplet.intensity < minorShare * other.intensity,
  );
}

function centre(group: readonly DrawnPeak[]): DrawnPeak {
  const strongest = Math.max(...group.map((peak) => peak.intensity));
  const lines = group.filter((peak) => peak.intensity >= centreShare * strongest);
  const total = lines.reduce((sum, peak) => sum + peak.intensity, 0);
  const mean = (pick: (peak: DrawnPeak) => number): number =>
    lines.reduce((sum, peak) => sum + pick(peak) * peak.intensity, 0) / total;
  return {
    ppm: mean((peak) => peak.ppm),
    x: mean((peak) => peak.x),
    intensity: strongest,
    name: group[0]?.name,
  };
}

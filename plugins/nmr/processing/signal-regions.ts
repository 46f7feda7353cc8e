import { at, type Complex } from './signal.ts';
import { medianOf } from './noise.ts';

/**
 * A stretch of points, `end` excluded.
 */
export interface Region {
  readonly start: number;
  readonly end: number;
}

/**
 * Where to look for lines, and how much room to leave around them.
 */
export interface SignalRegionOptions {
  /** Only points inside are looked at and returned. */
  readonly within: Region;
  /** Points of the spectrum per point of the FID. */
  readonly interpolation: number;
}

/** A complex difference this many times the median is no noise: one false alarm in 10⁷ points. */
const threshold = 5;
/** Half the distance over which the difference is taken, in FID points. */
const lagPoints = 1.5;
/** Room beside a point at the threshold, in FID points, and the most beside strong ones. */
const margin = { least: 15, most: 120 } as const;

/**
 * Finds the stretches that hold lines, whatever their phase.
 *
 * It looks at the magnitude of the spectrum's difference over a short distance, because the
 * dispersive wings that make the magnitude itself useless fall off twice as fast there. The room
 * around a line grows with the root of its strength, as the reach of its wings does.
 *
 * @see Cobas, Bernstein, Martín-Pastor & Tahoces, J. Magn. Reson. 2006, 183, 145, who detect
 * signals in the power of a derivative for the same reason
 */
export function signalRegions(spectrum: Complex, options: SignalRegionOptions): Region[] {
  const { within, interpolation } = options;
  const { re, im } = spectrum;
  const lag = Math.max(1, Math.round(lagPoints * interpolation));
  const length = Math.max(0, within.end - within.start);
  const difference = new Float64Array(length);
  for (let offset = lag; offset < length - lag; offset += 1) {
    const index = within.start + offset;
    difference[offset] = Math.hypot(
      at(re, index + lag) - at(re, index - lag),
      at(im, index + lag) - at(im, index - lag),
    );
  }
  const limit = threshold * medianOf(difference);
  const isSignal = new Uint8Array(length);
  for (const [offset, value] of difference.entries()) {
    if (value <= limit) continue;
    const reach = Math.min(margin.most, margin.least * Math.sqrt(value / limit)) * interpolation;
    isSignal.fill(1, Math.max(0, Math.floor(offset - reach)), Math.ceil(offset + reach) + 1);
  }
  return runs(isSignal).map(({ start, end }) => ({
    start: within.start + start,
    end: within.start + end,
  }));
}

function runs(flags: Uint8Array): Region[] {
  const regions: Region[] = [];
  for (let start = flags.indexOf(1); start !== -1;) {
    const stop = flags.indexOf(0, start);
    const end = stop === -1 ? flags.length : stop;
    regions.push({ start, end });
    start = flags.indexOf(1, end);
  }
  return regions;
}

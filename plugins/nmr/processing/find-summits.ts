import { at } from './signal.ts';

/**
 * The top of a line, in points.
 */
export interface Summit {
  readonly index: number;
  readonly height: number;
  /** Where the line ends on each side: the lowest point before the next summit. */
  readonly left: number;
  readonly right: number;
}

/**
 * What a maximum must have to count as a line.
 */
export interface SummitOptions {
  readonly leastHeight: number;
  /** How far it must rise above the saddles to its higher neighbours. */
  readonly leastProminence: number;
  /** The same as a share of the maximum's own height. */
  readonly leastRelativeProminence: number;
}

/**
 * Finds the maxima that rise far enough above the saddles around them, in axis order.
 *
 * Prominence, unlike height, tells a line from noise that rides on the flank of another.
 */
export function findSummits(values: Float64Array, options: SummitOptions): Summit[] {
  const tops: number[] = [];
  for (let index = 1; index < values.length - 1; index += 1) {
    const height = at(values, index);
    if (height < options.leastHeight) continue;
    if (height < at(values, index - 1) || height <= at(values, index + 1)) continue;
    const least = Math.max(options.leastProminence, options.leastRelativeProminence * height);
    if (height - saddle(values, index, -1) < least) continue;
    if (height - saddle(values, index, 1) < least) continue;
    tops.push(index);
  }
  return tops.map((index, order) => ({
    index,
    height: at(values, index),
    left: lowest(values, tops[order - 1] ?? 0, index),
    right: lowest(values, index, tops[order + 1] ?? values.length - 1),
  }));
}

/** The lowest value on the way to the first higher point, or to the end. */
function saddle(values: Float64Array, index: number, step: 1 | -1): number {
  const height = at(values, index);
  let depth = height;
  for (let place = index + step; place >= 0 && place < values.length; place += step) {
    const value = at(values, place);
    if (value > height) break;
    if (value < depth) depth = value;
  }
  return depth;
}

function lowest(values: Float64Array, start: number, end: number): number {
  let place = start;
  for (let index = start; index <= end; index += 1) {
    if (at(values, index) < at(values, place)) place = index;
  }
  return place;
}

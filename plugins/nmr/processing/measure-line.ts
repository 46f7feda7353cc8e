import type { Summit } from './find-summits.ts';
import { at } from './signal.ts';

/**
 * A line: position as fractional index, height, and full width at half height in points.
 */
export interface Line {
  readonly index: number;
  readonly height: number;
  readonly width: number;
}

/**
 * Measures a line as it stands: the top by a parabola through three points, the width where its
 * sides fall to half the height.
 *
 * A side that meets its neighbour before that is taken for a Lorentzian, whose distance d at height
 * y gives the width 2d/√(h/y − 1); the steeper side then counts, because the other carries the
 * neighbour's foot too.
 */
export function measureLine(values: Float64Array, summit: Summit): Line {
  const before = at(values, summit.index - 1);
  const after = at(values, summit.index + 1);
  const bend = before - 2 * summit.height + after;
  const shift = bend < 0 ? (before - after) / (2 * bend) : 0;
  const index = summit.index + shift;
  const height = summit.height - ((before - after) * shift) / 4;

  const left = side(values, { ...summit, index, height }, -1);
  const right = side(values, { ...summit, index, height }, 1);
  const width =
    left.isWhole === right.isWhole && left.isWhole
      ? (left.width + right.width) / 2
      : Math.min(left.width, right.width);
  return { index, height, width: Math.max(width, 1) };
}

interface Side {
  readonly width: number;
  /** The side falls to half the height before it meets its neighbour. */
  readonly isWhole: boolean;
}

function side(values: Float64Array, summit: Summit, step: 1 | -1): Side {
  const half = summit.height / 2;
  const end = step === 1 ? summit.right : summit.left;
  let place = Math.round(summit.index);
  while (place !== end && at(values, place) > half) place += step;
  const value = at(values, place);
  if (value <= half) {
    const inside = at(values, place - step);
    const share = inside > value ? (inside - half) / (inside - value) : 0;
    return { width: 2 * Math.abs(place - step + step * share - summit.index), isWhole: true };
  }
  const distance = Math.abs(place - summit.index);
  const ratio = summit.height / value - 1;
  return {
    width: ratio > 0 ? (2 * distance) / Math.sqrt(ratio) : Number.POSITIVE_INFINITY,
    isWhole: false,
  };
}

/**
 * Maps a spectrum into the picture.
 */
export interface TraceOptions {
  /** First and last index to draw. */
  readonly from: number;
  readonly to: number;
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  /** Width of a column, in pixels, in which only the lowest and highest point are drawn. */
  readonly columnWidth: number;
}

/**
 * Writes the path of a spectrum with at most two points a column, its lowest and its highest in
 * their order, so that no line is lost however many points there are.
 */
export function tracePath(values: Float64Array, options: TraceOptions): string {
  const { from, to, x, y, columnWidth } = options;
  const parts: string[] = [];
  const put = (index: number): void => {
    const point = `${x(index).toFixed(1)} ${y(values[index] ?? 0).toFixed(1)}`;
    parts.push(`${parts.length === 0 ? 'M' : 'L'}${point}`);
  };
  let index = from;
  while (index <= to) {
    const column = Math.floor(x(index) / columnWidth);
    let [lowest, highest] = [index, index];
    for (; index <= to && Math.floor(x(index) / columnWidth) === column; index += 1) {
      const value = values[index] ?? 0;
      if (value < (values[lowest] ?? 0)) lowest = index;
      if (value > (values[highest] ?? 0)) highest = index;
    }
    put(Math.min(lowest, highest));
    if (lowest !== highest) put(Math.max(lowest, highest));
  }
  return parts.join('');
}

import { at } from './signal.ts';

/**
 * Two variables.
 */
export type Pair = readonly [number, number];

interface Vertex {
  readonly point: Pair;
  readonly value: number;
}

/**
 * Where to start, how far to step at first, and when to stop.
 */
export interface NelderMeadOptions {
  readonly start: Pair;
  readonly step: Pair;
  /** Stop once the simplex is smaller than this in both variables. */
  readonly tolerance: number;
  readonly maxIterations: number;
}

/**
 * Minimises a function of two variables without derivatives, by the downhill simplex.
 *
 * @see Nelder & Mead, Comput. J. 1965, 7, 308
 */
export function nelderMead(cost: (point: Pair) => number, options: NelderMeadOptions): Pair {
  const { start, step } = options;
  const vertex = (point: Pair): Vertex => ({ point, value: cost(point) });
  let [best, middle, worst] = inOrder([
    vertex(start),
    vertex([start[0] + step[0], start[1]]),
    vertex([start[0], start[1] + step[1]]),
  ]);
  for (let iteration = 0; iteration < options.maxIterations; iteration += 1) {
    if (extent([best, middle, worst]) < options.tolerance) break;
    const centre = between(best.point, middle.point, 0.5);
    const reflected = vertex(between(worst.point, centre, 2));
    let next: Vertex | undefined;
    if (reflected.value < best.value) {
      const expanded = vertex(between(worst.point, centre, 3));
      next = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < middle.value) {
      next = reflected;
    } else {
      const outside = reflected.value < worst.value;
      const contracted = vertex(between(worst.point, centre, outside ? 1.5 : 0.5));
      if (contracted.value < Math.min(reflected.value, worst.value)) next = contracted;
    }
    [best, middle, worst] = inOrder(
      next === undefined
        ? [
            best,
            vertex(between(best.point, middle.point, 0.5)),
            vertex(between(best.point, worst.point, 0.5)),
          ]
        : [best, middle, next],
    );
  }
  return best.point;
}

function inOrder(vertices: [Vertex, Vertex, Vertex]): [Vertex, Vertex, Vertex] {
  return vertices.toSorted((left, right) => left.value - right.value) as typeof vertices;
}

function between(from: Pair, to: Pair, share: number): Pair {
  return [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
}

function extent(vertices: readonly Vertex[]): number {
  return Math.max(
    ...[0, 1].map((axis) => {
      const values = vertices.map((vertex) => at(vertex.point, axis));
      return Math.max(...values) - Math.min(...values);
    }),
  );
}

import type { Complex } from '../../../plugins/nmr/processing/signal.ts';

/** A Lorentzian line of a made-up FID. */
export interface SyntheticLine {
  /** Distance from the carrier; positive ones lie to the right, at lower shift. */
  readonly hz: number;
  readonly widthHz: number;
  readonly amplitude: number;
}

export interface SyntheticOptions {
  readonly points: number;
  readonly spectralWidthHz: number;
  readonly lines: readonly SyntheticLine[];
  /** Index of time zero, fractions included. */
  readonly delay?: number;
  /** Phase of all lines, in degrees. */
  readonly phase?: number;
  /** Standard deviation of the noise in each part of a point. */
  readonly noise?: number;
}

/** An FID with exactly known lines; the noise is the same each time. */
export function syntheticFid(options: SyntheticOptions): Complex {
  const { points, spectralWidthHz, lines, delay = 0, phase = 0, noise = 0 } = options;
  const random = seededNormal();
  const re = new Float64Array(points);
  const im = new Float64Array(points);
  for (let index = Math.ceil(delay); index < points; index += 1) {
    const time = (index - delay) / spectralWidthHz;
    for (const { hz, widthHz, amplitude } of lines) {
      const size = amplitude * Math.exp(-Math.PI * widthHz * time);
      const angle = 2 * Math.PI * hz * time + (Math.PI / 180) * phase;
      re[index] = (re[index] ?? 0) + size * Math.cos(angle);
      im[index] = (im[index] ?? 0) + size * Math.sin(angle);
    }
  }
  return {
    re: re.map((value) => value + noise * random()),
    im: im.map((value) => value + noise * random()),
  };
}

/** Normally distributed numbers from a fixed seed. */
export function seededNormal(seed = 1): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** A sum of absorption Lorentzians over the point index. */
export function lorentzians(
  points: number,
  lines: readonly { readonly index: number; readonly width: number; readonly height: number }[],
): Float64Array {
  return new Float64Array(points).map((_, place) =>
    lines.reduce(
      (sum, { index, width, height }) =>
        sum + height / (1 + (2 * (place - index)) ** 2 / width ** 2),
      0,
    ),
  );
}

/** The index of the highest value. */
export function indexOfHighest(values: Float64Array): number {
  return values.reduce((best, value, index) => (value > (values[best] ?? 0) ? index : best), 0);
}

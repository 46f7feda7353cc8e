/**
 * Marks of an axis from high to low.
 */
export interface Ticks {
  readonly major: readonly number[];
  readonly minor: readonly number[];
  /** Decimals that tell the major ones apart. */
  readonly decimals: number;
}

/**
 * Chooses marks at 1, 2 or 5 times a power of ten, about `count` major ones, with minor ones
 * between them.
 */
export function axisTicks(high: number, low: number, count: number): Ticks {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const [factor, parts] = (
    [
      [1, 5],
      [2, 4],
      [5, 5],
      [10, 5],
    ] as const
  ).find(([candidate]) => candidate * power >= rough * 0.999) ?? [10, 5];
  const step = factor * power;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const marks = (distance: number): number[] => {
    const first = Math.floor(high / distance + 1e-9);
    const last = Math.ceil(low / distance - 1e-9);
    return Array.from({ length: first - last + 1 }, (_, order) =>
      Number(((first - order) * distance).toFixed(decimals + 2)),
    );
  };
  const major = marks(step);
  const isMajor = new Set(major);
  return { major, minor: marks(step / parts).filter((mark) => !isMajor.has(mark)), decimals };
}

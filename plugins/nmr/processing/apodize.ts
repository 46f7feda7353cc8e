import type { Complex } from './signal.ts';

/**
 * What the window needs to know about the FID.
 */
export interface ApodizeOptions {
  /** Width in Hz that every line gains at half height. */
  readonly lineBroadeningHz: number;
  /** Points per second: the distance of two complex points is 1 / this width. */
  readonly spectralWidthHz: number;
  /** Index of time zero: the group delay of the digital filter, in points. */
  readonly timeZero: number;
}

/** Share of the FID, at its end, over which a cosine lets it fade. */
const taperShare = 0.5;

/**
 * Weights the FID with exp(−π · LB · |t|), which broadens each Lorentzian by LB Hz, and lets its
 * end fade, so that lines that outlast the acquisition get no ripples at their feet.
 *
 * Time is counted from the filter's group delay, so that the points before it, which belong to
 * negative times, are not weighted up.
 *
 * @see Ernst, Adv. Magn. Reson. 1966, 2, 1, for the exponential, and Harris, Proc. IEEE 1978, 66,
 * 51, for the cosine taper (Tukey window)
 */
export function apodize(fid: Complex, options: ApodizeOptions): Complex {
  const rate = (Math.PI * options.lineBroadeningHz) / options.spectralWidthHz;
  const points = fid.re.length;
  const plateau = points * (1 - taperShare);
  const weigh = (value: number, index: number): number => {
    const fade =
      index <= plateau
        ? 1
        : Math.cos((Math.PI / 2) * ((index - plateau) / (points - plateau))) ** 2;
    return value * fade * Math.exp(-rate * Math.abs(index - options.timeZero));
  };
  return { re: fid.re.map(weigh), im: fid.im.map(weigh) };
}

import { loadSpectraProcessing } from '../libraries.ts';
import { at, type Complex } from './signal.ts';

/**
 * Transforms an FID of 2ᵏ points into a spectrum whose point i lies (i − n/2)/n · width above the
 * carrier, in the sense of rotation that the spectrometer recorded.
 *
 * The first point is halved: the sum of the discrete transform counts it twice compared with the
 * integral it stands for, which would lift the whole baseline.
 *
 * @see Otting, Widmer, Wagner & Wüthrich, J. Magn. Reson. 1986, 66, 187, for the first point
 */
export async function fourier(fid: Complex): Promise<Complex> {
  const { reimFFT } = await loadSpectraProcessing();
  const re = fid.re.slice();
  const im = fid.im.slice();
  re[0] = at(re, 0) / 2;
  im[0] = at(im, 0) / 2;
  return reimFFT({ re, im }, { applyZeroShift: true });
}

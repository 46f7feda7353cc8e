const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/**
 * How spectra of a nucleus are usually labelled.
 */
export interface NucleusStyle {
  /** The nucleus with its mass raised: ¹³C. */
  readonly label: string;
  /** Decimals of a shift. */
  readonly decimals: number;
  /**
   * Distance, in Hz, up to which neighbouring lines are taken for one multiplet; nuclei that are
   * usually recorded decoupled from protons have none.
   */
  readonly multipletHz: number;
}

/**
 * Looks up how a nucleus is labelled.
 */
export function nucleusStyle(nucleus: string): NucleusStyle {
  const label = nucleus.replace(/^\d+/, (mass) =>
    mass.replaceAll(/\d/g, (digit) => superscripts.charAt(Number(digit))),
  );
  const isCoupled = nucleus === '1H' || nucleus === '19F';
  return { label, decimals: nucleus === '13C' ? 1 : 2, multipletHz: isCoupled ? 17 : 0 };
}

/**
 * Writes a shift with the true minus sign, and zero without any.
 */
export function shiftText(ppm: number, decimals: number): string {
  const text = ppm.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

/**
 * The line by which a solvent is known in the spectrum of one nucleus.
 */
export interface SolventLine {
  readonly ppm: number;
  /**
   * Distance of its components (coupling to deuterium) and the height of those next to the middle
   * one, relative to it; a singlet has none.
   */
  readonly splitting?: { readonly hertz: number; readonly ratio: number };
}

/**
 * A deuterated solvent.
 */
export interface Solvent {
  /** As chemists write it. */
  readonly label: string;
  readonly lines: Readonly<Partial<Record<string, SolventLine>>>;
  /** ¹H shift of dissolved water. */
  readonly waterPpm?: number;
}

const triplet = (ppm: number, hertz: number): SolventLine => ({
  ppm,
  splitting: { hertz, ratio: 1 },
});
const quintet = (ppm: number, hertz: number): SolventLine => ({
  ppm,
  splitting: { hertz, ratio: 2 / 3 },
});
const septet = (ppm: number, hertz: number): SolventLine => ({
  ppm,
  splitting: { hertz, ratio: 6 / 7 },
});

/**
 * Shifts from Fulmer et al., Organometallics 2010, 29, 2176, tables 1 and 2; couplings to deuterium
 * rounded from the data charts that solvent suppliers print.
 */
const solvents: readonly (Solvent & { readonly names: RegExp })[] = [
  {
    label: 'DMSO-d₆',
    names: /^(dmso|dimethylsulfoxide|dimethylsulphoxide|cd32so)/,
    lines: { '1H': quintet(2.5, 1.9), '13C': septet(39.52, 21) },
    waterPpm: 3.33,
  },
  {
    label: 'CDCl₃',
    names: /^(chloroform|cdcl3)/,
    lines: { '1H': { ppm: 7.26 }, '13C': triplet(77.16, 32) },
    waterPpm: 1.56,
  },
  {
    label: 'CD₂Cl₂',
    names: /^(dichloromethane|methylenechloride|methylenedichloride|cd2cl2)/,
    lines: { '1H': triplet(5.32, 1.1), '13C': quintet(53.84, 27) },
    waterPpm: 1.52,
  },
  {
    label: 'CD₃OD',
    names: /^(methanol|meoh|meod|cd3od)/,
    lines: { '1H': quintet(3.31, 1.7), '13C': septet(49, 21.4) },
    waterPpm: 4.87,
  },
  {
    label: 'acetone-d₆',
    names: /^(acetone|cd32co)/,
    lines: { '1H': quintet(2.05, 2.2), '13C': septet(29.84, 19.4) },
    waterPpm: 2.84,
  },
  {
    label: 'CD₃CN',
    names: /^(acetonitrile|cd3cn|mecn)/,
    lines: { '1H': quintet(1.94, 2.5), '13C': septet(1.32, 21) },
    waterPpm: 2.13,
  },
  {
    label: 'C₆D₆',
    names: /^(benzene|c6d6)/,
    lines: { '1H': { ppm: 7.16 }, '13C': triplet(128.06, 24.3) },
    waterPpm: 0.4,
  },
  {
    label: 'toluene-d₈',
    names: /^(toluene|c7d8)/,
    lines: { '1H': quintet(2.08, 2.3), '13C': septet(20.43, 19) },
    waterPpm: 0.43,
  },
  {
    label: 'THF-d₈',
    names: /^(thf|tetrahydrofuran)/,
    lines: { '1H': { ppm: 1.72 }, '13C': quintet(67.21, 22) },
    waterPpm: 2.46,
  },
  { label: 'D₂O', names: /^(d2o|deuteriumoxide|water|h2o)/, lines: { '1H': { ppm: 4.79 } } },
];

/**
 * Looks a solvent up by any of its usual names, also cut short as file headers do.
 */
export function findSolvent(name: string): Solvent | undefined {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
  return solvents.find((solvent) => solvent.names.test(plain));
}

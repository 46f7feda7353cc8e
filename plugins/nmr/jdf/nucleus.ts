import { elementSymbol } from './elements.ts';

/** Names that say the isotope without a number. */
const namedIsotopes: ReadonlyMap<string, string> = new Map([
  ['proton', '1H'],
  ['protium', '1H'],
  ['deuterium', '2H'],
  ['d', '2H'],
  ['tritium', '3H'],
  ['t', '3H'],
]);

/** The isotope meant when a file gives only the element. */
const usualMass: ReadonlyMap<string, number> = new Map([
  ['H', 1],
  ['C', 13],
  ['N', 15],
  ['F', 19],
  ['Na', 23],
  ['Al', 27],
  ['Si', 29],
  ['P', 31],
]);

/**
 * Writes a nucleus as mass and symbol: `Proton`, `H1` and `1H` become `1H`, `Fluorine19` becomes
 * `19F`. A name it does not know is returned as it is.
 */
export function normaliseNucleus(name: string): string {
  const text = name.trim();
  const named = namedIsotopes.get(text.toLowerCase());
  if (named !== undefined) return named;
  const parts = /^(\d*)[\s_^-]*([a-z]+)[\s_^-]*(\d*)$/i.exec(text);
  const symbol = elementSymbol(parts?.[2] ?? '');
  if (symbol === undefined) return text;
  const mass = parts?.[1] || parts?.[3] || usualMass.get(symbol);
  return mass === undefined ? text : `${mass}${symbol}`;
}

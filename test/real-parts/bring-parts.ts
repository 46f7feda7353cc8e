import { installPackages } from './install-packages.ts';
import type { Machine } from './install-packages.ts';
import { missingParts } from './missing-parts.ts';
import type { RealPart } from './parts.ts';
import { suitesWith } from './suites.ts';

/** Parts that could not be had, each with the reason. */
export type MissingParts = Readonly<Record<string, string>>;

/** What {@link bringParts} works with. */
export interface BringOptions {
  readonly parts: readonly RealPart[];
  readonly machine: Machine;
  readonly say: (line: string) => void;
}

const packagesOf = (parts: readonly RealPart[]): readonly string[] => [
  ...new Set(parts.flatMap(({ packages }) => packages)),
];

const namesOf = (parts: readonly RealPart[]): string => parts.map(({ name }) => name).join(', ');

/**
 * Installs the parts that tests talk to and that are missing, and gives those that could not be had.
 * Their suites are skipped by name; where `CI` is `true` that is an error.
 */
export async function bringParts({ parts, machine, say }: BringOptions): Promise<MissingParts> {
  const wanted = await missingParts(parts);
  if (wanted.length === 0) return {};
  const packages = packagesOf(wanted);
  say(`The tests talk to ${namesOf(wanted)}: apt-get installs ${packages.join(' ')}`);
  const reason = await installPackages(packages, machine);
  const missing = await missingParts(wanted);
  if (missing.length === 0) return {};
  const why = reason ?? 'it is not there after apt-get has installed it';
  const command = `apt-get install ${packagesOf(missing).join(' ')}`;
  if (machine.env['CI'] === 'true') {
    throw new Error(`CI needs ${namesOf(missing)}, but ${why}. Run as root: ${command}`);
  }
  say(`${namesOf(missing)} missing: ${why}. To run these suites too, run as root: ${command}`);
  for (const { name } of missing) {
    for (const suite of suitesWith(name)) say(`skipped without ${name}: ${suite}`);
  }
  return Object.fromEntries(missing.map(({ name }) => [name, why]));
}

import { readFileSync, writeFileSync } from 'node:fs';
import { lintOverrides } from '../../test/support/floors.ts';

/** Writes the table of rooms and floors into the linter's configuration. */
const path = '.oxlintrc.json';
const configuration = JSON.parse(readFileSync(path, 'utf8')) as {
  overrides: { rules: Record<string, unknown> }[];
};
const others = configuration.overrides.filter(({ rules }) => !('no-restricted-imports' in rules));
writeFileSync(
  path,
  `${JSON.stringify({ ...configuration, overrides: [...others, ...lintOverrides()] }, null, 2)}\n`,
);

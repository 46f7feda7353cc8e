/**
 * Compares what Stately's open extractor reads in the machines' files, without running them, with
 * the machines that run. Needs `npm run build` in the root and `npm ci` here.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extractMachinesFromFile } from '@xstate/machine-extractor';

const root = new URL('../../', import.meta.url);
const load = (path) => import(new URL(path, root).href);
const { createMachine } = createRequire(root)('xstate');
const { machineJson } = await load('dist/src/inspect/machine-json.js');
const { machines } = await load('dist/src/inspect/machines.js');

/** The extractor speaks XState 4: `cond` is a guard, and a named thing is wrapped in its kind. */
function inXState5(value) {
  if (Array.isArray(value)) return value.map(inXState5);
  if (typeof value !== 'object' || value === null) return value;
  if (value.kind === 'named' && value.action !== undefined) return value.action;
  const { kind: _kind, cond, context: _context, ...rest } = value;
  const fields = Object.entries({ ...rest, ...(cond && { guard: cond }) });
  return Object.fromEntries(fields.map(([key, item]) => [key, inXState5(item)]));
}

/** XState 4 has no `reenter`, so the extractor passes it over; our own static test compares it. */
const shape = (machine) =>
  JSON.parse(
    JSON.stringify(machineJson(machine), (key, item) => (key === 'reenter' ? undefined : item)),
  );

for (const [name, machine] of Object.entries(machines)) {
  const file = `machines/${name}.machine.ts`;
  const read = extractMachinesFromFile(readFileSync(new URL(file, root), 'utf8'));
  assert.equal(read?.machines.length, 1, `${file}: one machine is to be found`);
  const seen = shape(createMachine(inXState5(read.machines[0].toConfig())));
  assert.deepEqual(seen, shape(machine), `${file}: what tools read is not what runs`);
}
process.stdout.write(
  `${Object.keys(machines).length} machines read alike by Stately's extractor\n`,
);

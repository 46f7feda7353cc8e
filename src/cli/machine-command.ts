import { machineJson } from '../inspect/machine-json.ts';
import { machines } from '../inspect/machines.ts';
import { mermaidOf } from '../inspect/mermaid.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Options of `runstate machine`. */
export interface MachineOptions {
  readonly format?: string;
  readonly json?: boolean;
}

/** Prints a state machine's definition or drawing, or the names of all. */
export function machineCommand(
  name: string | undefined,
  { format, json }: MachineOptions,
  terminal: Terminal,
): number {
  const names = Object.keys(machines);
  if (name === undefined) {
    if (format === 'mermaid') throw new UsageError(`name a machine: ${names.join(', ')}`);
    if (json === true || format === 'json') terminal.json(names);
    else terminal.result(names.join('\n'));
    return 0;
  }
  const machine = machines[name];
  if (machine === undefined) {
    throw new UsageError(`there is no machine \`${name}\`; there are ${names.join(', ')}`);
  }
  if (json === true) {
    terminal.json(format === 'mermaid' ? mermaidOf(machine) : machineJson(machine));
    return 0;
  }
  terminal.result(
    format === 'mermaid' ? mermaidOf(machine) : JSON.stringify(machineJson(machine), null, 2),
  );
  return 0;
}

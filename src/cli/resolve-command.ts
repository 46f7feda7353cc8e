import type { Resolution } from '../engine/engine.ts';
import type { Cli } from './cli.ts';
import { cliActor } from './cli-actor.ts';
import { closeEngine } from './close-engine.ts';
import { tellOfTask, tellResult } from './follow-task.ts';
import { countOf } from './numbers.ts';
import { openEngine } from './open-engine.ts';
import { readInput } from './read-input.ts';
import { existingStore } from './store-file.ts';
import type { StoreOptions } from './store-file.ts';
import { UsageError } from './usage-error.ts';

/** What may be said of a task in doubt. */
export const resolutions = [
  'rerun',
  'completed',
  'failed',
] as const satisfies readonly Resolution[];

const isResolution = (value: string): value is Resolution =>
  resolutions.some((known) => known === value);

/** Options of `runstate resolve`. */
export interface ResolveCommandOptions extends StoreOptions {
  readonly plugins: readonly string[];
  readonly json?: boolean;
  readonly workdir?: string;
  readonly results?: string;
  readonly reason: string;
  readonly output?: string;
}

/**
 * Says what became of a task that a crash left in doubt. One that is run again is followed to its
 * end; otherwise the exit code says only that the answer was taken.
 */
export async function resolveCommand(
  idText: string,
  as: string,
  options: ResolveCommandOptions,
  cli: Cli,
): Promise<number> {
  const id = countOf('id', idText);
  if (!isResolution(as)) {
    throw new UsageError(`a task is resolved as ${resolutions.join(', ')}, got ${as}`);
  }
  const { output: given, reason } = options;
  const asJson = options.json === true;
  const output = given === undefined ? {} : { output: await readInput(given, cli.process.stdin) };
  const store = existingStore(options, cli.process.env);
  const engine = await openEngine({ ...options, store }, cli);
  try {
    const handle = await engine.tasks.resolve(id, as, { by: cliActor(), reason, ...output });
    if (as === 'rerun') {
      return await tellOfTask({ ...cli, engine, handle, isDurable: true }, asJson);
    }
    tellResult(await handle.result(), asJson, cli);
    return 0;
  } finally {
    await closeEngine(engine, true, cli.terminal);
  }
}

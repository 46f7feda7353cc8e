import type { Cli } from './cli.ts';
import { cliActor } from './cli-actor.ts';
import { closeEngine } from './close-engine.ts';
import { tellOfTask } from './follow-task.ts';
import { countOf } from './numbers.ts';
import { openEngine } from './open-engine.ts';
import { readInput } from './read-input.ts';
import { existingStore } from './store-file.ts';
import type { StoreOptions } from './store-file.ts';

/** Options of `runstate rerun`. */
export interface RerunCommandOptions extends StoreOptions {
  readonly plugins: readonly string[];
  readonly json?: boolean;
  readonly workdir?: string;
  readonly results?: string;
  readonly input?: string;
  readonly reason?: string;
}

/** Runs a stored task's work again, as a new task, and tells how it went. */
export async function rerunCommand(
  idText: string,
  options: RerunCommandOptions,
  cli: Cli,
): Promise<number> {
  const id = countOf('id', idText);
  const { input: given, reason } = options;
  const input = given === undefined ? {} : { input: await readInput(given, cli.process.stdin) };
  const store = existingStore(options, cli.process.env);
  const engine = await openEngine({ ...options, store }, cli);
  try {
    const handle = await engine.tasks.rerun(id, { by: cliActor(), reason, ...input });
    cli.terminal.say(`task ${handle.id} runs the work of task ${id} again`);
    return await tellOfTask({ ...cli, engine, handle, isDurable: true }, options.json === true);
  } finally {
    await closeEngine(engine, true, cli.terminal);
  }
}

import type { SubmitOptions } from '../engine/submission.ts';
import type { Cli } from './cli.ts';
import { cliActor } from './cli-actor.ts';
import { closeEngine } from './close-engine.ts';
import { tellOfTask } from './follow-task.ts';
import { numberOf } from './numbers.ts';
import { openEngine } from './open-engine.ts';
import { readInput } from './read-input.ts';
import { storeFile } from './store-file.ts';
import type { StoreOptions } from './store-file.ts';

/** Options of `runstate run`. */
export interface RunOptions extends StoreOptions {
  readonly plugins: readonly string[];
  readonly json?: boolean;
  readonly workdir?: string;
  readonly results?: string;
  readonly timeoutMs?: string;
  readonly retries?: string;
  readonly graceMs?: string;
}

/** Runs one task to its end and tells how it went. */
export async function runCommand(
  plugin: string,
  given: string | undefined,
  options: RunOptions,
  cli: Cli,
): Promise<number> {
  const input = await readInput(given, cli.process.stdin);
  const submission = submissionOf(options);
  const store = storeFile(options, cli.process.env);
  const engine = await openEngine({ ...options, store }, cli);
  const isDurable = store !== null;
  try {
    const handle = engine.submit(plugin, input, submission);
    const { graceMs } = submission;
    const followed = { ...cli, engine, handle, isDurable, graceMs };
    return await tellOfTask(followed, options.json === true);
  } finally {
    await closeEngine(engine, isDurable, cli.terminal);
  }
}

function submissionOf({ timeoutMs, retries, graceMs }: RunOptions): SubmitOptions {
  return {
    by: cliActor(),
    ...(timeoutMs === undefined ? {} : { timeoutMs: numberOf('--timeout-ms', timeoutMs) }),
    ...(retries === undefined ? {} : { retries: numberOf('--retries', retries) }),
    ...(graceMs === undefined ? {} : { graceMs: numberOf('--grace-ms', graceMs) }),
  };
}

import type { Engine } from '../engine/engine.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { stateWords } from '../kernel/task-state.ts';
import type { TaskState, TaskStatus } from '../kernel/task-state.ts';
import type { Cli } from './cli.ts';
import { cliActor } from './cli-actor.ts';
import { closeEngine } from './close-engine.ts';
import { exitCodes } from './exit-codes.ts';
import { followTask } from './follow-task.ts';
import { openEngine } from './open-engine.ts';
import { readSavedInput } from './saved-input.ts';
import { storeFile } from './store-file.ts';
import type { StoreOptions } from './store-file.ts';
import { errorData } from './terminal.ts';
import type { ErrorData } from './terminal.ts';
import { plainText } from './words.ts';

/** Options of `runstate reprocess`. */
export interface ReprocessOptions extends StoreOptions {
  readonly plugins: readonly string[];
  readonly json?: boolean;
  readonly workdir?: string;
  readonly results?: string;
}

/** What became of one file: a task that ended, or why there was none. */
type Outcome =
  | { readonly file: string; readonly result: TaskResult }
  | { readonly file: string; readonly error: ErrorData };

/**
 * Runs saved inputs again, one after the other; a file that cannot be run is reported, and the others
 * are. Ctrl-C cancels the one that runs and starts no further one.
 */
export async function reprocessCommand(
  files: readonly string[],
  options: ReprocessOptions,
  cli: Cli,
): Promise<number> {
  const { terminal } = cli;
  const store = storeFile(options, cli.process.env);
  const engine = await openEngine({ ...options, store }, cli);
  const isDurable = store !== null;
  const asJson = options.json === true;
  const outcomes: Outcome[] = [];
  try {
    for (const file of files) {
      const outcome = await reprocess(file, { ...cli, engine, isDurable });
      if (outcome === null) break;
      outcomes.push(outcome);
      tell(outcome, asJson, cli);
      if (isStopped(outcome)) break;
    }
    const left = files.length - outcomes.length;
    if (left > 0)
      terminal.say(`stopped: ${left} of ${files.length} files were not run to their end`);
    if (asJson) terminal.json(outcomes);
    return exitCodeFor(outcomes, left);
  } finally {
    await closeEngine(engine, isDurable, terminal);
  }
}

interface Reprocessing extends Cli {
  readonly engine: Engine;
  readonly isDurable: boolean;
}

/** Null when the command was told to end meanwhile. */
async function reprocess(file: string, { engine, ...rest }: Reprocessing): Promise<Outcome | null> {
  try {
    const saved = await readSavedInput(file);
    const { name, reprocessIgnore = [] } = engine.plugins.describe(saved.plugin);
    const handle = engine.submit(name, saved.inputWithout(reprocessIgnore), {
      by: cliActor(),
      note: `reprocess ${file}`,
    });
    const result = await followTask({ ...rest, engine, handle });
    return result === null ? null : { file, result };
  } catch (error) {
    return { file, error: errorData(error) };
  }
}

const isStopped = (outcome: Outcome): boolean =>
  'result' in outcome && outcome.result.taskStatus === 'cancelled';

function tell(outcome: Outcome, asJson: boolean, { terminal }: Cli): void {
  const { file } = outcome;
  if ('error' in outcome) {
    const { code, message } = outcome.error;
    terminal.say(`${file}: not run, ${code}: ${plainText(message)}`);
    return;
  }
  const { taskId, taskName, taskStatus, payload, error } = outcome.result;
  terminal.say(
    `${file}: Finished with state: ${dahuWord(taskStatus)} (task ${taskId} ${taskName})`,
  );
  if (error !== null) terminal.say(`${error.code} in ${error.phase}: ${plainText(error.message)}`);
  if (!asJson && payload !== null) terminal.result(JSON.stringify(payload, null, 2));
}

/** dahu's word for how a task ended: `success`, `failure` or `aborted`. */
function dahuWord(status: TaskStatus): string {
  const states = Object.keys(stateWords) as TaskState[];
  const state = states.find((name) => stateWords[name].status === status) ?? 'failed';
  return stateWords[state].dahu;
}

/** The worst of what happened: stopped, then a task that failed, then a file that could not be run. */
function exitCodeFor(outcomes: readonly Outcome[], left: number): number {
  if (outcomes.some(isStopped)) return exitCodes.cancelled;
  const isFailed = (outcome: Outcome): boolean =>
    'result' in outcome && outcome.result.taskStatus !== 'completed';
  if (left > 0 || outcomes.some(isFailed)) return exitCodes.failed;
  return outcomes.some((outcome) => 'error' in outcome) ? exitCodes.usage : exitCodes.completed;
}

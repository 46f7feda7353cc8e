import type { SubmitOptions } from '../engine/submission.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { cancelOnSignal } from './cancel-on-signal.ts';
import { exitCodeOf } from './exit-codes.ts';
import { openEngine } from './open-engine.ts';
import { ProgressBar } from './progress-bar.ts';
import { readInput } from './read-input.ts';
import type { CliProcess, Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Options of `runstate run`. */
export interface RunOptions {
  readonly plugins: readonly string[];
  readonly json?: boolean;
  readonly timeoutMs?: string;
  readonly retries?: string;
  readonly graceMs?: string;
}

/** Runs one task to its end and tells how it went. */
export async function runCommand(
  plugin: string,
  given: string | undefined,
  options: RunOptions,
  process: CliProcess,
  terminal: Terminal,
): Promise<number> {
  const input = await readInput(given, process.stdin);
  const submission = submissionOf(options);
  const engine = await openEngine(options.plugins, process, terminal);
  const bar = new ProgressBar(terminal, process.stderr);
  try {
    const handle = engine.submit(plugin, input, submission);
    const stopListening = cancelOnSignal(handle, process, terminal);
    const watch = handle.events$.subscribe((event) => bar.show(event));
    const result = await handle.result();
    watch.unsubscribe();
    stopListening();
    bar.stop();
    show(result, options.json === true, terminal);
    return exitCodeOf(result.taskStatus);
  } finally {
    bar.stop();
    await engine.close({ graceMs: 0 });
  }
}

function show(result: TaskResult, asJson: boolean, terminal: Terminal): void {
  const { taskId, taskName, taskStatus, error, attempts, times } = result;
  if (asJson) terminal.json(result);
  else if (result.payload !== null) terminal.result(JSON.stringify(result.payload, null, 2));
  const tries = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  const tookMs = times.endedAt - (times.startedAt ?? times.submittedAt);
  terminal.say(`task ${taskId} ${taskName}: ${taskStatus} (${tries}, ${tookMs} ms)`);
  if (error !== null) terminal.say(`${error.code} in ${error.phase}: ${error.message}`);
}

function submissionOf({ timeoutMs, retries, graceMs }: RunOptions): SubmitOptions {
  return {
    by: { who: 'operator', via: 'cli' },
    ...(timeoutMs === undefined ? {} : { timeoutMs: numberOf('--timeout-ms', timeoutMs) }),
    ...(retries === undefined ? {} : { retries: numberOf('--retries', retries) }),
    ...(graceMs === undefined ? {} : { graceMs: numberOf('--grace-ms', graceMs) }),
  };
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new UsageError(`${option} must be a number, got ${text}`);
  }
  return value;
}

import type { Engine } from '../engine/engine.ts';
import type { TaskHandle } from '../engine/task-handle.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { cancelOnSignal } from './cancel-on-signal.ts';
import type { Cli } from './cli.ts';
import { exitCodeOf } from './exit-codes.ts';
import { ProgressBar } from './progress-bar.ts';
import { codeOf } from './terminal.ts';
import { waitingKey, waitingText } from './waiting-text.ts';
import { counted, durationText, plainText } from './words.ts';

/** A task that somebody waits for at the terminal. */
export interface Followed extends Cli {
  readonly engine: Engine;
  readonly handle: TaskHandle;
  /** Its store survives this process. */
  readonly isDurable: boolean;
  /** How long it may go on when the command is told to end; the engine's usual time without it. */
  readonly graceMs?: number | undefined;
}

/**
 * Follows a task to its end, with its progress and its log; Ctrl-C cancels it. Null when the command
 * was told to end before the task had: it is kept in the store.
 */
export async function followTask(followed: Followed): Promise<TaskResult | null> {
  const { engine, handle, isDurable, graceMs, process, terminal } = followed;
  const bar = new ProgressBar(terminal, process.stderr);
  const closings: Promise<void>[] = [];
  const shutDown = (): void => {
    const closing = engine.close(graceMs === undefined ? {} : { graceMs });
    // It is awaited below, unless the task ends first.
    closing.catch(() => {});
    closings.push(closing);
  };
  const stopListening = cancelOnSignal({
    handle,
    process,
    say: (text) => bar.say(text),
    shutDown: isDurable ? shutDown : null,
  });
  const watch = handle.events$.subscribe((event) => bar.show(event));
  const stopTelling = tellWaits(handle, (text) => bar.say(text));
  try {
    return await handle.result();
  } catch (error) {
    if (closings.length === 0 || codeOf(error) !== 'ENGINE_CLOSED') throw error;
    await Promise.all(closings);
    return null;
  } finally {
    watch.unsubscribe();
    stopTelling();
    stopListening();
    bar.stop();
  }
}

/** How long a wait is before people are told of it, in milliseconds. */
const tellAfterMs = 1_000;

/** Says what a task waits for, each time that it is something else. */
function tellWaits(handle: TaskHandle, say: (text: string) => void): () => void {
  let told = '';
  const timer = setInterval(() => {
    const { waitingFor } = handle;
    const key = waitingFor === null ? '' : waitingKey(waitingFor);
    if (waitingFor !== null && key !== told) say(`waiting for ${waitingText(waitingFor)}`);
    told = key;
  }, tellAfterMs);
  return () => clearInterval(timer);
}

/** Follows a task, tells how it went, and gives the exit code. */
export async function tellOfTask(followed: Followed, asJson: boolean): Promise<number> {
  const { handle, terminal } = followed;
  const result = await followTask(followed);
  if (result !== null) {
    tellResult(result, asJson, followed);
    return exitCodeOf(result.taskStatus);
  }
  const { id, plugin, status, state } = handle;
  if (asJson) terminal.json({ taskId: id, taskName: plugin, taskStatus: status, state });
  terminal.say(`task ${id} ${plugin}: ${state}; the store keeps it`);
  if (state === 'awaitingOperator') {
    terminal.say(`find out what became of it, then: runstate resolve ${id} …`);
  }
  return exitCodeOf(status);
}

/** Prints a result, and says to people how it went. */
export function tellResult(result: TaskResult, asJson: boolean, { terminal }: Cli): void {
  const { taskId, taskName, taskStatus, error, attempts, times } = result;
  if (asJson) terminal.json(result);
  else if (result.payload !== null) terminal.result(JSON.stringify(result.payload, null, 2));
  const took = durationText(times.endedAt - (times.startedAt ?? times.submittedAt));
  terminal.say(
    `task ${taskId} ${taskName}: ${taskStatus} (${counted(attempts, 'attempt')}, ${took})`,
  );
  if (error !== null) terminal.say(`${error.code} in ${error.phase}: ${plainText(error.message)}`);
}

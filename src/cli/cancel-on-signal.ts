import type { TaskHandle } from '../engine/task-handle.ts';
import { exitCodes } from './exit-codes.ts';
import type { CliProcess, Terminal } from './terminal.ts';

const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * Ctrl-C cancels the task as the ladder has it; pressed again it waits no longer for the code to end
 * by itself; a third time the command ends at once. What is returned stops listening.
 */
export function cancelOnSignal(
  handle: TaskHandle,
  process: CliProcess,
  terminal: Terminal,
): () => void {
  let count = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    count += 1;
    if (count > 2) process.exit(exitCodes.cancelled);
    terminal.say(
      count === 1
        ? `cancelling task ${handle.id}… (again: do not wait for it)`
        : `ending task ${handle.id} by force… (again: leave at once)`,
    );
    const by = { who: signal, via: 'cli' };
    void handle
      .cancel({ reason: signal, by, ...(count === 1 ? {} : { graceMs: 0 }) })
      .then(({ acknowledgedBy, elapsedMs }) =>
        terminal.say(`stopped after ${elapsedMs} ms, acknowledged by ${acknowledgedBy}`),
      );
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
}

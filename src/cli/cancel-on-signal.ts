import type { TaskHandle } from '../engine/task-handle.ts';
import { cliActor } from './cli-actor.ts';
import { exitCodes } from './exit-codes.ts';
import type { CliProcess } from './terminal.ts';

/** What a signal does to a task that is followed. */
export interface SignalPlan {
  readonly handle: TaskHandle;
  readonly process: CliProcess;
  /** Says something to people, beside what shows the task's progress. */
  readonly say: (text: string) => void;
  /**
   * Closes the engine and leaves the task to its store; null where that would lose it, so that
   * SIGTERM cancels it as Ctrl-C does.
   */
  readonly shutDown: (() => void) | null;
}

/**
 * Ctrl-C cancels the task as the ladder has it; pressed again it waits no longer for the code to end
 * by itself; a third time the command ends at once. What is returned stops listening.
 */
export function cancelOnSignal({ handle, process, say, shutDown }: SignalPlan): () => void {
  let count = 0;
  const cancel = (signal: NodeJS.Signals): void => {
    count += 1;
    if (count > 2) process.exit(exitCodes.cancelled);
    say(
      count === 1
        ? `cancelling task ${handle.id}… (again: do not wait for it)`
        : `ending task ${handle.id} by force… (again: leave at once)`,
    );
    void handle
      .cancel({ reason: signal, by: cliActor(), ...(count === 1 ? {} : { graceMs: 0 }) })
      .then(({ acknowledgedBy, elapsedMs }) =>
        say(`stopped after ${elapsedMs} ms, acknowledged by ${acknowledgedBy}`),
      );
  };
  const terminate = (signal: NodeJS.Signals): void => {
    if (shutDown === null) {
      cancel(signal);
      return;
    }
    count += 1;
    if (count > 1) process.exit(exitCodes.failed);
    say(`closing: task ${handle.id} is kept in the store… (again: leave at once)`);
    shutDown();
  };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', terminate);
  return () => {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', terminate);
  };
}

import { afterEach, beforeEach, expect } from 'vitest';
import type { PhaseOutcome, Runner } from '../../src/kernel/runner.ts';
import { beginAttempt, runToProcess } from './begin-attempt.ts';
import type { AttemptOptions, BegunAttempt } from './begin-attempt.ts';

/** A runner of its own for each test, closed after it, and attempts in it. */
export interface RunnerInUse {
  readonly runner: Runner;
  /** Begins an attempt; no phase is run. */
  readonly begin: (options: AttemptOptions) => Promise<BegunAttempt>;
  /** Begins an attempt and runs it into `process`. */
  readonly start: (options: AttemptOptions) => Promise<BegunAttempt>;
  /** How `process` ends. */
  readonly outcomeOf: (options: AttemptOptions) => Promise<PhaseOutcome>;
  /** What `process` fails with. */
  readonly errorOf: (options: AttemptOptions) => Promise<unknown>;
}

export function useRunner(open: () => Runner): RunnerInUse {
  let runner: Runner;
  const begun: BegunAttempt[] = [];

  beforeEach(() => {
    runner = open();
  });

  afterEach(async () => {
    for (const { execution } of begun.splice(0)) execution.dispose();
    await runner.close();
  });

  const keep = async (attempt: Promise<BegunAttempt>): Promise<BegunAttempt> => {
    begun.push(await attempt);
    return attempt;
  };

  const start = (options: AttemptOptions): Promise<BegunAttempt> =>
    keep(runToProcess(runner, options));

  const outcomeOf = async (options: AttemptOptions): Promise<PhaseOutcome> =>
    (await start(options)).host.untilSettled('process');

  return {
    get runner() {
      return runner;
    },
    begin: (options) => keep(beginAttempt(runner, options)),
    start,
    outcomeOf,
    errorOf: async (options) => {
      const outcome = await outcomeOf(options);
      return outcome.ok ? expect.fail('process did not fail') : outcome.error;
    },
  };
}

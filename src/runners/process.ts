import { systemClock } from '../kernel/clock.ts';
import type { Clock } from '../kernel/clock.ts';
import { RunstateError } from '../kernel/errors.ts';
import type { Assignment, AttemptHost, Execution, Runner } from '../kernel/runner.ts';
import { ChildPlace } from './child-place.ts';
import type { Child } from './child-place.ts';
import { resolvePlaceEntry } from './place-entry.ts';
import { RemoteExecution } from './remote-execution.ts';

/** How child processes are started and ended. */
export interface ProcessRunnerOptions {
  /**
   * Time from SIGTERM to SIGKILL for a child that is ended by force, in milliseconds; also how long
   * one may take to end when its attempt is over.
   *
   * @defaultValue `2_000`
   */
  readonly killDelayMs?: number;
  /**
   * Options of Node for each child, such as `--max-old-space-size=4096`.
   *
   * @defaultValue none
   */
  readonly execArgv?: readonly string[];
  /**
   * Where the runner's time comes from.
   *
   * @defaultValue the system's clock
   */
  readonly clock?: Clock;
}

const processDefaults = {
  killDelayMs: 2_000,
  execArgv: [],
  clock: systemClock,
} as const satisfies Required<ProcessRunnerOptions>;

/**
 * Runs plugins in child processes, a new one for each attempt, each in a process group of its own.
 * Whatever the code does, it can be ended, and it cannot take the engine with it.
 *
 * A child that is used again would save some fifty milliseconds and lose what it is for: nothing that
 * an attempt leaves behind can reach the next one.
 */
export function processRunner(options: ProcessRunnerOptions = {}): Runner {
  return new ProcessRunner({ ...processDefaults, ...options });
}

class ProcessRunner implements Runner {
  readonly name = 'process';
  readonly #options: Required<ProcessRunnerOptions>;
  readonly #places = new Set<ChildPlace>();
  #isClosed = false;
  /** An engine that ends in a hurry leaves no child behind, not even one that does not listen. */
  readonly #onExit = (): void => {
    for (const place of this.#places) place.killNow();
  };

  constructor(options: Required<ProcessRunnerOptions>) {
    this.#options = options;
  }

  begin(assignment: Assignment, host: AttemptHost): Execution {
    const { clock, killDelayMs } = this.#options;
    const place = new ChildPlace({ clock, killDelayMs, prepare: () => this.#prepare() });
    if (this.#places.size === 0) process.on('exit', this.#onExit);
    this.#places.add(place);
    void place.ended.then(() => {
      this.#places.delete(place);
      if (this.#places.size === 0) process.off('exit', this.#onExit);
    });
    return new RemoteExecution(assignment, host, place);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const place of this.#places) place.kill('the runner was closed');
    await Promise.all([...this.#places].map(({ ended }) => ended));
  }

  async #prepare(): Promise<() => Child> {
    const entry = resolvePlaceEntry('process', 'process-child');
    const { execa } = await import('execa');
    if (this.#isClosed) throw new RunstateError('RUNNER_UNAVAILABLE', ['process', 'it was closed']);
    return () =>
      execa(process.execPath, [...this.#options.execArgv, entry, String(process.pid)], {
        // The leader of a group of its own; a Ctrl-C on the engine's terminal does not reach it.
        detached: true,
        cleanup: false,
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        buffer: false,
        encoding: 'buffer',
        reject: false,
      });
  }
}

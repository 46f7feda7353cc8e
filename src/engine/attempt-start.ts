import type { AttemptHost, RunnablePlugin } from '../kernel/runner.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import type { Attempt } from './attempt.ts';
import { startClocks } from './attempt-clocks.ts';
import type { Core } from './core.ts';
import { ScrubbedHost } from './scrubbed-host.ts';
import type { StopLadder } from './stop-ladder.ts';

/** What the start of an attempt may come to, beside a running setup. */
export interface AttemptStartPort {
  /** It could not be started: setup has failed before anything of the plugin was called. */
  failed(attempt: Attempt, error: unknown): void;
  /** It was given up before it could be started: nothing of it is left. */
  over(attempt: Attempt): void;
}

/**
 * Brings an attempt to its first phase: its row is committed, its code and a place for it are found.
 * Each may take a moment, in which the attempt may be told to stop, or be given up.
 */
export class AttemptStart {
  readonly #core: Core;
  readonly #ladder: StopLadder;
  readonly #port: AttemptStartPort;

  constructor(core: Core, ladder: StopLadder, port: AttemptStartPort) {
    this.#core = core;
    this.#ladder = ladder;
    this.#port = port;
  }

  begin(attempt: Attempt): void {
    try {
      this.#findCode(attempt);
    } catch (thrown) {
      this.#fail(attempt, thrown);
    }
  }

  #findCode(attempt: Attempt): void {
    const { record, number } = attempt;
    const { plugins } = this.#core;
    const found = number === 1 ? plugins.freshest(record.plugin) : record.plugin;
    if (found instanceof Promise) {
      found.then(
        (plugin) => this.#note(attempt, plugin),
        (error: unknown) => this.#fail(attempt, error),
      );
    } else this.#note(attempt, found);
  }

  /**
   * Notes the attempt in the store, before anything of a plugin is called that may not be repeated,
   * or of one whose process has to be known.
   */
  #note(attempt: Attempt, plugin: DefinedPlugin): void {
    const { writer, store, environment } = this.#core;
    const { record, number, startedAt: at } = attempt;
    record.plugin = plugin;
    const { runner } = plugin;
    const { stamp } = environment;
    const row = {
      kind: 'attempt',
      taskId: record.id,
      attempt: number,
      at,
      runner,
      ...stamp,
    } as const;
    const isHarmless = record.effect === 'idempotent' && runner !== 'process';
    if (store.isDurable && isHarmless) {
      writer.write([row]);
      this.#prepare(attempt);
      return;
    }
    writer.insist([row], (error) => {
      if (error === null) this.#prepare(attempt);
      else this.#fail(attempt, error);
    });
  }

  #prepare(attempt: Attempt): void {
    try {
      const runnable = this.#core.plugins.runnable(attempt.record.plugin);
      if (runnable instanceof Promise) {
        runnable.then(
          (ready) => this.#guard(attempt, ready),
          (error: unknown) => this.#fail(attempt, error),
        );
      } else this.#guard(attempt, runnable);
    } catch (thrown) {
      this.#fail(attempt, thrown);
    }
  }

  /** The last look at the conditions; one that was told to stop meanwhile is no longer asked. */
  #guard(attempt: Attempt, plugin: RunnablePlugin): void {
    const decide = (mayStart: boolean): void => {
      const isGoing = attempt.stopReason === null && attempt.abandonedAt === null;
      if (mayStart || !isGoing) this.#start(attempt, plugin);
      else attempt.record.send({ type: 'attempt.withheld', attempt: attempt.number });
    };
    const mayStart = this.#core.interlocks.mayStart(attempt.record);
    if (typeof mayStart === 'boolean') decide(mayStart);
    else mayStart.then(decide, (error: unknown) => this.#fail(attempt, error));
  }

  #start(attempt: Attempt, plugin: RunnablePlugin): void {
    const { record, stopReason } = attempt;
    if (attempt.abandonedAt !== null) return this.#port.over(attempt);
    if (stopReason !== null) return this.#port.failed(attempt, stopReason);
    try {
      record.unseal(this.#core.secrets);
      attempt.execution = this.#core.runnerOf(record.plugin).begin(
        {
          taskId: record.id,
          attempt: attempt.number,
          plugin,
          input: record.input,
          resumeFrom: record.checkpoint,
          teardownTimeoutMs: record.limits.teardownTimeoutMs,
          resultsDirectory: this.#core.resultsDirectory,
        },
        this.#hostOf(attempt),
      );
      startClocks(this.#core.clock, attempt, (code, limitMs) =>
        this.#ladder.expire(attempt, code, limitMs),
      );
    } catch (error) {
      return this.#port.failed(attempt, error);
    }
    this.#core.interlocks.begin(record);
    attempt.execution.run('setup');
  }

  /** Nothing that the code tells has a secret of its input in it. */
  #hostOf(attempt: Attempt): AttemptHost {
    const { plugin, input } = attempt.record;
    const scrub = this.#core.secrets.scrubOf(plugin, input);
    return scrub === null ? attempt : new ScrubbedHost(attempt, scrub, () => attempt.stopReason);
  }

  #fail(attempt: Attempt, error: unknown): void {
    if (attempt.abandonedAt === null) this.#port.failed(attempt, error);
    else this.#port.over(attempt);
  }
}

import { deferred } from '../kernel/deferred.ts';
import type { Execution } from '../kernel/runner.ts';
import type { CapturedOutput } from './captured-output.ts';
import type { FromPlace, RemoteAssignment, ToPlace } from './channel.ts';
import { reviveReason } from './error-data.ts';
import { loadPlugin } from './load-plugin.ts';
import { PluginExecution } from './plugin-execution.ts';
import { RemoteHost } from './remote-host.ts';

const nothing = (): void => {};

/**
 * One attempt, seen from the place where its code runs: it loads the plugin, carries out what the
 * engine tells, and reports.
 *
 * What arrives while the plugin loads waits its turn. A plugin that cannot be loaded fails in setup,
 * like any other fault of its author; the place itself goes on.
 */
export class RemoteAttempt {
  readonly #host: RemoteHost;
  readonly #over = deferred<void>();
  #execution: Promise<Execution>;

  constructor(send: (message: FromPlace) => void, output: CapturedOutput) {
    this.#host = new RemoteHost(send, output);
    this.#execution = Promise.resolve(this.#neverLoaded(new Error('No attempt was begun.')));
  }

  /** Resolves when the engine needs the place no more. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  receive(message: ToPlace): void {
    switch (message.type) {
      case 'begin':
        this.#execution = this.#prepare(message.assignment);
        return;
      case 'answer':
        this.#host.answer(message.to, message.outcome);
        return;
      default:
        void this.#execution.then((execution) => this.#carryOut(execution, message));
    }
  }

  /** Fires the attempt's signal from this side, when nobody is left to do it from the other. */
  abort(reason: Error): void {
    this.#host.abortReason ??= reason;
    void this.#execution.then((execution) => execution.abort(reason));
  }

  async #prepare({ plugin, ...rest }: RemoteAssignment): Promise<Execution> {
    try {
      const definition = await loadPlugin(plugin.moduleUrl, plugin.name);
      const assignment = { ...rest, plugin: { ...plugin, definition } };
      return new PluginExecution(definition, assignment, this.#host);
    } catch (error) {
      return this.#neverLoaded(error);
    }
  }

  #carryOut(execution: Execution, message: Exclude<ToPlace, { type: 'begin' | 'answer' }>): void {
    switch (message.type) {
      case 'run':
        return execution.run(message.phase);
      case 'abort':
        return this.#abort(execution, reviveReason(message.reason));
      case 'suspend':
        return execution.suspend();
      case 'resume':
        return execution.resume();
      case 'send':
        return execution.send(message.event);
      case 'dispose':
        execution.dispose();
        this.#host.end();
        return this.#over.resolve();
    }
  }

  #abort(execution: Execution, reason: Error): void {
    this.#host.abortReason ??= reason;
    execution.abort(reason);
  }

  #neverLoaded(error: unknown): Execution {
    return {
      run: (phase) =>
        this.#host.settled(
          phase,
          phase === 'setup' ? { ok: false, error } : { ok: true, value: undefined },
        ),
      abort: () => this.#host.settled('abort', { ok: true, value: undefined }),
      suspend: nothing,
      resume: nothing,
      send: nothing,
      dispose: nothing,
    };
  }
}

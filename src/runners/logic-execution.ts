import { inspect } from 'node:util';
import { createActor } from 'xstate';
import type { AnyActorLogic, AnyActorRef } from 'xstate';
import type { Assignment, AttemptHost, Execution, RunnablePhase } from '../kernel/runner.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { parseInput, parseOutput } from '../wire/validation.ts';
import { AttemptPayloads } from './report/attempt-payloads.ts';
import { holdsReports } from './report/plan-reports.ts';

/** Sent to a user's actor when its task is cancelled or times out, if it takes such an event. */
export const cancelEvent = { type: 'task.cancel' } as const;

/**
 * One attempt of a plugin whose work is a user's own actor: setup makes it, process lets it run to
 * its end, its output is the task's.
 */
export class LogicExecution implements Execution {
  readonly #plugin: DefinedPlugin;
  readonly #logic: AnyActorLogic;
  readonly #assignment: Assignment;
  readonly #host: AttemptHost;
  #actor: AnyActorRef | null = null;
  /** Writes the reports of its output; null when that has none. */
  #payloads: AttemptPayloads | null = null;
  #hasEnded = false;

  constructor(
    plugin: DefinedPlugin,
    logic: AnyActorLogic,
    assignment: Assignment,
    host: AttemptHost,
  ) {
    this.#plugin = plugin;
    this.#logic = logic;
    this.#assignment = assignment;
    this.#host = host;
  }

  run(phase: RunnablePhase): void {
    switch (phase) {
      case 'setup':
        return this.#setUp();
      case 'process':
        return this.#process();
      case 'teardown':
        this.#actor?.stop();
        return this.#host.settled('teardown', { ok: true, value: undefined });
    }
  }

  /** An actor that takes `task.cancel` ends by itself; any other is stopped, which is its end. */
  abort(reason: Error): void {
    const actor = this.#actor;
    if (actor !== null && !this.#hasEnded) {
      if (takesCancel(actor)) actor.send(cancelEvent);
      else {
        this.#end({ ok: false, error: reason });
        this.#payloads?.giveUp(reason);
        actor.stop();
      }
    }
    this.#host.settled('abort', { ok: true, value: undefined });
  }

  suspend(): void {}

  resume(): void {}

  send(event: unknown): void {
    if (this.#hasEnded || typeof event !== 'object' || event === null || !('type' in event)) return;
    this.#actor?.send(event);
  }

  kill(): void {
    this.#hasEnded = true;
    this.#actor?.stop();
    this.#host.lost(new Error('the actor did not end after `task.cancel`'));
  }

  dispose(): void {
    this.#hasEnded = true;
    this.#actor?.stop();
  }

  #setUp(): void {
    try {
      const input = parseInput(this.#plugin, this.#assignment.input);
      const actor: AnyActorRef = createActor(this.#logic, {
        input,
        id: this.#plugin.name,
        logger: (...words: unknown[]) => this.#log(words),
      });
      actor.subscribe({
        next: (snapshot) => {
          if (snapshot.status === 'done') this.#finish(snapshot.output);
        },
        error: (error) => this.#end({ ok: false, error }),
        complete: () => this.#finishStopped(),
      });
      this.#actor = actor;
    } catch (error) {
      return this.#host.settled('setup', { ok: false, error });
    }
    this.#host.settled('setup', { ok: true, value: undefined });
  }

  /** What the actor's `log` actions say is the task's log, not the process's output. */
  #log(words: readonly unknown[]): void {
    if (!this.#hasEnded) this.#host.log('info', words.map((word) => asText(word)).join(' '));
  }

  #process(): void {
    try {
      this.#actor?.start();
    } catch (error) {
      this.#end({ ok: false, error });
    }
  }

  #finish(output: unknown): void {
    try {
      if (holdsReports(output)) this.#finishWithReports(output);
      else this.#end({ ok: true, value: parseOutput(this.#plugin, output) });
    } catch (error) {
      this.#end({ ok: false, error });
    }
  }

  /** An actor that is done says so more than once. */
  #finishWithReports(output: unknown): void {
    if (this.#payloads !== null) return;
    this.#payloads = new AttemptPayloads(this.#assignment, () => {});
    const value = this.#payloads.readOutput(this.#plugin, output);
    Promise.resolve(this.#payloads.written).then(
      () => this.#end({ ok: true, value }),
      (error: unknown) => this.#end({ ok: false, error }),
    );
  }

  #finishStopped(): void {
    const snapshot: { status: string; output?: unknown } | undefined = this.#actor?.getSnapshot();
    if (snapshot?.status === 'done') this.#finish(snapshot.output);
    else this.#end({ ok: false, error: new Error('The actor was stopped before it was done.') });
  }

  #end(outcome: Parameters<AttemptHost['settled']>[1]): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#host.settled('process', outcome);
  }
}

const asText = (word: unknown): string =>
  typeof word === 'string' ? word : inspect(word, { depth: 2 });

function takesCancel(actor: AnyActorRef): boolean {
  const snapshot: unknown = actor.getSnapshot();
  if (typeof snapshot !== 'object' || snapshot === null || !('can' in snapshot)) return false;
  try {
    return (snapshot.can as (event: { type: string }) => boolean)(cancelEvent);
  } catch {
    // A guard threw: sent all the same, the event would fail the actor.
    return false;
  }
}

import type { LogLevel } from '../kernel/logger.ts';
import type { ProcessIdentity } from '../kernel/process-identity.ts';
import type { AttemptHost, PhaseOutcome } from '../kernel/runner.ts';
import type { Phase } from '../kernel/task-error.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import { reviveThrown, toThrownData } from '../runners/error-data.ts';
import type { ThrownData } from '../runners/error-data.ts';
import type { Scrub } from '../wire/scrub.ts';

/**
 * Stands between the code of an attempt and the engine for a task that was given secrets: whatever
 * the code tells, its log, its errors, its output, the secrets are taken out of it here, before
 * anything is published or stored.
 */
export class ScrubbedHost implements AttemptHost {
  readonly #host: AttemptHost;
  readonly #scrub: Scrub;
  readonly #stopReason: () => Error | null;

  /** `stopReason` is what the attempt's signal was fired with: thrown on, it stays the same error. */
  constructor(host: AttemptHost, scrub: Scrub, stopReason: () => Error | null) {
    this.#host = host;
    this.#scrub = scrub;
    this.#stopReason = stopReason;
  }

  settled(phase: Phase, outcome: PhaseOutcome): void {
    this.#host.settled(
      phase,
      outcome.ok
        ? { ok: true, value: this.#scrub.value(outcome.value) }
        : { ok: false, error: this.#thrown(outcome.error) },
    );
  }

  lost(error: Error): void {
    const scrubbed = this.#thrown(error);
    this.#host.lost(scrubbed instanceof Error ? scrubbed : new Error(messageOf(scrubbed)));
  }

  progress(percent: number, message?: string): void {
    if (message === undefined) this.#host.progress(percent);
    else this.#host.progress(percent, this.#text(message));
  }

  log(level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void {
    const scrubbed = this.#scrub.value(fields) as typeof fields;
    this.#host.log(level, this.#text(message), scrubbed);
  }

  /** The code finds the scrubbed value when it goes on: a secret is in its input again. */
  checkpoint(value: unknown): Promise<void> {
    return this.#host.checkpoint(this.#scrub.value(value));
  }

  summary(value: unknown): void {
    this.#host.summary(this.#scrub.value(value));
  }

  payload(value: unknown): void {
    this.#host.payload(this.#scrub.value(value));
  }

  waitFor(taskId: number): Promise<TaskResult> {
    return this.#host.waitFor(taskId);
  }

  parked(): void {
    this.#host.parked();
  }

  placed(place: ProcessIdentity): Promise<void> {
    return this.#host.placed(place);
  }

  /** Plugins may be JavaScript: a message need not be a text. */
  #text(message: unknown): string {
    return this.#scrub.text(String(message));
  }

  #thrown(thrown: unknown): unknown {
    const reason = this.#stopReason();
    return reviveThrown(this.#scrubThrown(toThrownData(thrown, reason)), reason);
  }

  #scrubThrown(thrown: ThrownData): ThrownData {
    switch (thrown.kind) {
      case 'abortReason':
        return thrown;
      case 'value':
        return { kind: 'value', value: this.#scrub.value(thrown.value) };
      case 'error': {
        const { error } = thrown;
        const { stack, fields, cause } = error;
        return {
          kind: 'error',
          error: {
            name: this.#text(error.name),
            message: this.#text(error.message),
            details: this.#scrub.value(error.details) as typeof error.details,
            ...(stack === undefined ? {} : { stack: this.#text(stack) }),
            ...(fields === undefined
              ? {}
              : {
                  fields: fields.map(({ path, message }) => ({
                    path: this.#text(path),
                    message: this.#text(message),
                  })),
                }),
            ...(cause === undefined ? {} : { cause: this.#scrubThrown(cause) }),
          },
        };
      }
    }
  }
}

import { inspect } from 'node:util';
import { deferred } from '../kernel/deferred.ts';
import type { Deferred } from '../kernel/deferred.ts';
import type { LogLevel } from '../kernel/logger.ts';
import type { AttemptHost, PhaseOutcome } from '../kernel/runner.ts';
import { messageOf } from '../kernel/task-error.ts';
import type { Phase } from '../kernel/task-error.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import type { FromPlace, OutcomeData } from './channel.ts';
import { outputLevels } from './captured-output.ts';
import type { CapturedOutput } from './captured-output.ts';
import { reviveThrown, toThrownData } from './error-data.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Plugins may be JavaScript: what they report is made what its type says. */
const asText = (value: unknown): string => String(value);
const asNumber = (value: unknown): number => Number(value);

/** The engine as the code of an attempt sees it from a worker thread or a child process. */
export class RemoteHost implements AttemptHost {
  readonly #send: (message: FromPlace) => void;
  readonly #output: CapturedOutput;
  readonly #questions = new Map<number, Deferred<unknown>>();
  #asked = 0;
  /** Set when the signal is fired: thrown on, it goes back as itself and not as a copy. */
  abortReason: Error | null = null;

  constructor(send: (message: FromPlace) => void, output: CapturedOutput) {
    this.#send = send;
    this.#output = output;
    output.onLine = (stream, line) => this.log(outputLevels[stream], line, { stream });
  }

  /** What was printed is told before the phase's end is. */
  settled(phase: Phase, outcome: PhaseOutcome): void {
    this.#output.flush();
    try {
      this.#send({ type: 'settled', phase, outcome: this.#outcomeData(phase, outcome) });
    } catch (error) {
      const thrown = toThrownData(new Error(`Its outcome cannot be sent: ${messageOf(error)}`));
      this.#send({ type: 'settled', phase, outcome: { ok: false, error: thrown } });
    }
  }

  /** A place does not report its own end. */
  lost(): void {}

  /** Nor where it is: who made it knows. */
  placed(): Promise<void> {
    return Promise.resolve();
  }

  progress(percent: number, message?: string): void {
    this.#send({
      type: 'progress',
      percent: asNumber(percent),
      message: message === undefined ? undefined : asText(message),
    });
  }

  log(level: LogLevel, message: string, fields?: Fields): void {
    const line = { type: 'log', level, message: asText(message) } as const;
    try {
      this.#send({ ...line, fields });
    } catch {
      this.#send({ ...line, fields: inWords(fields) });
    }
  }

  summary(value: unknown): void {
    this.#send({ type: 'summary', value });
  }

  payload(value: unknown): void {
    this.#send({ type: 'payload', value });
  }

  parked(): void {
    this.#send({ type: 'parked' });
  }

  async checkpoint(value: unknown): Promise<void> {
    await this.#ask('checkpoint', value);
  }

  waitFor(taskId: number): Promise<TaskResult> {
    return this.#ask('waitFor', taskId) as Promise<TaskResult>;
  }

  answer(to: number, outcome: OutcomeData): void {
    const question = this.#questions.get(to);
    this.#questions.delete(to);
    if (outcome.ok) question?.resolve(outcome.value);
    else question?.reject(reviveThrown(outcome.error, this.abortReason));
  }

  /** Nothing is heard of the code from here on. */
  end(): void {
    this.#output.flush();
    this.#output.onLine = null;
    this.#questions.clear();
  }

  #ask(call: 'checkpoint' | 'waitFor', value: unknown): Promise<unknown> {
    this.#asked += 1;
    const question = deferred<unknown>();
    this.#send({ type: 'request', id: this.#asked, call, value });
    this.#questions.set(this.#asked, question);
    return question.promise;
  }

  /** Only `process` has a value for the engine; what other phases return need not be copyable. */
  #outcomeData(phase: Phase, outcome: PhaseOutcome): OutcomeData {
    if (!outcome.ok) return { ok: false, error: toThrownData(outcome.error, this.abortReason) };
    return { ok: true, value: phase === 'process' ? outcome.value : undefined };
  }
}

/** Fields of a log line that hold what cannot be copied, each as people would see it printed. */
const inWords = (fields: Fields | undefined): Fields =>
  Object.fromEntries(
    Object.entries(fields ?? {}).map(([key, value]) => [key, inspect(value, { depth: 1 })]),
  );

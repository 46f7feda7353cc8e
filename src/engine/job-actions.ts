import type { AnyActorRef } from 'xstate';
import { startInline } from '../actors/composite-logic.ts';
import { RunstateError } from '../kernel/errors.ts';
import { describeError, taskError } from '../kernel/task-error.ts';
import type { TaskError } from '../kernel/task-error.ts';
import type { ActionFunction } from '../wire/job.ts';
import type { ActionDocument } from '../wire/job-document.ts';
import { stepInWords } from '../wire/job-plan.ts';
import { assertStorable } from '../wire/validation.ts';
import { unknownAction } from './actions.ts';
import { Countdown } from './countdown.ts';
import type { JobPort } from './job-port.ts';
import type { JobStep, StepEnd } from './job-step.ts';
import { rememberThrown } from './thrown-values.ts';

/** An action as it is found for a step. */
interface FoundAction {
  readonly run: ActionFunction;
  readonly isUnsafe: boolean;
}

/** Runs the steps of a job that are functions of this process. */
export class JobActions {
  readonly #port: JobPort;
  readonly #ended: (step: JobStep, end: StepEnd) => void;
  readonly #progressed: (step: JobStep, percent: number) => void;
  readonly #running = new Set<Promise<void>>();

  constructor(
    port: JobPort,
    ended: (step: JobStep, end: StepEnd) => void,
    progressed: (step: JobStep, percent: number) => void,
  ) {
    this.#port = port;
    this.#ended = ended;
    this.#progressed = progressed;
  }

  start(step: JobStep, document: ActionDocument, parent: AnyActorRef | null): void {
    const left = this.#leftOf(step, document);
    if (left !== null) return this.#ended(step, left);
    const found = this.#find(step, document);
    if ('outcome' in found) return this.#ended(step, found);
    const abort = new AbortController();
    step.abort = abort;
    let end: StepEnd | null = null;
    const work = async (): Promise<void> => {
      end = await this.#run(step, document, found, abort);
    };
    startInline(
      () => {
        const running = work().finally(() => this.#running.delete(running));
        this.#running.add(running);
        return running;
      },
      parent,
      () => {
        if (end !== null) this.#ended(step, end);
      },
    );
  }

  abort({ abort }: JobStep, reason: string): void {
    abort?.abort(new RunstateError('CANCELLED', [`: ${reason}`]));
  }

  /** Fires the signals of all; resolves when they have come to their end. */
  async breakOff(steps: readonly JobStep[], reason: Error): Promise<void> {
    for (const { abort } of steps) abort?.abort(reason);
    await Promise.allSettled(this.#running);
  }

  /** How the step ended in an earlier attempt; null when it is to be run. */
  #leftOf({ known, plan }: JobStep, document: ActionDocument): StepEnd | null {
    if (known === null || known.state === 'awaitingOperator') return null;
    if (known.state === 'completed') {
      return { outcome: 'completed', state: 'completed', result: known.result };
    }
    const isUnsafe = this.#effectOf(document) === 'unsafe';
    if (known.state === 'running') {
      const isNamed = document.action !== null || this.#port.reference(plan.path) !== undefined;
      return isUnsafe && isNamed ? this.#inDoubt(step(plan.path, document)) : null;
    }
    const { error } = known;
    return isUnsafe && error !== undefined
      ? { outcome: 'failed', state: known.state, error }
      : null;
  }

  #inDoubt(where: string): StepEnd {
    const error = taskError('AWAITING_OPERATOR', [this.#port.jobId], 'process', this.#port.attempt);
    return doubted({ ...error, message: `Step ${where} was running. ${error.message}` });
  }

  #effectOf({ action, effect = 'unsafe' }: ActionDocument) {
    return action === null ? effect : (this.#port.action(action)?.effect ?? 'unsafe');
  }

  #find({ plan }: JobStep, document: ActionDocument): FoundAction | StepEnd {
    const isUnsafe = this.#effectOf(document) === 'unsafe';
    if (document.action === null) {
      const run = this.#port.reference(plan.path);
      if (run !== undefined) return { run, isUnsafe };
      const where = step(plan.path, document);
      return doubted(taskError('STEP_NOT_STORED', [where], 'process', this.#port.attempt));
    }
    const known = this.#port.action(document.action);
    if (known !== undefined) return { run: known.run, isUnsafe };
    const unknown = unknownAction(document.action, []);
    return doubted(describeError(unknown, 'process', this.#port.attempt));
  }

  async #run(
    current: JobStep,
    document: ActionDocument,
    { run, isUnsafe }: FoundAction,
    abort: AbortController,
  ): Promise<StepEnd> {
    const { path } = current.plan;
    const { clock, jobId, attempt } = this.#port;
    const { timeoutMs } = document;
    let expiry: TaskError | null = null;
    try {
      const kept = this.#port.keep({ path, state: 'running', startedAt: current.startedAt });
      if (isUnsafe) await kept;
      abort.signal.throwIfAborted();
      if (timeoutMs !== undefined) {
        current.timer = new Countdown(clock, timeoutMs, () => {
          const where = step(path, document);
          expiry = taskError('STEP_TIMEOUT', [where, timeoutMs], 'process', attempt);
          abort.abort(new RunstateError('STEP_TIMEOUT', [where, timeoutMs]));
        });
      }
      const value = await run({
        jobId,
        step: path,
        args: document.args,
        signal: abort.signal,
        progress: (percent) => {
          if (Number.isFinite(percent)) this.#progressed(current, percent);
        },
      });
      const result = assertStorable(value ?? null, 'result');
      return { outcome: 'completed', state: 'completed', result };
    } catch (thrown) {
      if (expiry !== null) return { outcome: 'failed', state: 'timedOut', error: expiry };
      const error = describeError(thrown, 'process', attempt);
      if (current.isAsked) return { outcome: 'stopped', state: 'cancelled', error };
      rememberThrown(error, thrown);
      return { outcome: 'failed', state: 'failed', error };
    } finally {
      current.timer?.cancel();
    }
  }
}

const doubted = (error: TaskError): StepEnd => ({
  outcome: 'doubted',
  state: 'awaitingOperator',
  error,
});

const step = (path: string, { name, action }: ActionDocument): string =>
  stepInWords(path, name ?? action ?? undefined);

import { codeOf, describeError, messageOf, taskError } from '../kernel/task-error.ts';
import type { StepState } from '../kernel/job-steps.ts';
import type { TaskResult } from '../kernel/task-result.ts';
import type { CommandDocument, TaskDocument } from '../wire/job-document.ts';
import { stepInWords } from '../wire/job-plan.ts';
import type { CommandInput } from '../wire/command-input.ts';
import { commandName, commandPluginName } from './command-plugin.ts';
import type { CancelAnswer } from './cancellations.ts';
import type { JobPort } from './job-port.ts';
import type { JobStep, StepEnd } from './job-step.ts';
import type { TaskHandle } from './task-handle.ts';
import { rememberThrown, thrownFor } from './thrown-values.ts';

/** What the steps that are tasks tell their job. */
export interface JobTasksListener {
  ended(step: JobStep, end: StepEnd): void;
  progressed(step: JobStep, percent: number): void;
  /** The engine takes no more work: the step has not begun. */
  halted(step: JobStep): void;
}

const stateOfStatus: Readonly<Partial<Record<TaskResult['taskStatus'], StepState>>> = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  timedout: 'timedOut',
};

/** Runs the steps of a job that are tasks of the engine: device commands, and tasks of plugins. */
export class JobTasks {
  readonly #port: JobPort;
  readonly #listener: JobTasksListener;
  readonly #answers: Promise<CancelAnswer>[] = [];
  #cancelReason = 'the job ends';

  constructor(port: JobPort, listener: JobTasksListener) {
    this.#port = port;
    this.#listener = listener;
  }

  /** Makes the step's task, or finds the one that an earlier attempt made, and follows it. */
  start(step: JobStep, document: CommandDocument | TaskDocument): void {
    const { known } = step;
    if (known?.state === 'completed') {
      const { result } = known;
      this.#listener.ended(step, { outcome: 'completed', state: 'completed', result });
    } else if (known?.taskId === undefined || known.state === 'awaitingOperator') {
      this.#submit(step, document);
    } else void this.#followKnown(step, document, known.taskId);
  }

  /** One whose task is yet to be found hears of it then. */
  cancel({ handle }: JobStep, reason: string): void {
    this.#cancelReason = reason;
    if (handle !== null) this.#answers.push(this.#port.cancel(handle, reason));
  }

  /** What became of the tasks that were told to end. */
  async answers(): Promise<readonly CancelAnswer[]> {
    const settled = await Promise.allSettled(this.#answers);
    return settled.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  }

  /** Makes tasks stand still; those that cannot go on, and that is said in the job's log. */
  async suspend(steps: readonly JobStep[]): Promise<void> {
    const asked = steps.map(async (step) => {
      const { handle, plan } = step;
      if (handle === null) return;
      step.isSuspended = true;
      try {
        await handle.suspend({ reason: suspendReason(this.#port.jobId) });
      } catch (error) {
        step.isSuspended = false;
        const where = stepInWords(plan.path, plan.document.name);
        this.#port.log('warn', `Step ${where} goes on: ${messageOf(error)}`);
      }
    });
    await Promise.all(asked);
  }

  async resume(steps: readonly JobStep[]): Promise<void> {
    const asked = steps.map(async (step) => {
      await step.handle?.resume({ reason: `job ${this.#port.jobId} goes on` });
      step.isSuspended = false;
    });
    await Promise.all(asked);
  }

  #submit(step: JobStep, document: CommandDocument | TaskDocument): void {
    const { path } = step.plan;
    const { name, requires } = document;
    const more = {
      ...(name === undefined ? {} : { name }),
      ...(requires === undefined ? {} : { requires }),
    };
    let handle: TaskHandle;
    try {
      if (document.type === 'task') {
        const { plugin, input, options = {} } = document;
        handle = this.#port.submit(plugin, input, { ...options, ...more }, path);
      } else {
        const order = commandOf(document);
        const called = { name: commandName(order), ...more };
        handle = this.#port.submit(commandPluginName, order, called, path);
      }
    } catch (error) {
      if (codeOf(error) === 'ENGINE_NOT_RUNNING') return this.#listener.halted(step);
      return this.#failed(step, error);
    }
    void this.#follow(step, handle);
  }

  /** What a task of an earlier attempt came to is the step's end; a failed one may be repeated. */
  async #followKnown(
    step: JobStep,
    document: CommandDocument | TaskDocument,
    id: number,
  ): Promise<void> {
    try {
      const { handle, effect } = await this.#port.find(id);
      const mayRepeat = effect !== 'unsafe' && step.known?.endedAt !== undefined;
      if (mayRepeat) return this.#submit(step, document);
      this.#port.release(handle);
      await this.#follow(step, handle);
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'TASK_FORGOTTEN' && code !== 'TASK_UNKNOWN') return this.#failed(step, error);
      const { jobId, attempt } = this.#port;
      const lost = taskError('LOST', [id, messageOf(error)], 'process', attempt);
      const message = `${lost.message} It was a step of job ${jobId}.`;
      const doubt = { ...lost, message };
      this.#listener.ended(step, { outcome: 'doubted', state: 'awaitingOperator', error: doubt });
    }
  }

  async #follow(step: JobStep, handle: TaskHandle): Promise<void> {
    const { path } = step.plan;
    step.handle = handle;
    if (step.isAsked) this.cancel(step, this.#cancelReason);
    if (step.known === null || step.known.taskId !== handle.id) {
      const { startedAt } = step;
      void this.#port.keep({ path, state: 'running', taskId: handle.id, startedAt });
    }
    const stop = this.#port.onProgress(handle, (percent) =>
      this.#listener.progressed(step, percent),
    );
    try {
      const result = await this.#port.waitFor(handle.id);
      await this.#tell(step, handle, result);
    } catch (error) {
      const code = codeOf(error);
      // The engine ends under it: the next one goes on from here.
      if (code === 'ENGINE_CLOSED') return this.#listener.halted(step);
      if (code === 'WAIT_CYCLE') void this.#port.cancel(handle, messageOf(error));
      this.#failed(step, error);
    } finally {
      stop();
    }
  }

  async #tell(step: JobStep, handle: TaskHandle, { taskStatus, error }: TaskResult): Promise<void> {
    const state = stateOfStatus[taskStatus] ?? 'failed';
    if (error === null) {
      const result = await handle.output();
      return this.#listener.ended(step, { outcome: 'completed', state, result });
    }
    const isStopped = state === 'cancelled' && step.isAsked;
    const outcome = isStopped ? 'stopped' : 'failed';
    this.#listener.ended(step, { outcome, state, error });
  }

  #failed(step: JobStep, thrown: unknown): void {
    const error = describeError(thrown, 'process', this.#port.attempt);
    if (thrownFor(error) === undefined) rememberThrown(error, thrown);
    this.#listener.ended(step, { outcome: 'failed', state: 'failed', error });
  }
}

/** Why a job's task stands still; by it the job knows it again after a restart. */
export const suspendReason = (jobId: number): string => `job ${jobId} stands still`;

/** The input of the task that sends a step's command. */
export const commandOf = ({
  device,
  command,
  args,
  options,
}: CommandDocument): Pick<CommandInput, 'device' | 'command'> & object => ({
  device,
  command,
  ...(args === undefined ? {} : { args }),
  ...(options === undefined ? {} : { options }),
});

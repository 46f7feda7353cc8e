import { RunstateError } from '../kernel/errors.ts';
import { codeOf, messageOf } from '../kernel/task-error.ts';
import { builtInPlugin, EndedOtherwise } from '../wire/built-in.ts';
import type { BuiltInCode, BuiltInContext } from '../wire/built-in.ts';
import { jobPluginName } from '../wire/job-document.ts';
import type { JobDocument } from '../wire/job-document.ts';
import { planJob, stepInWords } from '../wire/job-plan.ts';
import type { DefinedPlugin } from '../wire/plugin.ts';
import { jobDocument } from '../wire/job-schema.ts';
import type { CancelAnswer } from './cancellations.ts';
import { JobRun } from './job-run.ts';
import type { JobEnd } from './job-run.ts';
import { outputOf } from './job-step.ts';
import type { StepFailure } from './job-step.ts';
import type { Jobs } from './jobs.ts';
import { thrownFor } from './thrown-values.ts';

/** The plugin whose tasks are jobs. */
export const jobPlugin = (jobs: Jobs): DefinedPlugin<JobDocument> =>
  builtInPlugin({
    name: jobPluginName,
    description: 'Runs the steps of a job: device commands, tasks and actions.',
    input: jobDocument,
    effect: 'idempotent',
    isSlotless: true,
    continues: true,
    waitsForTasks: true,
    pausedBy: 'plugin',
    effectOf: (input) => jobs.effectOf(input as JobDocument),
    code: () => new JobCode(jobs),
  }) as DefinedPlugin<JobDocument>;

/** One attempt of a job's task. */
class JobCode implements BuiltInCode<JobDocument> {
  readonly #jobs: Jobs;
  #run: JobRun | null = null;
  #isSuspended = false;

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  setup(): Promise<void> {
    return this.#jobs.whenOpen();
  }

  async process(context: BuiltInContext<JobDocument>): Promise<unknown> {
    const { id, input, signal } = context;
    const known = await this.#jobs.known(id);
    signal.throwIfAborted();
    const run = new JobRun(planJob(input), known, this.#jobs.portOf(context));
    this.#run = run;
    if (this.#isSuspended) await run.suspend();
    const end = await this.#end(run, context);
    switch (end.outcome) {
      case 'completed':
        return outputOf(run.steps);
      case 'failed':
        tellLeft(context, await run.answers());
        throw errorOf(end.failure);
      case 'doubted':
        throw new EndedOtherwise('awaitingOperator', errorOf(end.failure));
      case 'stopped':
        acknowledge(context, await run.answers());
        throw signal.reason;
    }
  }

  async pause(): Promise<void> {
    this.#isSuspended = true;
    await this.#run?.suspend();
  }

  async resume(): Promise<void> {
    await this.#run?.resume();
    this.#isSuspended = false;
  }

  /** How the run ends; when the engine ends before, the reason for that is thrown. */
  #end(run: JobRun, { id, signal }: BuiltInContext<JobDocument>): Promise<JobEnd> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        const { reason }: { reason: unknown } = signal;
        if (codeOf(reason) === 'ENGINE_CLOSED' && reason instanceof Error) {
          void run.breakOff(reason).then(() => reject(reason));
        } else run.stop(`job ${id} ends: ${messageOf(reason)}`, this.#jobs.graceOf(id));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      run
        .run()
        .finally(() => signal.removeEventListener('abort', onAbort))
        .then(resolve, reject);
    });
  }
}

/** What goes on of the tasks that were told to end, by its names. */
const leftOf = (answers: readonly CancelAnswer[]): readonly string[] =>
  answers.flatMap(({ stillRunning = [] }) => stillRunning);

/** A cancel is answered by the worst of the answers of the steps. */
function acknowledge(
  { acknowledge: by, leave }: BuiltInContext,
  answers: readonly CancelAnswer[],
): void {
  const stopped = answers.filter(({ status }) => status === 'cancelled');
  if (stopped.some(({ acknowledgedBy }) => acknowledgedBy === 'nobody')) {
    leave({ stillRunning: leftOf(answers), error: null });
  } else if (stopped.length > 0 && stopped.every((each) => each.acknowledgedBy === 'device')) {
    by('device');
  }
}

function tellLeft({ log }: BuiltInContext, answers: readonly CancelAnswer[]): void {
  const left = leftOf(answers);
  if (left.length > 0) log.warning(`Still running: ${left.join(', ')}.`);
}

/** The job's error: that of its first step which failed, with where that stands. */
function errorOf(failure: StepFailure | null): Error {
  if (failure === null)
    return new RunstateError('ENGINE_DEFECT', ['?', 'a job failed without an error']);
  const { path, error } = failure;
  const thrown = thrownFor(error);
  const message =
    path === '' ? error.message : `Step ${stepInWords(path, undefined)}: ${error.message}`;
  return new RunstateError(error.code, [], {
    message,
    cause: thrown ?? error,
    fields: path === '' ? [] : [{ path, message: error.message }],
  });
}

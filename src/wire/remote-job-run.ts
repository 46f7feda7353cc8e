import { backoffMs } from '../kernel/retry.ts';
import { isPermanent } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import { callWithin, wait } from './interruptible.ts';
import type { PluginContext } from './plugin-context.ts';
import { inWords, JobError, jobError, JobMonitorError, saying } from './remote-job-errors.ts';
import { RemoteJobLaunch } from './remote-job-launch.ts';
import { remoteStates } from './remote-job-service.ts';
import type { RemoteService, RemoteStatus } from './remote-job-service.ts';
import { PollTimes, settingsOf } from './remote-job-settings.ts';
import type { RemoteJobSettings } from './remote-job-settings.ts';
import { showValue } from './show-value.ts';

type Context = PluginContext<unknown, unknown>;

/** Makes the error of a call that was tried often enough. */
type Failure = (cause: unknown) => Error;

/**
 * A closing engine leaves remote jobs alone: the task goes on with its own when the engine is started
 * again.
 */
const isShutdown = ({ reason }: AbortSignal): boolean =>
  typeof reason === 'object' &&
  reason !== null &&
  'code' in reason &&
  reason.code === 'ENGINE_CLOSED';

/** One attempt of a remote job's task: finds or launches the job, and follows it to its end. */
export class RemoteJobRun<TOutput, TRef, TStatus extends RemoteStatus> {
  readonly #service: RemoteService<TOutput, TRef, TStatus>;
  readonly #context: Context;
  readonly #launch: RemoteJobLaunch<TRef>;
  #settings: RemoteJobSettings | null = null;
  #percent = 0;
  /** There is nothing left that could be cancelled. */
  #isOver = false;

  constructor(service: RemoteService<TOutput, TRef, TStatus>, context: Context) {
    this.#service = service;
    this.#context = context;
    this.#launch = new RemoteJobLaunch(service, context, (name, call, failure) =>
      this.#ask(name, call, failure, this.#given.callTimeoutMs),
    );
  }

  async run(): Promise<TOutput> {
    const { pollSchedule } = this.#given;
    const { ref, isNew } = await this.#launch.attach();
    const times = new PollTimes(pollSchedule);
    let status: TStatus | undefined;
    for (let delayMs = isNew ? times.next() : 0; status?.state !== 'completed';) {
      await wait(this.#context, delayMs);
      status = await this.#poll(ref);
      await this.#assertAlive(ref, status);
      delayMs = times.next(status);
    }
    this.#isOver = true;
    this.#context.log.info(`Remote job ${inWords(ref)} finished.`);
    return this.#ask(
      'result',
      (signal) => this.#service.result(ref, { signal }),
      (cause) => jobError(JobError, 'JOB_RESULT_FAILED', [inWords(ref), messageOf(cause)], cause),
    );
  }

  /** Ends the remote job, if there is one; a launch that is under way is waited for. */
  async cancel(): Promise<void> {
    const { log, signal } = this.#context;
    if (isShutdown(signal)) return;
    const { callTimeoutMs } = this.#given;
    const ref = await this.#launch.settled(callTimeoutMs);
    if (ref === null || this.#isOver) return;
    if (this.#service.cancelRemote === undefined) {
      log.warning(`Remote job ${inWords(ref)} goes on: its plugin has no \`cancelRemote\`.`);
      return;
    }
    await this.#launch.cancel(ref, callTimeoutMs);
    this.#isOver = true;
    log.info(`Remote job ${inWords(ref)} was cancelled.`);
    await this.#launch.forget();
  }

  get #given(): RemoteJobSettings {
    this.#settings ??= settingsOf(this.#service);
    return this.#settings;
  }

  async #poll(ref: TRef): Promise<TStatus> {
    const status = await this.#ask(
      'poll',
      async (signal) => {
        const answer = await this.#service.poll(ref, { signal });
        assertStatus(answer, ref);
        await this.#service.monitor(answer, ref);
        return answer;
      },
      (cause) =>
        jobError(JobMonitorError, 'JOB_MONITOR_FAILED', [inWords(ref), messageOf(cause)], cause),
      this.#given.callTimeoutMs,
    );
    // Told after each poll, known or not: it is the sign of life that a heartbeat waits for.
    this.#percent = status.progress ?? this.#percent;
    this.#context.progress(this.#percent, textOf(status));
    return status;
  }

  /** @throws {@link JobError} when the remote job came to an end that is none */
  async #assertAlive(ref: TRef, status: TStatus): Promise<void> {
    const error = errorOf(status.state, this.#context.id, inWords(ref), textOf(status));
    if (error === null) return;
    this.#isOver = true;
    await this.#launch.forget();
    throw error;
  }

  /** Calls the service until it answers, as often as `monitorRetries` says. */
  async #ask<T>(
    name: string,
    call: (signal: AbortSignal) => T | Promise<T>,
    failure: Failure,
    limitMs?: number,
  ): Promise<T> {
    const { log, signal } = this.#context;
    const { retry } = this.#given;
    const limits = { until: signal, log, ...(limitMs === undefined ? {} : { limitMs }) };
    for (let failures = 1; ; failures += 1) {
      try {
        return await callWithin(call, limits);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof JobError) throw error;
        if (isPermanent(error) || failures > retry.max) throw failure(error);
        const delayMs = backoffMs(retry, failures);
        log.warning(`${name} failed, next try in ${delayMs} ms: ${messageOf(error)}`);
        await wait(this.#context, delayMs);
      }
    }
  }
}

/** Services are programmed by others, and plugins may be JavaScript. */
function assertStatus(answer: RemoteStatus, ref: unknown): void {
  const given: unknown = answer;
  const isObject = typeof given === 'object' && given !== null && 'state' in given;
  if (isObject && remoteStates.some((state) => state === given.state)) return;
  const problem = `\`poll\` must give \`{ state }\` with one of ${remoteStates.join(', ')}, got ${showValue(given)}`;
  throw jobError(JobMonitorError, 'JOB_MONITOR_FAILED', [inWords(ref), problem]);
}

/** What is no text is not shown. */
const textOf = ({ message }: RemoteStatus): string | undefined =>
  typeof message === 'string' ? message : undefined;

function errorOf(
  state: RemoteStatus['state'],
  taskId: number,
  job: string,
  message: string | undefined,
): JobError | null {
  switch (state) {
    case 'queued':
    case 'running':
    case 'completed':
      return null;
    case 'failed':
      return jobError(JobError, 'JOB_FAILED', [job, saying(message)]);
    case 'cancelled':
      return jobError(JobError, 'JOB_CANCELLED', [job, saying(message)]);
    case 'vanished': {
      const what = `the service does not know remote job ${job} any more${saying(message)}`;
      return jobError(JobError, 'LOST', [String(taskId), what]);
    }
  }
}

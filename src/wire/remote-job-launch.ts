import { isPermanent } from '../kernel/errors.ts';
import { messageOf } from '../kernel/task-error.ts';
import { callWithin } from './interruptible.ts';
import type { PluginContext } from './plugin-context.ts';
import { inWords, JobError, jobError, JobLaunchError, permanently } from './remote-job-errors.ts';
import { readRecord } from './remote-job-record.ts';
import type { RemoteJobRecord } from './remote-job-record.ts';
import type { RemoteService, RemoteStatus } from './remote-job-service.ts';

/** Asks the service, again and again where it is in trouble. */
type Ask = <T>(
  name: string,
  call: (signal: AbortSignal) => T | Promise<T>,
  failure: (cause: unknown) => Error,
) => Promise<T>;

/** The remote job that an attempt goes on with. */
export interface Attached<TRef> {
  readonly ref: TRef;
  /** It was launched a moment ago. */
  readonly isNew: boolean;
}

type Service<TRef> = Pick<
  RemoteService<unknown, TRef, RemoteStatus>,
  'launch' | 'findLaunched' | 'cancelRemote'
>;

/** A connection that was never made carried no launch. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH']);

/** Whether an error of `launch` says that there is no remote job. */
function isRefusal(error: unknown): boolean {
  if (error instanceof JobLaunchError || isPermanent(error)) return true;
  for (let next = error, depth = 0; next instanceof Error && depth < 8; depth += 1) {
    if ('code' in next && neverConnected.has(String(next.code))) return true;
    next = next.cause;
  }
  return false;
}

/** Sees to it that a task has one remote job, and that its id is kept. */
export class RemoteJobLaunch<TRef> {
  readonly #service: Service<TRef>;
  readonly #context: PluginContext<unknown, unknown>;
  readonly #ask: Ask;
  readonly #record: RemoteJobRecord<TRef> | null;
  /** The launch that was begun, or the job of an earlier attempt. */
  #launched: Promise<TRef> | null = null;
  /** The key of a launch of which it is not known whether it made a job. */
  #doubtfulKey: string | null = null;

  constructor(service: Service<TRef>, context: PluginContext<unknown, unknown>, ask: Ask) {
    this.#service = service;
    this.#context = context;
    this.#ask = ask;
    this.#record = readRecord<TRef>(context.resumeFrom);
    if (this.#record?.remoteJob === 'launched') {
      this.#launched = Promise.resolve(this.#record.ref);
    }
    if (this.#record?.remoteJob === 'launching') this.#doubtfulKey = this.#record.key;
  }

  /** @throws {@link JobLaunchError} */
  async attach(): Promise<Attached<TRef>> {
    const record = this.#record;
    switch (record?.remoteJob) {
      case 'launched':
        this.#context.log.info(`Remote job ${inWords(record.ref)} is followed again.`);
        return { ref: record.ref, isNew: false };
      case 'launching':
        return this.#findOrLaunch(record.key);
      case 'none': {
        const key = `${this.#context.id}-${crypto.randomUUID()}`;
        await this.#context.checkpoint(launching(key));
        return this.#launchJob(key);
      }
      case undefined:
        throw unknownLaunch('?', 'the checkpoint was not written by RemoteJob');
    }
  }

  /**
   * The job of the task when its launch has come to an end; null when there is none, or none that can
   * be known of.
   */
  async settled(limitMs: number): Promise<TRef | null> {
    try {
      if (this.#launched !== null) return await this.#launched;
    } catch {
      // The attempt itself reports why the launch failed.
    }
    return this.#doubtfulKey === null ? null : this.#findDoubtful(this.#doubtfulKey, limitMs);
  }

  /** @throws {@link JobError} `JOB_CANCEL_FAILED` */
  async cancel(ref: TRef, limitMs?: number): Promise<void> {
    const { log } = this.#context;
    try {
      const limits = limitMs === undefined ? { log } : { log, limitMs };
      await callWithin((signal) => this.#service.cancelRemote?.(ref, { signal }), limits);
    } catch (error) {
      throw jobError(JobError, 'JOB_CANCEL_FAILED', [inWords(ref), messageOf(error)], error);
    }
  }

  /** Notes that the job is over, so that a retry launches another one. */
  async forget(): Promise<void> {
    try {
      await this.#context.checkpoint({ remoteJob: 'none' });
    } catch (error) {
      if (this.#isStop(error)) return;
      this.#context.log.error(`The end of the remote job was not stored: ${messageOf(error)}`);
    }
  }

  async #findDoubtful(key: string, limitMs: number): Promise<TRef | null> {
    const { log } = this.#context;
    if (this.#service.findLaunched === undefined) {
      log.warning(`A remote job with key "${key}" may run: its launch was interrupted.`);
      return null;
    }
    const find = (signal: AbortSignal) => this.#service.findLaunched?.(key, { signal });
    try {
      return (await callWithin(find, { log, limitMs })) ?? null;
    } catch (error) {
      throw jobError(JobError, 'JOB_CANCEL_FAILED', [`with key ${key}`, messageOf(error)], error);
    }
  }

  async #findOrLaunch(key: string): Promise<Attached<TRef>> {
    if (this.#service.findLaunched === undefined) {
      throw unknownLaunch(key, 'the plugin has no `findLaunched` to ask the service');
    }
    const found = await this.#ask(
      'findLaunched',
      (signal) => this.#service.findLaunched?.(key, { signal }),
      (cause) => jobError(JobLaunchError, 'JOB_LAUNCH_UNKNOWN', [key, messageOf(cause)], cause),
    );
    if (found === undefined || found === null) return this.#launchJob(key);
    this.#launched = Promise.resolve(found);
    await this.#keep(key, found);
    this.#context.log.info(`Remote job ${inWords(found)} was found, and is followed.`);
    return { ref: found, isNew: false };
  }

  async #launchJob(key: string): Promise<Attached<TRef>> {
    this.#launched = this.#callLaunch(key);
    const ref = await this.#launched;
    await this.#keep(key, ref);
    this.#context.log.info(`Remote job ${inWords(ref)} was launched.`);
    return { ref, isNew: true };
  }

  async #callLaunch(key: string): Promise<TRef> {
    let ref: TRef;
    this.#doubtfulKey = key;
    try {
      ref = await this.#service.launch({ key });
    } catch (error) {
      throw await this.#launchFailed(key, error);
    }
    if (ref !== undefined && ref !== null) return ref;
    const problem = `\`launch\` gave no id, so the job cannot be followed; its key is "${key}"`;
    throw jobError(JobLaunchError, 'JOB_LAUNCH_FAILED', [problem], permanently(problem));
  }

  async #launchFailed(key: string, error: unknown): Promise<Error> {
    if (isRefusal(error)) {
      this.#doubtfulKey = null;
      await this.forget();
      if (error instanceof JobLaunchError) return error;
      return jobError(JobLaunchError, 'JOB_LAUNCH_FAILED', [messageOf(error)], error);
    }
    const doubt = `${messageOf(error)} (whether the service began it is not known; its key is "${key}")`;
    const cause = this.#service.findLaunched === undefined ? permanently(error) : error;
    return jobError(JobLaunchError, 'JOB_LAUNCH_FAILED', [doubt], cause);
  }

  /** Stores the id at once: from here on a restart goes on with this job. */
  async #keep(key: string, ref: TRef): Promise<void> {
    try {
      await this.#context.checkpoint({ remoteJob: 'launched', key, ref });
    } catch (error) {
      // Whoever told the attempt to stop has the job cancelled.
      if (this.#isStop(error)) throw error;
      throw await this.#notKept(ref, error);
    }
  }

  /** A job that a restart would not know is better ended; if it cannot be, it is at least named. */
  async #notKept(ref: TRef, error: unknown): Promise<Error> {
    let end = 'it may still run';
    if (this.#service.cancelRemote !== undefined) {
      end = await this.cancel(ref).then(
        () => 'it was cancelled',
        (failure: unknown) => messageOf(failure),
      );
    }
    const problem = `job ${inWords(ref)} was begun, but its id could not be stored (${messageOf(error)}): ${end}`;
    return jobError(JobLaunchError, 'JOB_LAUNCH_FAILED', [problem], permanently(error));
  }

  #isStop(error: unknown): boolean {
    const { signal } = this.#context;
    return signal.aborted && error === signal.reason;
  }
}

const launching = (key: string): RemoteJobRecord<never> => ({ remoteJob: 'launching', key });

const unknownLaunch = (key: string, why: string): JobError =>
  jobError(JobLaunchError, 'JOB_LAUNCH_UNKNOWN', [key, why], permanently(why));

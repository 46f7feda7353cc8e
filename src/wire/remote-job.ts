import type { RetryOptions } from '../kernel/retry.ts';
import { classBrand, Plugin } from './plugin-class.ts';
import type { PluginTraits } from './plugin.ts';
import { RemoteJobRun } from './remote-job-run.ts';
import type { LaunchCall, RemoteCall, RemoteService, RemoteStatus } from './remote-job-service.ts';
import { defaultPollSchedule } from './remote-job-settings.ts';

/**
 * A plugin for a computation on a remote service that outlives this process: it is launched once,
 * asked from time to time how it stands, and its result is fetched.
 *
 * The remote id is stored as soon as it is known. After a restart, or in a retry, the task goes on
 * with the same remote job; it is never launched a second time unless it is known that there is none,
 * or that it is over. `effect` is `'resumable'` unless `traits` say otherwise. The checkpoint belongs
 * to this class: code that extends it writes none of its own.
 *
 * @example
 * ```ts
 * export class Fold extends RemoteJob<{ sequence: string }, unknown, string> {
 *   async launch({ key }: LaunchCall) {
 *     const body = JSON.stringify({ ...this.input, key });
 *     const response = await fetch(`${service}/jobs`, { method: 'POST', body });
 *     if (!response.ok) throw new JobLaunchError(await response.text());
 *     return (await response.json()).id;
 *   }
 *   async poll(id: string, { signal }: RemoteCall) {
 *     const response = await fetch(`${service}/jobs/${id}`, { signal });
 *     return response.status === 404 ? { state: 'vanished' as const } : response.json();
 *   }
 *   async result(id: string, { signal }: RemoteCall) {
 *     return (await fetch(`${service}/jobs/${id}/result`, { signal })).json();
 *   }
 * }
 * ```
 */
export abstract class RemoteJob<
  TInput = unknown,
  TOutput = unknown,
  TRef = unknown,
  TStatus extends RemoteStatus = RemoteStatus,
>
  extends Plugin<TInput, TOutput>
  implements RemoteService<TOutput, TRef, TStatus>
{
  static override readonly [classBrand]: boolean = true;
  static override readonly defaultTraits: PluginTraits = { effect: 'resumable' };

  /**
   * Milliseconds before the first poll, the second, and so on; the last one is repeated. After a
   * restart it begins anew, and the first poll is made at once.
   *
   * @defaultValue 5 seconds at first, growing to more than 13 minutes, then every 5 minutes
   */
  readonly pollSchedule: readonly number[] = defaultPollSchedule;
  /**
   * How long one call of `poll`, `findLaunched` or `cancelRemote` may take, in milliseconds.
   *
   * @defaultValue `60_000`
   */
  readonly callTimeoutMs: number = 60_000;
  /**
   * How often in a row `poll`, `monitor`, `result` or `findLaunched` may fail, and how long to wait in
   * between: a service that cannot be reached for a while fails no job.
   *
   * @defaultValue `30`, which is about 25 minutes
   */
  readonly monitorRetries: number | RetryOptions = 30;

  #run: RemoteJobRun<TOutput, TRef, TStatus> | null = null;

  /**
   * Starts the remote computation and gives its id: any JSON that the other methods need. It is not
   * interrupted by a cancel, since then nobody would know whether there is a job; bound its request by
   * a timeout of its own.
   *
   * @throws {@link JobLaunchError} when the service refused, so that there is no remote job. After any
   *   other error, but one of a connection that was never made, that is not known, and the task is
   *   tried again only with `findLaunched`
   */
  abstract launch(call: LaunchCall): TRef | Promise<TRef>;

  /**
   * Asks how the remote job stands. What it throws is taken for a passing trouble, and it is called
   * again; a {@link JobError} or {@link PermanentFailure} ends the task at once.
   */
  abstract poll(ref: TRef, call: RemoteCall): TStatus | Promise<TStatus>;

  /** Fetches the output of a completed job. What it throws is treated as by `poll`. */
  abstract result(ref: TRef, call: RemoteCall): TOutput | Promise<TOutput>;

  /** Called with the answer to each poll, the last one too: to log, to count, to give up. */
  monitor(_status: TStatus, _ref: TRef): unknown {
    return undefined;
  }

  /**
   * Finds the job that was launched with a key: called when the process ended during the launch. Null
   * says that there is none; then it is launched with the same key. Without this method such a task
   * fails with `JOB_LAUNCH_UNKNOWN`. For a service that begins nothing twice for one key, give null.
   */
  findLaunched?(key: string, call: RemoteCall): TRef | null | Promise<TRef | null>;

  /**
   * Ends the remote job: called when the task is cancelled or its time is up, not when the engine
   * closes. Without this method the job goes on, and the log says so. Use the signal that is given:
   * the context's has fired.
   */
  cancelRemote?(ref: TRef, call: RemoteCall): unknown;

  override process(): Promise<TOutput> {
    return this.#current.run();
  }

  /** Cancels the remote job; code that has more to stop calls `super.abort()` too. */
  override abort(): Promise<void> {
    return this.#current.cancel();
  }

  get #current(): RemoteJobRun<TOutput, TRef, TStatus> {
    this.#run ??= new RemoteJobRun(this, this.context);
    return this.#run;
  }
}

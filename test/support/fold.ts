import { JobLaunchError, PermanentFailure, RemoteJob } from '../../src/plugin.ts';
import type { LaunchCall, RemoteCall, RemoteStatus } from '../../src/plugin.ts';

interface FoldInput {
  readonly url: string;
}

async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await fetch(url, init);
  if (response.ok || response.status === 404) return response;
  if (response.status === 403) throw new PermanentFailure('not allowed');
  throw new Error(`status ${response.status}`);
}

/** A client of the job service, in the fewest words that do. */
export class Fold extends RemoteJob<FoldInput, unknown, string> {
  static override readonly pluginName: string | undefined = 'remote.fold';
  override readonly pollSchedule: readonly number[] = [1];
  override readonly monitorRetries = { max: 2, baseMs: 1 };
  readonly seen: string[] = [];

  async launch({ key }: LaunchCall): Promise<string> {
    const body = JSON.stringify({ key, input: this.input });
    const response = await fetch(this.input.url, { method: 'POST', body });
    if (response.status === 429) throw new JobLaunchError('the queue is full');
    if (!response.ok) throw new Error(`status ${response.status}`);
    return ((await response.json()) as { id: string }).id;
  }

  async poll(id: string, { signal }: RemoteCall): Promise<RemoteStatus> {
    const response = await ask(`${this.input.url}/jobs/${id}`, { signal });
    if (response.status === 404) return { state: 'vanished' };
    return (await response.json()) as RemoteStatus;
  }

  async result(id: string, { signal }: RemoteCall): Promise<unknown> {
    return (await ask(`${this.input.url}/jobs/${id}/result`, { signal })).json();
  }

  override monitor({ state }: RemoteStatus, id: string): void {
    this.seen.push(`${id} ${state}`);
    this.context.summary(this.seen);
  }
}

/** One whose service can end its jobs. */
export class FoldWithCancel extends Fold {
  override async cancelRemote(id: string, { signal }: RemoteCall): Promise<void> {
    await ask(`${this.input.url}/jobs/${id}`, { method: 'DELETE', signal });
  }
}

/** One whose service knows its jobs by their keys. */
export class FoldWithKeys extends FoldWithCancel {
  override async findLaunched(key: string, { signal }: RemoteCall): Promise<string | null> {
    const response = await ask(`${this.input.url}/jobs?key=${key}`, { signal });
    return (await response.json()) as string | null;
  }
}

import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { deferred } from '../../src/kernel/deferred.ts';
import type { Deferred } from '../../src/kernel/deferred.ts';

/** What the service is asked. */
export type Call = 'launch' | 'poll' | 'result' | 'find' | 'cancel';

/** How a call goes wrong: a status, no answer or a cut connection, before or after the work. */
export type Fault = number | 'hang' | 'hangAfter' | 'cut' | 'cutAfter';

interface Job {
  readonly id: string;
  readonly key: string;
  readonly input: unknown;
  status: Record<string, unknown>;
  result: unknown;
}

interface Reply {
  readonly status: number;
  readonly body?: unknown;
}

const notFound: Reply = { status: 404, body: { error: 'No such job' } };

/** A real HTTP service on a port of its own that runs jobs as a test tells it to. */
export class JobService {
  readonly jobs: Job[] = [];
  /** Every call that came in, in order. */
  readonly calls: Call[] = [];
  /** What happens to the next calls of a kind, in order. */
  readonly faults: { readonly [Kind in Call]: Fault[] } = {
    launch: [],
    poll: [],
    result: [],
    find: [],
    cancel: [],
  };
  /** What a new job says of itself. */
  firstStatus: Record<string, unknown> = { state: 'running' };
  #firstResult: unknown = null;
  readonly #waiters: [call: Call, count: number, seen: Deferred<void>][] = [];
  #server: Server | null = null;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Listens; after a stop, on the port that it had before. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Stops listening, and cuts every connection; its jobs are still known when it starts again. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server === null) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  count(call: Call): number {
    return this.calls.filter((seen) => seen === call).length;
  }

  /** Resolves when so many calls of a kind have come in. */
  async seen(call: Call, count = 1): Promise<void> {
    if (this.count(call) >= count) return;
    const seen = deferred<void>();
    this.#waiters.push([call, count, seen]);
    await seen.promise;
  }

  /** Says that every job, also one that is launched later, is at its end. */
  finish(result: unknown): void {
    for (const job of this.jobs) {
      job.status = { state: 'completed' };
      job.result = result;
    }
    this.firstStatus = { state: 'completed' };
    this.#firstResult = result;
  }

  /** Says something else of every job, also of one that is launched later. */
  say(status: Record<string, unknown>): void {
    for (const job of this.jobs) job.status = status;
    this.firstStatus = status;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const call = callOf(request);
    this.calls.push(call);
    for (const [kind, count, seen] of this.#waiters) if (this.count(kind) >= count) seen.resolve();
    const fault = this.faults[call].shift();
    if (fault === 'hang') return;
    if (fault === 'cut') return void request.socket.destroy();
    if (typeof fault === 'number') return void response.writeHead(fault).end('out of order');
    const { status, body: answer } = this.#reply(call, request.url ?? '', body);
    if (fault === 'hangAfter') return;
    if (fault === 'cutAfter') return void request.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? null));
  }

  #reply(call: Call, path: string, body: string): Reply {
    if (call === 'launch') return { status: 201, body: { id: this.#begin(body) } };
    if (call === 'find') {
      const key = new URL(path, this.url).searchParams.get('key');
      return { status: 200, body: this.jobs.find((job) => job.key === key)?.id };
    }
    const job = this.jobs.find(({ id }) => id === path.split('/')[2]);
    if (job === undefined) return notFound;
    if (call === 'cancel') job.status = { state: 'cancelled' };
    return { status: 200, body: call === 'result' ? job.result : job.status };
  }

  #begin(body: string): string {
    const { key, input } = JSON.parse(body) as { key: string; input: unknown };
    const id = `job-${this.jobs.length + 1}`;
    this.jobs.push({ id, key, input, status: this.firstStatus, result: this.#firstResult });
    return id;
  }
}

function callOf({ method, url = '' }: IncomingMessage): Call {
  if (method === 'POST') return 'launch';
  if (method === 'DELETE') return 'cancel';
  if (url.includes('?key=')) return 'find';
  return url.endsWith('/result') ? 'result' : 'poll';
}

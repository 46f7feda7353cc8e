import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskResult } from '../../src/index.ts';
import { JobService } from '../support/job-service.ts';

const host = new URL('../fixtures/remote-jobs/host.mjs', import.meta.url).pathname;

/** An engine in a process of its own. */
class Host {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  constructor(...args: string[]) {
    this.#child = spawn(process.execPath, [host, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done === true) throw new Error('the host ended and printed nothing more');
    return value;
  }

  close(): void {
    this.#child.stdin.write('close\n');
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

let service: JobService;
let folder: string;
const hosts: Host[] = [];

const start = (...args: string[]): Host => {
  const started = new Host(join(folder, 'runs.db'), ...args);
  hosts.push(started);
  return started;
};

/** Submits a task to a first engine, which then comes to its end. */
const submit = async (plugin: string): Promise<{ readonly first: Host; readonly id: string }> => {
  const first = start('submit', plugin, service.url);
  const [, id = ''] = (await first.line()).split(' ');
  return { first, id };
};

/** What became of a task in another engine on the same store. */
const resultLater = async (id: string): Promise<TaskResult> =>
  JSON.parse(await start('wait', id).line()) as TaskResult;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'runstate-remote-'));
  service = new JobService();
  await service.start();
});
afterEach(async () => {
  for (const one of hosts.splice(0)) await one.kill();
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a remote job whose engine is killed', () => {
  it.each(['inline', 'thread', 'process'])(
    'is followed by the next engine, in the %s runner',
    async (runner) => {
      const { first, id } = await submit(`remote.${runner}`);
      await service.seen('poll', 2);
      await first.kill();
      service.finish({ energy: -3 });
      expect(await resultLater(id)).toMatchObject({
        taskStatus: 'completed',
        payload: { energy: -3 },
      });
      expect([service.count('launch'), service.count('cancel')]).toEqual([1, 0]);
    },
  );

  it('is not launched twice when it was killed during the launch', async () => {
    service.faults.launch.push('hangAfter');
    const { first, id } = await submit('remote.inline');
    await service.seen('launch');
    await first.kill();
    expect(await resultLater(id)).toMatchObject({
      taskStatus: 'failed',
      error: { code: 'JOB_LAUNCH_UNKNOWN', isPermanent: true },
    });
    expect(service.count('launch')).toBe(1);
  });

  it('is found again when it was killed during the launch and the service can tell', async () => {
    service.faults.launch.push('hangAfter');
    const { first, id } = await submit('remote.keyed');
    await service.seen('launch');
    await first.kill();
    service.finish('found');
    expect(await resultLater(id)).toMatchObject({ taskStatus: 'completed', payload: 'found' });
    expect(service.calls.slice(0, 2)).toEqual(['launch', 'find']);
    expect(service.count('launch')).toBe(1);
  });
});

describe('a remote job whose engine is closed', () => {
  it.each(['inline', 'thread', 'process'])(
    'goes on, and is followed by the next engine, in the %s runner',
    async (runner) => {
      const { first, id } = await submit(`remote.${runner}`);
      await service.seen('poll', 2);
      first.close();
      expect(await first.line()).toBe('closed');
      service.finish('later');
      expect(await resultLater(id)).toMatchObject({ taskStatus: 'completed', payload: 'later' });
      expect([service.count('launch'), service.count('cancel')]).toEqual([1, 0]);
    },
  );
});

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TaskHandle } from '../../src/index.ts';
import { startDurable } from '../support/durable-engine.ts';
import type { DurableEngine } from '../support/durable-engine.ts';
import { callsOf, registerScenes } from '../support/job-scenes.ts';
import type { JobScene } from '../support/job-scenes.ts';

/** What an engine left that was killed under a job. */
async function crashed(scene: JobScene): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'runstate-jobs-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const args = ['--import', 'tsx', 'test/fixtures/job-host/host.ts', directory, scene];
  const host = execa(process.execPath, args, { reject: false });
  for await (const line of createInterface({ input: host.stdout })) if (line === 'ready') break;
  host.kill('SIGKILL');
  expect((await host).stderr).toBe('');
  return directory;
}

/** Another engine on what was left; its steps end. */
async function restart(directory: string): Promise<DurableEngine & { readonly job: TaskHandle }> {
  const started = await startDurable(directory, {
    prepare: (engine) => registerScenes(engine, directory, true),
  });
  return { ...started, job: await started.handleOf('the job') };
}

const statesOf = async (job: TaskHandle): Promise<Readonly<Record<string, string>>> =>
  Object.fromEntries((await job.steps()).map(({ path, state }) => [path, state]));

const person = { by: { who: 'ada' }, reason: 'looked at the log' };

describe('a job whose engine was killed', { timeout: 60_000 }, () => {
  it('goes on from the first step that has not ended, and repeats none that has', async () => {
    const directory = await crashed('in an idempotent action');
    const { job } = await restart(directory);
    expect(await job.output()).toEqual(['first', ['second', 'third hangs'], 'last']);
    expect(callsOf(directory)).toEqual(['first', 'third hangs', 'second', 'third hangs', 'last']);
    expect(await job.children()).toHaveLength(1);
  });

  it('asks a person about an unsafe action that ran', async () => {
    const directory = await crashed('in an unsafe action');
    const { engine, job } = await restart(directory);
    await expect.poll(() => job.state).toBe('awaitingOperator');
    expect(job.waitingFor).toMatchObject({
      reason: 'operator',
      code: 'AWAITING_OPERATOR',
      message: expect.stringContaining('Step steps[1]'),
    });
    expect(await statesOf(job)).toMatchObject({
      'steps[0]': 'completed',
      'steps[1]': 'awaitingOperator',
    });
    expect(callsOf(directory)).toEqual(['first', 'second hangs']);
    await engine.tasks.resolve(job.id, 'rerun', person);
    expect(await job.output()).toEqual(['first', 'second hangs', 'last']);
    expect(callsOf(directory)).toEqual(['first', 'second hangs', 'second hangs', 'last']);
  });

  it('waits for its tasks, each of which follows its own effect', async () => {
    const directory = await crashed('in tasks');
    const { job } = await restart(directory);
    expect(await job.output()).toEqual([['first hangs', 'second', null], 'last']);
    const calls = callsOf(directory);
    expect(calls.filter((call) => call === 'second')).toHaveLength(1);
    expect(calls.filter((call) => call === 'first hangs')).toHaveLength(2);
    expect(await job.children()).toHaveLength(3);
  });

  it('waits for a person to say what became of an unsafe task', async () => {
    const directory = await crashed('in an unsafe task');
    const { engine, job } = await restart(directory);
    await expect.poll(() => job.state).toBe('running');
    const [child] = await job.children();
    expect(child?.state).toBe('awaitingOperator');
    await engine.tasks.resolve(child?.id ?? 0, 'completed', { ...person, output: 'by hand' });
    expect(await job.output()).toEqual(['by hand', 'last']);
    expect(callsOf(directory)).toEqual(['first hangs', 'last']);
  });

  it('asks a person about an action without a name', async () => {
    const directory = await crashed('before an action without a name');
    const { engine, job } = await restart(directory);
    await expect.poll(() => job.state).toBe('awaitingOperator');
    expect(job.waitingFor).toMatchObject({ code: 'STEP_NOT_STORED' });
    await engine.tasks.resolve(job.id, 'completed', { ...person, output: ['by hand'] });
    expect(await job.output()).toEqual(['by hand']);
    expect(callsOf(directory)).toEqual(['first hangs', 'first hangs']);
  });

  it('makes no task twice when the step was not kept', async () => {
    const directory = await crashed('in tasks');
    const { Connection, loadLibsql } = await import('../../src/store/sqlite/connection.ts');
    const connection = new Connection(await loadLibsql(), join(directory, 'runs.db'));
    connection.exec('DELETE FROM job_steps');
    connection.close();
    const { job } = await restart(directory);
    expect(await job.output()).toEqual([['first hangs', 'second', null], 'last']);
    expect(callsOf(directory).filter((call) => call === 'second')).toHaveLength(1);
    expect(await job.children()).toHaveLength(3);
  });

  it('is gone on with after a close, too', async () => {
    const directory = await crashed('in tasks');
    const copy = await mkdtemp(join(tmpdir(), 'runstate-jobs-'));
    onTestFinished(() => rm(copy, { recursive: true, force: true }));
    await cp(directory, copy, { recursive: true });
    const first = await startDurable(copy, {
      prepare: (engine) => registerScenes(engine, copy, false),
    });
    const job = await first.handleOf('the job');
    await expect.poll(() => job.state).toBe('running');
    await first.close();
    expect(job.state).not.toBe('awaitingOperator');
    const second = await restart(copy);
    expect(await second.job.output()).toEqual([['first hangs', 'second', null], 'last']);
    expect(callsOf(copy).filter((call) => call === 'second')).toHaveLength(1);
  });
});

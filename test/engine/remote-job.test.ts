import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobLaunchError, wordsOf } from '../../src/index.ts';
import type { TaskHandle } from '../../src/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { closeEngines, logOf, startEngine } from '../support/engine-under-test.ts';
import { Fold, FoldWithCancel } from '../support/fold.ts';
import { JobService } from '../support/job-service.ts';

let service: JobService;
beforeEach(async () => {
  service = new JobService();
  await service.start();
});
afterEach(async () => {
  await closeEngines();
  await service.stop();
});

const plugins = ['test/fixtures/remote-jobs/plugins'];

const causeOf = (handle: TaskHandle): Promise<unknown> =>
  handle.output().catch((error: Error) => error.cause);

describe.each(['inline', 'thread', 'process'])('a remote job in the %s runner', (runner) => {
  const submit = async (): Promise<TaskHandle> => {
    const { engine } = await startEngine({ plugins });
    return engine.submit(`remote.${runner}`, { url: service.url });
  };

  it('is launched, followed and fetched', async () => {
    const handle = await submit();
    await service.seen('poll', 2);
    service.finish({ energy: -3 });
    expect(await handle.output()).toEqual({ energy: -3 });
    expect(service.count('launch')).toBe(1);
    expect(logOf(handle)).toEqual([
      'Remote job {"id":"job-1"} was launched.',
      'Remote job {"id":"job-1"} finished.',
    ]);
  });

  it('tells a job that could not be launched from one that failed', async () => {
    service.faults.launch.push(400);
    const handle = await submit();
    expect((await handle.result()).error).toMatchObject({ code: 'JOB_LAUNCH_FAILED' });
    expect(await causeOf(handle)).toMatchObject({ name: 'JobLaunchError' });
    service.firstStatus = { state: 'failed', message: 'no memory' };
    const { engine } = await startEngine({ plugins });
    const other = engine.submit(`remote.${runner}`, { url: service.url });
    expect((await other.result()).error).toMatchObject({
      code: 'JOB_FAILED',
      message: 'Remote job {"id":"job-1"} failed: no memory',
    });
    expect(await causeOf(other)).toMatchObject({ name: 'JobError' });
  });

  it('is cancelled with its task, and the plugin acknowledges it', async () => {
    const handle = await submit();
    await service.seen('poll', 1);
    expect(await handle.cancel()).toMatchObject({
      acknowledgedBy: 'plugin',
      status: 'cancelled',
    });
    expect(service.jobs[0]?.status).toEqual({ state: 'cancelled' });
  });
});

describe('the task of a remote job', () => {
  it('goes on with the same job in a retry', async () => {
    const { engine } = await startEngine({ clock: systemClock });
    service.faults.poll.push(500, 500, 500);
    const handle = engine.submit(Fold, { url: service.url }, { retries: { max: 1, baseMs: 0 } });
    await service.seen('poll', 4);
    service.finish('at last');
    expect(await handle.output()).toBe('at last');
    expect(service.count('launch')).toBe(1);
  });

  it('launches another job in a retry when the first one failed', async () => {
    const { engine } = await startEngine({ clock: systemClock });
    service.firstStatus = { state: 'failed' };
    const handle = engine.submit(Fold, { url: service.url }, { retries: { max: 1, baseMs: 0 } });
    expect((await handle.result()).error).toMatchObject({ code: 'JOB_FAILED', attempt: 2 });
    expect(service.jobs.map(({ id }) => id)).toEqual(['job-1', 'job-2']);
  });

  it('is not tried again when it may have launched a job', async () => {
    const { engine } = await startEngine({ clock: systemClock });
    service.faults.launch.push('cutAfter');
    const handle = engine.submit(Fold, { url: service.url }, { retries: { max: 3, baseMs: 0 } });
    expect((await handle.result()).error).toMatchObject({ isPermanent: true, attempt: 1 });
    expect(await causeOf(handle)).toBeInstanceOf(JobLaunchError);
    expect(service.count('launch')).toBe(1);
  });

  it('is lost when its job vanished, which ChimeraX calls deleted', async () => {
    const { engine } = await startEngine();
    service.firstStatus = { state: 'vanished' };
    const handle = engine.submit(Fold, { url: service.url });
    const { error, taskStatus } = await handle.result();
    expect([taskStatus, error?.code]).toEqual(['failed', 'LOST']);
    expect(wordsOf(handle.state, { code: error?.code }).chimerax).toBe('deleted');
  });

  it('says so when the service does not take the cancel', async () => {
    const { engine } = await startEngine();
    service.faults.cancel.push(500);
    const handle = engine.submit(FoldWithCancel, { url: service.url });
    await service.seen('poll');
    await handle.cancel();
    expect((await handle.result()).error).toMatchObject({
      code: 'JOB_CANCEL_FAILED',
      phase: 'abort',
    });
  });

  it('shows life with each poll', async () => {
    const { engine, clock } = await startEngine();
    const handle = engine.submit(Fold, { url: service.url }, { heartbeatTimeoutMs: 1_000 });
    await service.seen('poll', 3);
    for (let step = 0; step < 3; step += 1) {
      await clock.advance(600);
      // The answer to the second of them was told of before the third was asked.
      await service.seen('poll', service.count('poll') + 3);
    }
    service.finish('alive');
    expect(await handle.output()).toBe('alive');
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobLaunchError, JobMonitorError } from '../../src/plugin.ts';
import { isPermanent } from '../../src/kernel/errors.ts';
import { Fold, FoldWithCancel, FoldWithKeys } from '../support/fold.ts';
import { FollowedJob } from '../support/followed-job.ts';
import { JobService } from '../support/job-service.ts';

let service: JobService;
beforeEach(async () => {
  service = new JobService();
  await service.start();
});
afterEach(() => service.stop());

const follow = (plugin: typeof Fold = Fold, resumeFrom?: unknown): FollowedJob =>
  new FollowedJob(plugin, { input: { url: service.url }, resumeFrom });

/** An attempt whose store takes so many checkpoints, and no more. */
const followOnFullDisk = (plugin: typeof Fold, most: number): FollowedJob => {
  let kept = 0;
  return new FollowedJob(plugin, {
    input: { url: service.url },
    commit: () => {
      kept += 1;
      return kept > most ? Promise.reject(new Error('the disk is full')) : Promise.resolve();
    },
  });
};

const launching = (key = 'k'): unknown => ({ remoteJob: 'launching', key });

describe('the launch of a remote job', () => {
  it('is noted before it is made, with its key, and the id as soon as it is known', async () => {
    service.finish(1);
    const job = follow();
    await job.output();
    const [before, after] = job.host.all('checkpoint').map(({ value }) => value);
    const key = service.jobs[0]?.key;
    expect(before).toEqual({ remoteJob: 'launching', key });
    expect(after).toEqual({ remoteJob: 'launched', key, ref: 'job-1' });
    expect(key).toMatch(/^7-[\da-f-]{36}$/);
  });

  it('is not made when it cannot be noted', async () => {
    const job = followOnFullDisk(Fold, 0);
    expect((await job.error()).message).toBe('the disk is full');
    expect(service.calls).toEqual([]);
  });

  it('that the service refused is an error of its own, and made again by a retry', async () => {
    service.faults.launch.push(429);
    const job = follow();
    const error = await job.error();
    expect(error).toBeInstanceOf(JobLaunchError);
    expect(error).not.toBeInstanceOf(JobMonitorError);
    expect(error).toMatchObject({ code: 'JOB_LAUNCH_FAILED', message: 'the queue is full' });
    expect(isPermanent(error)).toBe(false);
    service.finish('second');
    expect(await follow(Fold, job.checkpoint).output()).toBe('second');
  });

  it('that never reached the service is made again by a retry', async () => {
    await service.stop();
    const job = follow();
    const error = await job.error();
    expect(error).toBeInstanceOf(JobLaunchError);
    expect(error.message).toBe('The remote job could not be launched: fetch failed');
    expect(isPermanent(error)).toBe(false);
    await service.start();
    service.finish('second');
    expect(await follow(Fold, job.checkpoint).output()).toBe('second');
  });

  it('that may have reached the service is not made again blindly', async () => {
    service.faults.launch.push('cutAfter');
    const job = follow();
    const error = await job.error();
    const { key } = service.jobs[0] ?? {};
    expect(error).toMatchObject({ code: 'JOB_LAUNCH_FAILED', name: 'JobLaunchError' });
    expect(error.message).toContain(
      `whether the service began it is not known; its key is "${key}"`,
    );
    expect(isPermanent(error)).toBe(true);
    const again = follow(Fold, job.checkpoint);
    expect(await again.error()).toMatchObject({ code: 'JOB_LAUNCH_UNKNOWN' });
    expect(service.count('launch')).toBe(1);
  });

  it('that may have reached the service is found by its key', async () => {
    service.faults.launch.push('cutAfter');
    const job = follow(FoldWithKeys);
    expect(isPermanent(await job.error())).toBe(false);
    service.finish('found');
    const again = follow(FoldWithKeys, job.checkpoint);
    expect(await again.output()).toBe('found');
    expect(again.checkpoint).toMatchObject({ remoteJob: 'launched', ref: 'job-1' });
    expect(service.count('launch')).toBe(1);
  });

  it.each([undefined, null])('that gives %s for an id names the key', async (id) => {
    class Nameless extends Fold {
      override async launch(call: { key: string }): Promise<string> {
        await super.launch(call);
        return id as unknown as string;
      }
    }
    const error = await follow(Nameless).error();
    expect(error).toMatchObject({ code: 'JOB_LAUNCH_FAILED' });
    expect(error.message).toContain(service.jobs[0]?.key);
  });
});

describe('a launch that the end of the process interrupted', () => {
  it('is not made again: its outcome is unknown', async () => {
    const error = await follow(Fold, launching('the-key')).error();
    expect(error).toBeInstanceOf(JobLaunchError);
    expect(error).toMatchObject({ code: 'JOB_LAUNCH_UNKNOWN' });
    expect(error.message).toContain('"the-key"');
    expect(isPermanent(error)).toBe(true);
    expect(service.calls).toEqual([]);
  });

  it('is made again with the same key when the service knows of none', async () => {
    service.finish(1);
    await follow(FoldWithKeys, launching('the-key')).output();
    expect(service.calls.slice(0, 2)).toEqual(['find', 'launch']);
    expect(service.jobs.map(({ key }) => key)).toEqual(['the-key']);
  });

  it('is looked for again while the service is in trouble', async () => {
    service.finish(1);
    service.faults.find.push(500, 'cut');
    await follow(FoldWithKeys, launching()).output();
    expect(service.calls.slice(0, 4)).toEqual(['find', 'find', 'find', 'launch']);
  });

  it('stays unknown when the service does not answer; a retry may ask again', async () => {
    service.faults.find.push(500, 500, 500);
    const job = follow(FoldWithKeys, launching());
    const error = await job.error();
    expect(error).toMatchObject({ code: 'JOB_LAUNCH_UNKNOWN', name: 'JobLaunchError' });
    expect(isPermanent(error)).toBe(false);
    expect([service.count('launch'), job.checkpoint]).toEqual([0, undefined]);
  });

  it.each([{ step: 4 }, 'text', { remoteJob: 'launched', key: 3 }])(
    'is unknown too with a checkpoint of somebody else: %j',
    async (checkpoint) => {
      const error = await follow(FoldWithKeys, checkpoint).error();
      expect(error).toMatchObject({ code: 'JOB_LAUNCH_UNKNOWN' });
      expect(service.calls).toEqual([]);
    },
  );
});

describe('an id that cannot be stored', () => {
  it('has its job cancelled', async () => {
    const error = await followOnFullDisk(FoldWithCancel, 1).error();
    expect(error).toMatchObject({ code: 'JOB_LAUNCH_FAILED', name: 'JobLaunchError' });
    expect(error.message).toBe(
      'The remote job could not be launched: job job-1 was begun, but its id could not be stored (the disk is full): it was cancelled',
    );
    expect(isPermanent(error)).toBe(true);
    expect(service.jobs[0]?.status).toEqual({ state: 'cancelled' });
  });

  it('is named where the job cannot be cancelled', async () => {
    const error = await followOnFullDisk(Fold, 1).error();
    expect(error.message).toContain('job job-1 was begun');
    expect(error.message).toContain('it may still run');
  });

  it('is named where the cancel fails', async () => {
    service.faults.cancel.push(500);
    const error = await followOnFullDisk(FoldWithCancel, 1).error();
    expect(error.message).toContain('Remote job job-1 could not be cancelled');
  });

  it('may be no JSON', async () => {
    class Strange extends FoldWithCancel {
      override async launch(call: { key: string }): Promise<string> {
        const id = await super.launch(call);
        return new Map([['id', id]]) as unknown as string;
      }
      override cancelRemote(ref: unknown, call: { signal: AbortSignal }): Promise<void> {
        return super.cancelRemote((ref as Map<string, string>).get('id') ?? '', call);
      }
    }
    expect((await follow(Strange).error()).message).toContain('it is a Map');
    expect(service.jobs[0]?.status).toEqual({ state: 'cancelled' });
  });
});

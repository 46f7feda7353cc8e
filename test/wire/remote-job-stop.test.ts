import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobLaunchError, RunstateError } from '../../src/plugin.ts';
import type { LaunchCall, RemoteCall } from '../../src/plugin.ts';
import { deferred } from '../../src/kernel/deferred.ts';
import { Fold, FoldWithCancel, FoldWithKeys } from '../support/fold.ts';
import { FollowedJob } from '../support/followed-job.ts';
import { JobService } from '../support/job-service.ts';

let service: JobService;
beforeEach(async () => {
  service = new JobService();
  await service.start();
});
afterEach(() => service.stop());

const follow = (plugin: typeof Fold, resumeFrom?: unknown): FollowedJob =>
  new FollowedJob(plugin, { input: { url: service.url }, resumeFrom });

const cancelled = new RunstateError('CANCELLED', ['']);
const closed = new RunstateError('ENGINE_CLOSED', [7]);

const isLaunched = (job: FollowedJob): Promise<unknown> =>
  job.host.untilLogged('Remote job job-1 was launched.');

/** One that is polled so seldom that no test sees it. */
class Seldom extends FoldWithCancel {
  override readonly pollSchedule = [3_600_000];
}

describe('a remote job whose task is told to stop', () => {
  it('is cancelled at once, whatever the interval', async () => {
    const job = follow(Seldom);
    await isLaunched(job);
    job.execution.abort(cancelled);
    expect(await job.error()).toBe(cancelled);
    expect(await job.host.untilSettled('abort')).toMatchObject({ ok: true });
    expect(service.jobs[0]?.status).toEqual({ state: 'cancelled' });
    expect(job.logs().at(-1)).toBe('Remote job job-1 was cancelled.');
  });

  it('is cancelled while a poll gets no answer', async () => {
    service.faults.poll.push('hang');
    const job = follow(FoldWithCancel);
    await service.seen('poll');
    job.execution.abort(cancelled);
    expect(await job.error()).toBe(cancelled);
    await service.seen('cancel');
  });

  it('is cancelled while the service is in trouble', async () => {
    class Patient extends FoldWithCancel {
      override readonly monitorRetries = { max: 1, baseMs: 3_600_000 };
    }
    service.faults.poll.push(500);
    const job = follow(Patient);
    await job.host.until('log', ({ level }) => level === 'warn');
    job.execution.abort(cancelled);
    expect(await job.error()).toBe(cancelled);
    await service.seen('cancel');
  });

  it('is over: an attempt after a timeout launches another', async () => {
    const job = follow(Seldom);
    await isLaunched(job);
    job.execution.abort(new Error('too slow'));
    await job.host.untilSettled('abort');
    service.finish('second');
    expect(await follow(FoldWithCancel, job.checkpoint).output()).toBe('second');
    expect(service.count('launch')).toBe(2);
  });

  it('goes on when nothing can cancel it, which is logged, and an attempt after a timeout follows it', async () => {
    const job = follow(Fold);
    await service.seen('poll');
    job.execution.abort(new Error('too slow'));
    await job.host.untilSettled('abort');
    expect(job.logs('warn')).toEqual([
      'Remote job job-1 goes on: its plugin has no `cancelRemote`.',
    ]);
    service.finish('first');
    expect(await follow(Fold, job.checkpoint).output()).toBe('first');
    expect(service.count('launch')).toBe(1);
  });

  it('is named when the service does not take the cancel', async () => {
    service.faults.cancel.push(503);
    const job = follow(Seldom);
    await isLaunched(job);
    job.execution.abort(cancelled);
    expect(await job.host.untilSettled('abort')).toMatchObject({
      ok: false,
      error: {
        code: 'JOB_CANCEL_FAILED',
        message: 'Remote job job-1 could not be cancelled and may still run: status 503',
      },
    });
  });

  it('is left alone by a service that is over with it', async () => {
    class LastWord extends FoldWithCancel {
      override result(_: string, { signal }: RemoteCall): Promise<never> {
        return new Promise((__, reject) => {
          signal.addEventListener('abort', () => reject(new Error('not needed')));
          asked.resolve();
        });
      }
    }
    const asked = deferred<void>();
    service.finish(1);
    const job = follow(LastWord);
    await asked.promise;
    job.execution.abort(cancelled);
    expect(await job.error()).toBe(cancelled);
    expect(await job.host.untilSettled('abort')).toMatchObject({ ok: true });
    expect(service.count('cancel')).toBe(0);
  });

  it('goes on when the engine closes, to be followed by the next one', async () => {
    const job = follow(Seldom);
    await isLaunched(job);
    job.execution.abort(closed);
    expect(await job.error()).toBe(closed);
    await job.host.untilSettled('abort');
    expect(service.count('cancel')).toBe(0);
    service.finish('later');
    expect(await follow(Seldom, job.checkpoint).output()).toBe('later');
  });
});

describe('a remote job whose task is told to stop during the launch', () => {
  const slow = (Base: typeof FoldWithCancel) => {
    const [begun, go] = [deferred<void>(), deferred<void>()];
    class Slow extends Base {
      override async launch(call: LaunchCall): Promise<string> {
        const id = await super.launch(call);
        begun.resolve();
        await go.promise;
        return id;
      }
    }
    return { Slow, begun: begun.promise, go: go.resolve };
  };

  it('is cancelled when its id is known', async () => {
    const { Slow, begun, go } = slow(FoldWithCancel);
    const job = follow(Slow);
    await begun;
    job.execution.abort(cancelled);
    go();
    expect(await job.error()).toBe(cancelled);
    expect(await job.host.untilSettled('abort')).toMatchObject({ ok: true });
    expect(service.jobs[0]?.status).toEqual({ state: 'cancelled' });
    expect(job.checkpoint).toEqual({ remoteJob: 'none' });
  });

  it('is kept when the engine closes', async () => {
    const { Slow, begun, go } = slow(FoldWithCancel);
    const job = follow(Slow);
    await begun;
    job.execution.abort(closed);
    go();
    await job.error();
    expect(job.checkpoint).toMatchObject({ remoteJob: 'launched', ref: 'job-1' });
    expect(service.count('cancel')).toBe(0);
  });

  it('is found by its key when its launch was broken off', async () => {
    class Hasty extends FoldWithKeys {
      override async launch(call: LaunchCall): Promise<string> {
        await super.launch(call);
        return new Promise((_, reject) => {
          this.context.signal.addEventListener('abort', () => reject(this.context.signal.reason));
          begun.resolve();
        });
      }
    }
    const begun = deferred<void>();
    const job = follow(Hasty);
    await begun.promise;
    job.execution.abort(cancelled);
    expect((await job.error()).cause).toBe(cancelled);
    expect(await job.host.untilSettled('abort')).toMatchObject({ ok: true });
    expect(service.jobs[0]?.status).toEqual({ state: 'cancelled' });
  });

  it('is not looked for when the service refused it', async () => {
    class Refused extends FoldWithKeys {
      override async launch(): Promise<string> {
        begun.resolve();
        await go.promise;
        throw new JobLaunchError('the queue is full');
      }
    }
    const [begun, go] = [deferred<void>(), deferred<void>()];
    const job = follow(Refused);
    await begun.promise;
    job.execution.abort(cancelled);
    go.resolve();
    expect((await job.error()).message).toBe('the queue is full');
    expect(await job.host.untilSettled('abort')).toMatchObject({ ok: true });
    expect(service.calls).toEqual([]);
  });

  it('is named by its key when nothing can find it', async () => {
    const job = follow(FoldWithCancel, { remoteJob: 'launching', key: 'the-key' });
    job.execution.abort(cancelled);
    await job.host.untilSettled('abort');
    expect(job.logs('warn')).toEqual([
      'A remote job with key "the-key" may run: its launch was interrupted.',
    ]);
  });
});

describe('a remote job whose task is suspended', () => {
  it('is not asked until the task goes on', async () => {
    const job = follow(Fold);
    await service.seen('poll');
    job.execution.suspend();
    await job.host.until('parked');
    const asked = service.count('poll');
    service.finish('awake');
    job.execution.resume();
    expect(await job.output()).toBe('awake');
    expect(service.count('poll')).toBe(asked + 1);
  });

  it('is suspended during a long wait', async () => {
    const job = follow(Seldom);
    await isLaunched(job);
    job.execution.suspend();
    await job.host.until('parked');
    job.execution.abort(cancelled);
    expect(await job.error()).toBe(cancelled);
  });
});

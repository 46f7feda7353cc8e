import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobError, JobMonitorError, RemoteJob, RunstateError } from '../../src/plugin.ts';
import type { RemoteCall, RemoteStatus } from '../../src/plugin.ts';
import { isPluginClass, pluginFromClass } from '../../src/wire/plugin-class.ts';
import { defaultPollSchedule, PollTimes } from '../../src/wire/remote-job-settings.ts';
import { Fold } from '../support/fold.ts';
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

const launched = { remoteJob: 'launched', key: 'k', ref: 'job-1' };

describe('RemoteJob', () => {
  it('is a plugin class that resumes, unless its traits say otherwise', () => {
    class Unsafe extends Fold {
      static override readonly traits = { effect: 'unsafe' } as const;
    }
    expect([isPluginClass(RemoteJob), isPluginClass(Fold)]).toEqual([false, true]);
    expect(pluginFromClass(Fold)).toMatchObject({ effect: 'resumable', suspend: 'cooperative' });
    expect(pluginFromClass(Unsafe).effect).toBe('unsafe');
  });

  it('launches, polls until the end, and fetches the result', async () => {
    const job = follow();
    await service.seen('poll', 3);
    service.finish({ energy: -3 });
    expect(await job.output()).toEqual({ energy: -3 });
    expect(service.calls.filter((call) => call !== 'poll')).toEqual(['launch', 'result']);
    expect(job.logs()).toEqual(['Remote job job-1 was launched.', 'Remote job job-1 finished.']);
  });

  it('gives monitor each answer, the last one too', async () => {
    const job = follow();
    await service.seen('poll', 1);
    service.finish(1);
    await job.output();
    const seen = job.host.all('summary').at(-1)?.value;
    expect(seen).toEqual([
      ...Array.from({ length: service.count('poll') - 1 }, () => 'job-1 running'),
      'job-1 completed',
    ]);
  });

  it('reports progress after each poll, also where nothing new is known', async () => {
    service.firstStatus = { state: 'running', progress: 40, message: '2 of 5 models' };
    const job = follow();
    await job.host.until('progress', ({ message }) => message === '2 of 5 models');
    service.say({ state: 'queued', progress: null, message: null });
    const next = await job.host.until('progress', ({ message }) => message === undefined);
    expect(next.percent).toBe(40);
    service.finish(null);
    await job.output();
  });

  it('follows the job of an earlier attempt, and asks at once', async () => {
    await follow().host.until('checkpoint', ({ value }) => Object(value).remoteJob === 'launched');
    service.finish('done');
    class Patient extends Fold {
      override readonly pollSchedule = [3_600_000];
    }
    const again = follow(Patient, { ...launched, key: service.jobs[0]?.key });
    expect(await again.output()).toBe('done');
    expect(service.count('launch')).toBe(1);
    expect(again.logs()[0]).toBe('Remote job job-1 is followed again.');
    expect(again.host.all('checkpoint')).toEqual([]);
  });

  it('asks when the service wants to be asked', async () => {
    class Patient extends Fold {
      override readonly pollSchedule = [1, 3_600_000];
    }
    service.firstStatus = { state: 'running', nextPollMs: 1 };
    const job = follow(Patient);
    await service.seen('poll', 5);
    service.finish('soon');
    expect(await job.output()).toBe('soon');
  });
});

describe('a bad end of a remote job', () => {
  it.each([
    ['failed', 'JOB_FAILED', 'Remote job job-1 failed: no memory'],
    ['cancelled', 'JOB_CANCELLED', 'Remote job job-1 was cancelled on the remote side: no memory'],
    ['vanished', 'LOST', 'remote job job-1 any more: no memory'],
  ])('%s is %s, and a retry launches another job', async (state, code, text) => {
    service.firstStatus = { state, message: 'no memory' };
    const job = follow();
    const error = await job.error();
    expect(error).toBeInstanceOf(JobError);
    expect(error).toBeInstanceOf(RunstateError);
    expect(error).toMatchObject({ code, name: 'JobError' });
    expect(error.message).toContain(text);
    service.firstStatus = { state: 'completed' };
    await follow(Fold, job.checkpoint).output();
    expect(service.jobs.map(({ id }) => id)).toEqual(['job-1', 'job-2']);
    expect(service.jobs[0]?.key).not.toBe(service.jobs[1]?.key);
  });

  it('is never taken for a finished job: no result is fetched', async () => {
    service.firstStatus = { state: 'failed' };
    const job = follow();
    expect((await job.error()).message).toBe('Remote job job-1 failed.');
    expect(service.count('result')).toBe(0);
    expect(job.logs()).not.toContain('Remote job job-1 finished.');
  });

  it('is LOST when the service forgot it', async () => {
    const job = follow(Fold, launched);
    expect(await job.error()).toMatchObject({ code: 'LOST' });
  });
});

describe('trouble with the service', () => {
  it('passes: an error, a cut connection, a restart fail no job', async () => {
    class Patient extends Fold {
      override readonly monitorRetries = { max: 10_000, baseMs: 1, maxMs: 2 };
    }
    service.faults.poll.push(502, 'cut');
    const job = follow(Patient);
    await service.seen('poll', 3);
    await service.stop();
    await job.host.until('log', ({ message }) => message.includes('fetch failed'));
    await service.start();
    service.finish('late');
    expect(await job.output()).toBe('late');
    expect(job.logs('warn')[0]).toMatch(/^poll failed, next try in \d+ ms: status 502$/);
  });

  it('fails it when it lasts, with the last cause, and leaves the job to a retry', async () => {
    service.faults.poll.push(500, 501, 502, 503);
    const job = follow();
    const error = await job.error();
    expect(error).toBeInstanceOf(JobMonitorError);
    expect(error).toMatchObject({ code: 'JOB_MONITOR_FAILED', cause: { message: 'status 502' } });
    expect(error.message).toBe(
      'Remote job job-1 could not be followed and may still run: status 502',
    );
    expect(job.checkpoint).toMatchObject({ remoteJob: 'launched', ref: 'job-1' });
  });

  it('is counted anew after each answer', async () => {
    service.faults.poll.push(500, 500);
    const job = follow();
    await service.seen('poll', 3);
    service.faults.poll.push(500, 500);
    await service.seen('poll', 6);
    service.finish(1);
    expect(await job.output()).toBe(1);
  });

  it('fails it at once when asking again cannot help', async () => {
    service.faults.poll.push(403);
    expect(await follow().error()).toMatchObject({
      code: 'JOB_MONITOR_FAILED',
      cause: { message: 'not allowed' },
    });
    expect(service.count('poll')).toBe(1);
  });

  it('ends when the service never answers', async () => {
    class Hasty extends Fold {
      override readonly callTimeoutMs = 20;
    }
    service.faults.poll.push('hang', 'hang', 'hang');
    expect((await follow(Hasty).error()).message).toContain('no answer within 20 ms');
  });

  it('ends a poll that does not look at its signal', async () => {
    class Deaf extends Fold {
      override readonly callTimeoutMs = 1;
      override poll(): Promise<RemoteStatus> {
        return new Promise(() => {});
      }
    }
    expect(await follow(Deaf).error()).toMatchObject({ code: 'JOB_MONITOR_FAILED' });
  });

  it('does not lose a result that cannot be fetched at once', async () => {
    service.finish('whole');
    service.faults.result.push(502, 'cut');
    expect(await follow().output()).toBe('whole');
    expect(service.count('result')).toBe(3);
  });

  it('tells a result that cannot be fetched from a failed job', async () => {
    service.firstStatus = { state: 'completed' };
    service.faults.result.push(500, 500, 500);
    expect(await follow().error()).toMatchObject({ code: 'JOB_RESULT_FAILED', name: 'JobError' });
  });
});

describe('a class that is wrong', () => {
  it.each([
    [{ state: 'done' }, '{"state":"done"}'],
    ['running', '"running"'],
    [null, 'null'],
  ])('fails at once when poll gives %j', async (answer, shown) => {
    class Wrong extends Fold {
      override poll(): Promise<RemoteStatus> {
        return Promise.resolve(answer as RemoteStatus);
      }
    }
    const error = await follow(Wrong).error();
    expect(error).toMatchObject({ code: 'JOB_MONITOR_FAILED' });
    expect(error.message).toContain(`vanished, got ${shown}`);
  });

  it('may give up by itself', async () => {
    class Strict extends Fold {
      override monitor(): void {
        throw new JobMonitorError('enough', { code: 'TOO_SLOW' });
      }
    }
    expect(await follow(Strict).error()).toMatchObject({ code: 'TOO_SLOW', message: 'enough' });
  });

  it.each([
    ['pollSchedule', []],
    ['pollSchedule', [1, Number.NaN]],
    ['callTimeoutMs', 0],
    ['monitorRetries', -1],
  ])('is refused before anything is launched: %s = %j', async (field, value) => {
    class Wrong extends Fold {
      constructor() {
        super();
        Object.assign(this, { [field]: value });
      }
    }
    const error = await follow(Wrong).error();
    expect(error).toMatchObject({ code: 'INVALID_OPTION' });
    expect(error.message).toContain(`\`${field}\``);
    expect(service.calls).toEqual([]);
  });

  it('ends no process when a listener of a signal throws', async () => {
    class Careless extends Fold {
      override readonly callTimeoutMs = 5;
      override poll(_: string, { signal }: RemoteCall): Promise<RemoteStatus> {
        signal.addEventListener('abort', () => {
          throw new Error('careless');
        });
        return new Promise(() => {});
      }
    }
    const job = follow(Careless);
    await job.error();
    expect(job.logs('error')).toContain("A listener of a call's signal threw: careless");
  });
});

describe('PollTimes', () => {
  it('grows as the list says, then repeats its last', () => {
    const times = new PollTimes(defaultPollSchedule);
    const waits = Array.from({ length: 24 }, () => times.next() / 1_000);
    expect(waits).toEqual([
      5, 5, 10, 15, 25, 40, 65, 105, 170, 275, 300, 350, 400, 450, 500, 550, 600, 650, 700, 750,
      800, 300, 300, 300,
    ]);
  });

  it('lets the service say when, and goes on where it was', () => {
    const times = new PollTimes([10, 20, 30]);
    const status = (nextPollMs: number | null): RemoteStatus => ({ state: 'running', nextPollMs });
    const waits = [null, 7, 0, null, Number.NaN, -1, Number.POSITIVE_INFINITY].map((ms) =>
      times.next(status(ms)),
    );
    expect(waits).toEqual([10, 7, 0, 20, 30, 30, 30]);
  });
});

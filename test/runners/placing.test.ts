import { hostname } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { deferred } from '../../src/kernel/deferred.ts';
import type { Runner } from '../../src/kernel/runner.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { inlineRunner } from '../../src/runners/inline.ts';
import { processRunner } from '../../src/runners/process.ts';
import { identifyProcess, placeMark } from '../../src/runners/process-table.ts';
import { threadRunner } from '../../src/runners/thread.ts';
import { beginAttempt, expectUsable, pidOf, runToProcess } from './begin-attempt.ts';
import type { AttemptOptions, BegunAttempt } from './begin-attempt.ts';
import { inTime, processState } from './processes.ts';

const loads = { file: 'tells-when-loaded.mjs', plugin: 'tells-when-loaded' } as const;

describe('the place of an attempt', () => {
  const opened: Runner[] = [];

  const keep = (runner: Runner): Runner => {
    opened.push(runner);
    return runner;
  };

  afterEach(async () => {
    for (const runner of opened.splice(0)) await runner.close();
  });

  /** Begins an attempt, and setup with it, whose place is not kept until `kept` is settled. */
  const placing = async (
    options: AttemptOptions = loads,
    runner: Runner = keep(processRunner()),
  ): Promise<BegunAttempt & { kept: ReturnType<typeof deferred<void>>; pid: number }> => {
    const kept = deferred<void>();
    const attempt = await beginAttempt(runner, options);
    attempt.host.place = () => kept.promise;
    attempt.execution.run('setup');
    await expect.poll(() => attempt.host.places.length, inTime).toBe(1);
    return { ...attempt, kept, pid: attempt.host.places[0]?.pid ?? 0 };
  };

  it('is its own process, and what its code starts is marked with it', async () => {
    const attempt = await runToProcess(keep(processRunner()), loads);
    const pid = await pidOf(attempt);
    const [place] = attempt.host.places;
    expect(attempt.host.places).toHaveLength(1);
    expect(place).toEqual(await identifyProcess(pid));
    expect(place).toMatchObject({ pid, host: hostname() });
    const mark = place === undefined ? '' : placeMark(place);
    await attempt.host.untilLogged(`loaded as ${mark}`);
  });

  it.each([inlineRunner, threadRunner])(
    'is not told where it is the engine’s own',
    async (open) => {
      const runner = keep(open());
      const { host, execution } = await runToProcess(runner, {
        plugin: 'contract.doubles',
        input: { x: 1 },
      });
      await host.untilSettled('process');
      execution.dispose();
      expect(host.places).toEqual([]);
    },
  );

  it('is kept before anything of the plugin is loaded', async () => {
    const { host, kept } = await placing();
    // What begins later in another child, and ends, has had less time.
    await expectUsable(keep(processRunner()));
    expect(host.events).toEqual([]);
    kept.resolve();
    expect(await host.untilSettled('setup')).toMatchObject({ ok: true });
    expect(host.all('log')).toHaveLength(1);
  });

  it('fails setup, and ends the child, when it cannot be kept', async () => {
    const clock = simulatedClock();
    const { host, execution, kept, pid } = await placing(loads, keep(processRunner({ clock })));
    const full = new Error('the disk is full');
    kept.reject(full);
    expect(await host.untilSettled('setup')).toEqual({ ok: false, error: full });
    await expect.poll(() => processState(pid), inTime).toBeNull();
    execution.abort(new Error('cancelled'));
    expect(await host.untilSettled('abort')).toMatchObject({ ok: true });
    execution.run('teardown');
    expect(await host.untilSettled('teardown')).toMatchObject({ ok: true });
    await expect.poll(() => clock.pending, inTime).toBe(0);
    execution.dispose();
    expect(clock.pending).toBe(0);
    expect(host.events.map(({ type }) => type)).toEqual(['settled', 'settled', 'settled']);
  });

  it('answers an abort that came before it could not be kept', async () => {
    const { host, execution, kept } = await placing();
    execution.abort(new Error('cancelled'));
    kept.reject(new Error('the disk is full'));
    expect(await host.untilSettled('abort')).toMatchObject({ ok: true });
    expect(await host.untilSettled('setup')).toMatchObject({ ok: false });
  });

  it('is told of a kill that comes after it could not be kept', async () => {
    const { host, execution, kept, pid } = await placing();
    kept.reject(new Error('the disk is full'));
    await host.untilSettled('setup');
    await expect.poll(() => processState(pid), inTime).toBeNull();
    execution.kill?.();
    expect((await host.until('lost')).error).toMatchObject({ code: 'RUNNER_LOST' });
  });

  it('is lost to a kill while it is being kept', async () => {
    const { host, execution, kept, pid } = await placing();
    execution.kill?.();
    expect((await host.until('lost')).error.message).toContain('killed (signal SIGTERM)');
    expect(processState(pid)).toBeNull();
    kept.resolve();
    await kept.promise;
    expect(host.events.map(({ type }) => type)).toEqual(['lost']);
  });

  it('is lost when the child ends while it is being kept', async () => {
    const { host, kept, pid } = await placing();
    process.kill(pid, 'SIGKILL');
    expect((await host.until('lost')).error.message).toContain('signal SIGKILL');
    kept.reject(new Error('the disk is full'));
    await expect(kept.promise).rejects.toThrow('the disk is full');
    expect(host.events.map(({ type }) => type)).toEqual(['lost']);
  });

  it('hears of an abort that came while it was being kept', async () => {
    const options = { file: 'ticks.mjs', plugin: 'ticks' } as const;
    const { host, execution, kept } = await placing(options);
    execution.abort(new Error('cancelled'));
    kept.resolve();
    expect(await host.untilSettled('abort')).toMatchObject({ ok: true });
  });

  it('stands still only when it is kept: a child that nobody knows must be able to end', async () => {
    const options = { file: 'ticks.mjs', plugin: 'ticks', suspend: 'signal' } as const;
    const { host, execution, kept, pid } = await placing(options);
    execution.suspend();
    expect(host.events).toEqual([]);
    expect(processState(pid)).not.toBe('T');
    kept.resolve();
    await host.until('parked');
    await expect.poll(() => processState(pid), inTime).toBe('T');
    execution.resume();
    expect(await host.untilSettled('setup')).toMatchObject({ ok: true });
  });
});

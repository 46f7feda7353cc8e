import { afterEach, describe, expect, it } from 'vitest';
import type { Runner } from '../../src/kernel/runner.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { processRunner } from '../../src/runners/process.ts';
import { beginAttempt, pidOf, runToProcess } from './begin-attempt.ts';
import type { BegunAttempt } from './begin-attempt.ts';
import { inTime, processState } from './processes.ts';

const ticks = { file: 'ticks.mjs', plugin: 'ticks', suspend: 'signal' } as const;

describe('ChildPlace, suspended by signal', () => {
  let runner: Runner | null = null;

  const open = (): Runner => {
    runner = processRunner({ clock: simulatedClock() });
    return runner;
  };

  afterEach(() => runner?.close());

  const startTicks = async (): Promise<BegunAttempt & { pid: number }> => {
    const attempt = await runToProcess(open(), ticks);
    await attempt.host.until('progress');
    return { ...attempt, pid: await pidOf(attempt) };
  };

  it('stops the process group, tells so, and lets it go on', async () => {
    const { host, execution, pid } = await startTicks();
    execution.suspend();
    await host.until('parked');
    await expect.poll(() => processState(pid), inTime).toBe('T');
    execution.resume();
    await expect.poll(() => processState(pid), inTime).not.toBe('T');
    const told = host.events.length;
    await expect.poll(() => host.events.length, inTime).toBeGreaterThan(told + 10);
  });

  it('stops a child that is about to start', async () => {
    const { host, execution } = await beginAttempt(open(), ticks);
    execution.suspend();
    await host.until('parked');
    execution.run('setup');
    execution.resume();
    expect(await host.untilSettled('setup')).toMatchObject({ ok: true });
  });

  it('lets a stopped child hear of an abort', async () => {
    const { host, execution } = await startTicks();
    execution.suspend();
    await host.until('parked');
    const reason = new Error('cancelled');
    execution.abort(reason);
    expect(await host.untilSettled('process')).toEqual({ ok: false, error: reason });
  });

  it('sends SIGCONT before the SIGTERM of a kill', async () => {
    const { host, execution } = await startTicks();
    execution.suspend();
    await host.until('parked');
    execution.kill?.();
    execution.suspend();
    expect((await host.until('lost')).error.message).toContain('killed (signal SIGTERM)');
  });

  it('ends a stopped child when its attempt is over', async () => {
    const { host, execution, pid } = await startTicks();
    execution.suspend();
    await host.until('parked');
    execution.dispose();
    await expect.poll(() => processState(pid), inTime).toBeNull();
  });
});

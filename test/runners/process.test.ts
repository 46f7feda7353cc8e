import { afterEach, describe, expect, it } from 'vitest';
import type { Runner } from '../../src/kernel/runner.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { processRunner } from '../../src/runners/process.ts';
import type { ProcessRunnerOptions } from '../../src/runners/process.ts';
import { beginAttempt, expectUsable, pidOf, runToProcess } from './begin-attempt.ts';
import type { BegunAttempt } from './begin-attempt.ts';
import { describeRunner } from './contract.ts';
import { inTime, processState } from './processes.ts';

describeRunner('processRunner', processRunner);

/** Starts the plugin that a file is named after. */
const start = (runner: Runner, plugin: string): Promise<BegunAttempt> =>
  runToProcess(runner, { file: `${plugin}.mjs`, plugin });

describe('processRunner', () => {
  const opened: Runner[] = [];

  const open = (options: ProcessRunnerOptions = {}): Runner => {
    const runner = processRunner(options);
    opened.push(runner);
    return runner;
  };

  afterEach(async () => {
    for (const runner of opened.splice(0)) await runner.close();
  });

  it.each([
    ['exits-3', 'exit code 3'],
    ['exits-0', 'exit code 0, before the attempt had ended'],
    ['dies-by-sigsegv', 'signal SIGSEGV'],
    ['dies-in-half-a-message', 'signal SIGKILL, in the middle of a message'],
  ])('tells how a child ended that %s', async (plugin, how) => {
    const runner = open();
    const { host } = await start(runner, plugin);
    expect((await host.until('lost')).error).toMatchObject({
      code: 'RUNNER_LOST',
      message: `The child process that ran the attempt ended: ${how}`,
    });
    await expectUsable(runner);
    expect(host.events.at(-1)).toMatchObject({ type: 'lost' });
  });

  it('passes on what a child had logged before it died', async () => {
    const { host } = await start(open(), 'exits-3');
    await host.until('lost');
    expect(host.all('log')).toMatchObject([{ message: 'about to exit' }]);
  });

  it.each([
    ['throws-where-nobody-catches', 'thrown out of a callback'],
    ['rejects-where-nobody-catches', 'rejected, and nobody listens'],
  ])('tells the error of a plugin that %s', async (plugin, message) => {
    const file = 'throws-where-nobody-catches.mjs';
    const { host } = await runToProcess(open(), { file, plugin });
    const { error } = await host.until('lost');
    expect(error.message).toContain(`exit code 1: ${message}`);
    expect(error.cause).toMatchObject({ name: 'RangeError', message });
    expect(host.all('log').map((line) => line.message)).toContainEqual(
      expect.stringContaining(`RangeError: ${message}`),
    );
  });

  it('loses one attempt when a child runs out of memory', async () => {
    const runner = open({ execArgv: ['--max-old-space-size=32'] });
    const { host } = await start(runner, 'runs-out-of-memory');
    expect((await host.until('lost')).error.message).toContain('signal SIGABRT');
    await expectUsable(runner);
  });

  it.each([
    ['writes-garbage', 'it wrote something else to its channel: "garbage on the channel'],
    ['writes-a-strange-message', 'it sent a message that is none of ours'],
  ])('ends a child that %s', async (plugin, offence) => {
    const runner = open();
    const { host } = await start(runner, plugin);
    const { error } = await host.until('lost');
    expect(error).toMatchObject({ code: 'RUNNER_LOST' });
    expect(error.message).toContain(offence);
    expect(error.message).toContain('ended by signal SIGTERM');
    await expectUsable(runner);
  });

  it('ends a child that closes its channel and goes on', async () => {
    const clock = simulatedClock();
    const { host } = await start(open({ clock, killDelayMs: 500 }), 'closes-its-channel');
    await expect.poll(() => clock.pending, inTime).toBe(1);
    await clock.advance(500);
    expect((await host.until('lost')).error.message).toContain('it closed its channel');
  });

  it('ends a loop without end by force', async () => {
    const runner = open();
    const attempt = await start(runner, 'runs-forever');
    const pid = await pidOf(attempt);
    attempt.execution.abort(new Error('cancelled'));
    attempt.execution.kill?.();
    expect((await attempt.host.until('lost')).error).toMatchObject({
      message: 'The child process that ran the attempt ended: killed (signal SIGTERM)',
    });
    expect(processState(pid)).toBeNull();
    await expectUsable(runner);
  });

  it('sends SIGKILL, killDelayMs after a SIGTERM that was ignored', async () => {
    const clock = simulatedClock();
    const attempt = await start(open({ clock, killDelayMs: 500 }), 'ignores-sigterm');
    const pid = await pidOf(attempt);
    attempt.execution.kill?.();
    attempt.execution.kill?.();
    await attempt.host.untilLogged('ignored SIGTERM');
    await clock.advance(499);
    expect(processState(pid)).not.toBeNull();
    expect(attempt.host.all('lost')).toEqual([]);
    await clock.advance(1);
    expect((await attempt.host.until('lost')).error.message).toContain('killed (signal SIGKILL)');
    expect(processState(pid)).toBeNull();
    attempt.execution.dispose();
    expect(clock.pending).toBe(0);
  });

  it('tells of no phase once it kills, even when the code ends in time', async () => {
    const { host, execution } = await start(open(), 'settles-on-sigterm');
    await host.untilLogged('begun');
    execution.kill?.();
    expect((await host.until('lost')).error.message).toContain('killed (exit code 0)');
    expect(host.all('log').map(({ message }) => message)).toEqual(['begun', 'settled']);
    expect(host.all('settled').map(({ phase }) => phase)).toEqual(['setup']);
  });

  it('ends an attempt that had no child yet', async () => {
    const runner = open();
    const { host, execution } = await beginAttempt(runner, { plugin: 'contract.doubles' });
    execution.kill?.();
    expect((await host.until('lost')).error.message).toContain('killed');
    await expectUsable(runner);
  });

  it('ends what a plugin started, with its attempt', async () => {
    const attempt = await start(open(), 'starts-a-grandchild');
    const pid = await pidOf(attempt);
    await attempt.host.untilLogged('grandchild here');
    attempt.execution.send({ type: 'end' });
    await attempt.host.untilSettled('process');
    expect(processState(pid)).not.toBeNull();
    attempt.execution.dispose();
    await expect.poll(() => processState(pid), inTime).toBeNull();
  });

  it('ends what a plugin started, when it is killed', async () => {
    const attempt = await start(open(), 'starts-a-grandchild');
    const pid = await pidOf(attempt);
    attempt.execution.kill?.();
    await attempt.host.until('lost');
    await expect.poll(() => processState(pid), inTime).toBeNull();
  });

  it('ends a child that does not end when its attempt is over', async () => {
    const clock = simulatedClock();
    const attempt = await start(open({ clock, killDelayMs: 500 }), 'refuses-to-exit');
    const pid = await pidOf(attempt);
    await attempt.host.untilSettled('process');
    attempt.execution.dispose();
    await clock.advance(499);
    expect(processState(pid)).not.toBeNull();
    await clock.advance(1);
    await expect.poll(() => processState(pid), inTime).toBeNull();
  });

  it('fails setup when the module cannot be imported', async () => {
    const { host, execution } = await beginAttempt(open(), {
      file: 'throws-on-import.mjs',
      plugin: 'example.any',
    });
    execution.run('setup');
    expect(await host.untilSettled('setup')).toMatchObject({
      ok: false,
      error: { code: 'PLUGIN_LOAD_FAILED' },
    });
    execution.run('teardown');
    expect(await host.untilSettled('teardown')).toMatchObject({ ok: true });
  });

  it.each([
    ['takes no such arguments', '--title=\0', 'null bytes'],
    ['takes no arguments of that length', `--title=${'x'.repeat(300_000)}`, 'E2BIG'],
  ])('says so when the system %s', async (_, option, problem) => {
    const { host } = await beginAttempt(open({ execArgv: [option] }), {
      plugin: 'contract.doubles',
    });
    expect((await host.until('lost')).error).toMatchObject({
      code: 'RUNNER_UNAVAILABLE',
      message: expect.stringContaining(problem),
    });
  });

  it('says why a child could not start', async () => {
    const runner = open({ execArgv: ['--no-such-option-of-node'] });
    const { host } = await beginAttempt(runner, { plugin: 'contract.doubles' });
    expect((await host.until('lost')).error).toMatchObject({
      message: expect.stringContaining('exit code 9'),
      cause: { message: expect.stringContaining('bad option: --no-such-option-of-node') },
    });
    expect(host.all('log')).toMatchObject([
      { level: 'warn', message: expect.stringContaining('bad option') },
    ]);
  });

  it('turns what the plugin prints into log lines, told before the phase ends', async () => {
    const { host } = await runToProcess(open(), { plugin: 'contract.prints' });
    await host.untilSettled('process');
    expect(host.events.slice(1)).toMatchObject([
      { level: 'info', message: 'to standard output', fields: { stream: 'stdout' } },
      { level: 'warn', message: 'to standard error', fields: { stream: 'stderr' } },
      { level: 'info', message: 'no end of line', fields: { stream: 'stdout' } },
      { type: 'settled' },
    ]);
  });

  it('ends running attempts when it is closed, and runs none afterwards', async () => {
    const runner = open();
    const { host } = await runToProcess(runner, { plugin: 'contract.neverEnds' });
    await runner.close();
    expect((await host.until('lost')).error.message).toContain('the runner was closed');
    const late = await beginAttempt(runner, { plugin: 'contract.doubles' });
    expect((await late.host.until('lost')).error).toMatchObject({ code: 'RUNNER_UNAVAILABLE' });
  });

  it('leaves no listener and no handle behind after many attempts', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const listeners = process.listenerCount('exit');
    const before = process.getActiveResourcesInfo().length;
    const runner = open();
    for (let n = 0; n < 10; n += 1) {
      await Promise.all([1, 2, 3, 4].map(() => expectUsable(runner)));
    }
    await runner.close();
    process.off('warning', note);
    expect(process.listenerCount('exit')).toBe(listeners);
    await expect
      .poll(() => process.getActiveResourcesInfo().length, inTime)
      .toBeLessThanOrEqual(before);
    expect(warnings).toEqual([]);
  });
});

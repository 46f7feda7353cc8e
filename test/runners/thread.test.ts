import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/kernel/logger.ts';
import type { Runner } from '../../src/kernel/runner.ts';
import { simulatedClock } from '../../src/kernel/simulated-clock.ts';
import { threadRunner } from '../../src/runners/thread.ts';
import type { ThreadRunnerOptions } from '../../src/runners/thread.ts';
import { beginAttempt, expectUsable, runToProcess } from './begin-attempt.ts';
import { describeRunner } from './contract.ts';
import { inTime } from './processes.ts';

describeRunner('threadRunner', threadRunner);

/** The channels of threads that keep this process alive. */
const openPorts = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;

describe('threadRunner', () => {
  const opened: Runner[] = [];

  const open = (options: ThreadRunnerOptions = {}): Runner => {
    const runner = threadRunner(options);
    opened.push(runner);
    return runner;
  };

  afterEach(async () => {
    for (const runner of opened.splice(0)) await runner.close();
  });

  it('ends a loop without end by force, and nothing beside it', async () => {
    const clock = simulatedClock();
    const runner = open({ clock });
    const waiting = await runToProcess(runner, { plugin: 'contract.collectsMessages' });
    const { host, execution } = await runToProcess(runner, {
      file: 'runs-forever.mjs',
      plugin: 'runs-forever',
    });
    await host.untilLogged('begun');
    execution.kill?.();
    expect((await host.until('lost')).error).toMatchObject({
      code: 'RUNNER_LOST',
      message: 'The worker thread that ran the attempt ended: killed',
    });
    execution.kill?.();
    execution.dispose();
    expect(clock.pending).toBe(0);
    waiting.execution.send({ type: 'last', isLast: true });
    expect(await waiting.host.untilSettled('process')).toMatchObject({ ok: true });
    await expectUsable(runner);
    expect(host.events.at(-1)).toMatchObject({ type: 'lost' });
  });

  it('ends a setup and an import without end by force', async () => {
    const runner = open();
    const setup = await beginAttempt(runner, {
      file: 'runs-forever-in-setup.mjs',
      plugin: 'runs-forever-in-setup',
    });
    setup.execution.run('setup');
    await setup.host.untilLogged('begun');
    setup.execution.kill?.();
    expect((await setup.host.until('lost')).error).toMatchObject({ code: 'RUNNER_LOST' });
    const loading = await beginAttempt(runner, { file: 'never-loads.mjs', plugin: 'never-loads' });
    loading.execution.run('setup');
    await loading.host.untilLogged('loading');
    loading.execution.kill?.();
    expect((await loading.host.until('lost')).error).toMatchObject({ code: 'RUNNER_LOST' });
    await expectUsable(runner);
  });

  it('ends an attempt that had no thread yet', async () => {
    const runner = open();
    const { host, execution } = await beginAttempt(runner, { plugin: 'contract.doubles' });
    execution.kill?.();
    expect((await host.until('lost')).error).toMatchObject({ code: 'RUNNER_LOST' });
    await expectUsable(runner);
  });

  it('tells the exit code of a plugin that exits, after what it had logged', async () => {
    const runner = open();
    const { host } = await runToProcess(runner, { file: 'exits-3.mjs', plugin: 'exits-3' });
    const { error } = await host.until('lost');
    expect(error.message).toBe('The worker thread that ran the attempt ended: exit code 3');
    expect(host.all('log')).toMatchObject([{ message: 'about to exit' }]);
    await expectUsable(runner);
  });

  it.each([
    ['throws-where-nobody-catches', 'thrown out of a callback'],
    ['rejects-where-nobody-catches', 'rejected, and nobody listens'],
  ])('tells the error of a plugin that %s', async (plugin, message) => {
    const runner = open();
    const { host } = await runToProcess(runner, {
      file: 'throws-where-nobody-catches.mjs',
      plugin,
    });
    const { error } = await host.until('lost');
    expect(error).toMatchObject({ code: 'RUNNER_LOST', cause: { message } });
    expect(error.message).toContain(message);
    await expectUsable(runner);
  });

  it('loses one attempt, and nothing more, when a thread runs out of memory', async () => {
    const runner = open({ resourceLimits: { maxOldGenerationSizeMb: 32 } });
    const { host } = await runToProcess(runner, {
      file: 'runs-out-of-memory.mjs',
      plugin: 'runs-out-of-memory',
    });
    const { error } = await host.until('lost');
    expect(error).toMatchObject({ cause: { code: 'ERR_WORKER_OUT_OF_MEMORY' } });
    await expectUsable(runner);
  });

  it('loses the attempt when a thread dies before it is ready', async () => {
    const runner = open({ execArgv: ['--require', '/no/such/file.cjs'] });
    const { host, execution } = await beginAttempt(runner, { plugin: 'contract.doubles' });
    execution.run('setup');
    expect((await host.until('lost')).error).toMatchObject({
      code: 'RUNNER_LOST',
      message: expect.stringContaining('/no/such/file.cjs'),
    });
  });

  it('outlives code that throws when its attempt is over', async () => {
    const warnings: object[] = [];
    const warn = (fields: object): void => void warnings.push(fields);
    const runner = open({ logger: { ...silentLogger, warn } });
    const flag = new Int32Array(new SharedArrayBuffer(4));
    await expect.poll(openPorts, inTime).toBe(0);
    const { host, execution } = await runToProcess(runner, {
      file: 'throws-when-told.mjs',
      plugin: 'throws-when-told',
    });
    execution.send({ type: 'flag', flag });
    await host.untilSettled('process');
    execution.dispose();
    // Zero when the pool has heard that the attempt is over.
    await expect.poll(openPorts, inTime).toBe(0);
    Atomics.store(flag, 0, 1);
    await expect.poll(() => warnings, inTime).toEqual([{ error: 'thrown when all was over' }]);
    await expectUsable(runner);
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

  it('fails setup when the module cannot be imported; the thread is used again', async () => {
    const runner = open({ maxThreads: 1 });
    const { host, execution } = await beginAttempt(runner, {
      file: 'throws-on-import.mjs',
      plugin: 'example.any',
    });
    execution.run('setup');
    expect(await host.untilSettled('setup')).toMatchObject({
      ok: false,
      error: { code: 'PLUGIN_LOAD_FAILED', cause: { message: 'this file is of no use' } },
    });
    execution.run('teardown');
    execution.abort(new Error('cancelled'));
    expect(await host.untilSettled('abort')).toMatchObject({ ok: true });
    expect(await host.untilSettled('teardown')).toMatchObject({ ok: true });
    execution.dispose();
    await expectUsable(runner);
  });

  it('fails setup when nobody knows where the plugin’s code is', async () => {
    const clock = simulatedClock();
    const { host, execution } = await beginAttempt(open({ clock }), {
      file: null,
      plugin: 'my.plugin',
    });
    execution.run('setup');
    expect(await host.untilSettled('setup')).toMatchObject({
      ok: false,
      error: {
        code: 'PLUGIN_NOT_PORTABLE',
        message: expect.stringContaining('"my.plugin" wants runner "thread"'),
      },
    });
    execution.dispose();
    await expect.poll(() => clock.pending, inTime).toBe(0);
  });

  it('fails setup when the input cannot be sent, naming the place in it', async () => {
    const { host, execution } = await beginAttempt(open(), {
      plugin: 'contract.doubles',
      input: { x: 1, frames: [() => {}] },
    });
    execution.run('setup');
    expect(await host.untilSettled('setup')).toMatchObject({
      ok: false,
      error: {
        code: 'NOT_STORABLE',
        message: 'The value at `input.frames[0]` cannot be stored as JSON: it is a function.',
      },
    });
    execution.abort(new Error('cancelled'));
    expect(await host.untilSettled('abort')).toMatchObject({ ok: true });
    execution.run('teardown');
    expect(await host.untilSettled('teardown')).toMatchObject({ ok: true });
    execution.dispose();
  });

  it('logs an event that cannot be sent', async () => {
    const { host, execution } = await runToProcess(open(), {
      plugin: 'contract.collectsMessages',
    });
    execution.send({ type: 'n', callback: () => {} });
    expect((await host.until('log', ({ level }) => level === 'warn')).message).toContain(
      'An event was not delivered',
    );
    execution.send({ type: 'n', isLast: true });
    expect(await host.untilSettled('process')).toEqual({
      ok: true,
      value: [{ type: 'n', isLast: true }],
    });
  });

  it('fails an attempt beyond maxThreads instead of letting it wait', async () => {
    const runner = open({ maxThreads: 1 });
    await runToProcess(runner, { plugin: 'contract.collectsMessages' });
    const { host } = await beginAttempt(runner, { plugin: 'contract.doubles' });
    expect((await host.until('lost')).error).toMatchObject({
      code: 'RUNNER_UNAVAILABLE',
      message: 'The thread runner cannot run the attempt: all 1 threads are in use',
    });
  });

  it('ends a thread that does not become free when its attempt is over', async () => {
    const clock = simulatedClock();
    const runner = open({ clock, killDelayMs: 500 });
    const { host, execution } = await runToProcess(runner, {
      file: 'runs-forever.mjs',
      plugin: 'runs-forever',
    });
    await host.untilLogged('begun');
    const during = openPorts();
    execution.dispose();
    await clock.advance(499);
    expect(openPorts()).toBe(during);
    await clock.advance(1);
    await expect.poll(openPorts, inTime).toBeLessThan(during);
    expect(clock.pending).toBe(0);
    expect(host.all('lost')).toEqual([]);
  });

  it('ends running attempts when it is closed, and runs none afterwards', async () => {
    const runner = open();
    const { host } = await runToProcess(runner, { plugin: 'contract.neverEnds' });
    await runner.close();
    expect(host.all('lost')).toMatchObject([
      { error: { message: expect.stringContaining('the runner was closed') } },
    ]);
    const late = await beginAttempt(runner, { plugin: 'contract.doubles' });
    expect((await late.host.until('lost')).error).toMatchObject({ code: 'RUNNER_UNAVAILABLE' });
  });

  it('leaves no listener and no handle behind after 200 attempts', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error): void => void warnings.push(warning);
    process.on('warning', note);
    const before = process.getActiveResourcesInfo().length;
    const runner = open();
    for (let n = 0; n < 200; n += 1) await expectUsable(runner);
    await runner.close();
    process.off('warning', note);
    await expect
      .poll(() => process.getActiveResourcesInfo().length, inTime)
      .toBeLessThanOrEqual(before);
    expect(warnings).toEqual([]);
  });
});

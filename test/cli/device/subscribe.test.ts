import { describe, expect, it } from 'vitest';
import { RunstateError } from '../../../src/kernel/errors.ts';
import { runDeviceCli, startDeviceCli } from '../../support/device-cli.ts';
import { devFailed, ScriptedDevice } from '../../support/scripted-device.ts';

const listening = (args: readonly string[], device = new ScriptedDevice(2)) => {
  device.attributes.set('x', 1);
  device.attributes.set('y', 5);
  return { device, run: startDeviceCli(['probe', 'subscribe', ...args], device) };
};

describe('subscribe', () => {
  it('prints one line for each value, in order, and ends after so many', async () => {
    const { device, run } = listening(['x', '--count', '3']);
    await expect.poll(() => device.heard).toEqual(['x']);
    device.event('x', 2);
    device.event('x', 3);
    const { exitCode, stdout } = await run.ended;
    expect(exitCode).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('  ').slice(1)),
    ).toEqual([
      ['x', '1', '(read)'],
      ['x', '2'],
      ['x', '3'],
    ]);
    expect(device.listeners).toBe(0);
  });

  it('shows what is polled, stale or not valid, and tells of errors and gaps beside', async () => {
    const { device, run } = listening(['x', '--count', '2']);
    await expect.poll(() => device.heard).toEqual(['x']);
    device.fault('x', new RunstateError('DEVICE_UNREACHABLE', ['probe', 'it is away']));
    device.gap('x');
    const base = { attribute: 'x', value: 4, at: 0, shape: [], receivedAt: 0 };
    device.notify('x', { ...base, type: 'value', via: 'poll', quality: 'alarm', isStale: true });
    const { stdout, stderr } = await run.ended;
    expect(stdout).toContain('x  4  (alarm, polled, stale)');
    expect(stderr).toContain('x  error DEVICE_UNREACHABLE: Device probe cannot be reached');
    expect(stderr).toContain('x  (some events missed here)');
  });

  it('listens to several attributes until Ctrl-C, which ends it well', async () => {
    const { device, run } = listening(['x', 'y']);
    await expect.poll(() => run.stdout().split('\n').length).toBe(3);
    run.signal('SIGINT');
    expect(await run.ended).toMatchObject({ exitCode: 0 });
    expect(device.closed).toBe(true);
  });

  it('says how many of the wanted values came when it is ended before', async () => {
    const { run } = listening(['x', '--count', '5']);
    await expect.poll(() => run.stdout()).toContain('x');
    run.signal('SIGTERM');
    expect(await run.ended).toMatchObject({ exitCode: 130 });
    expect(run.stderr()).toContain('1 value of 5 came');
  });

  it('exits with 124 when they did not come in time', async () => {
    const { run } = listening(['x', '--count', '2', '--timeout-ms', '20']);
    expect(await run.ended).toMatchObject({ exitCode: 124 });
  });

  it('prints a list of all at the end with --json', async () => {
    const { device, run } = listening(['x', '--count', '2', '--json']);
    await expect.poll(() => device.heard).toEqual(['x']);
    device.fault('x', devFailed('API_Down'));
    device.event('x', 2n ** 60n);
    const { stdout } = await run.ended;
    expect(JSON.parse(stdout)).toMatchObject([
      { type: 'value', value: 1 },
      { type: 'error', error: { code: 'DEV_FAILED' } },
      { type: 'value', value: String(2n ** 60n), via: 'event' },
    ]);
  });

  it('prints each as it comes with --json-lines', async () => {
    const { device, run } = listening(['x', '--json-lines']);
    await expect.poll(() => device.heard).toEqual(['x']);
    device.event('x', 2);
    await expect.poll(() => run.stdout().split('\n').length).toBe(3);
    const values = run
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(values).toMatchObject([{ value: 1 }, { value: 2 }]);
    run.signal('SIGINT');
    await run.ended;
  });

  it('fails at once when it is strict and no events are sent', async () => {
    const device = new ScriptedDevice(2);
    device.refuseEvents('x', devFailed('API_AttributePollingNotStarted', 'not polled'));
    const { run } = listening(['x', '--strict'], device);
    expect(await run.ended).toMatchObject({ exitCode: 1 });
    expect(run.stderr()).toContain('subscribe to x of');
    expect(run.stderr()).toContain('give --period-ms');
  });

  it.each([
    ['--count', '0'],
    ['--event', 'sometimes'],
    ['--period-ms', 'often'],
  ])('refuses %s %s', async (...option) => {
    const { exitCode } = await runDeviceCli(
      ['probe', 'subscribe', 'x', ...option],
      new ScriptedDevice(2),
    );
    expect(exitCode).toBe(2);
  });
});

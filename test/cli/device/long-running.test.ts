import { describe, expect, it } from 'vitest';
import { LrcTaskStatus, ResultCode } from '../../../src/index.ts';
import { startDeviceCli } from '../../support/device-cli.ts';
import { ScriptedDevice } from '../../support/scripted-device.ts';

const id = '1795230188.955607_52969056615025_Scan';
const { COMPLETED, ABORTED, IN_PROGRESS } = LrcTaskStatus;

const started = (...options: readonly string[]) => {
  const device = new ScriptedDevice(2, 'sim://console');
  device.scripts.set('Scan', () => [[ResultCode.QUEUED], [id]]);
  const args = ['console', 'command', 'Scan', '--lrc', ...options];
  return { device, run: startDeviceCli(args, device) };
};

describe('command --lrc', () => {
  it('follows the command to its end and prints its result', async () => {
    const { device, run } = started();
    await expect.poll(run.stderr).toContain(`accepted as ${id}`);
    device.tell(id, { status: IN_PROGRESS });
    device.tell(id, { progress: 33 });
    device.tell(id, { status: COMPLETED, result: [ResultCode.OK, 'all scans done'] });
    const { exitCode, stdout, stderr } = await run.ended;
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual([0, 'all scans done']);
    expect(stderr).toContain('IN_PROGRESS');
    expect(stderr).toContain(`command Scan of sim://console: OK (${id})`);
    expect(device.commands).toEqual([['Scan', undefined]]);
  });

  it('prints all there is to say as one value of JSON', async () => {
    const { device, run } = started('--json');
    await expect.poll(run.stderr).toContain('accepted');
    device.tell(id, { status: COMPLETED, result: [ResultCode.FAILED, 'no beam'] });
    const { exitCode, stdout } = await run.ended;
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ command: 'Scan', commandId: id, resultCode: 3 });
  });

  it('fails when the device rejects it', async () => {
    const { device, run } = started();
    device.scripts.set('Scan', () => [[ResultCode.REJECTED], ['the queue is full']]);
    const { exitCode, stderr } = await run.ended;
    expect(exitCode).toBe(1);
    expect(stderr).toContain('the queue is full');
  });

  it('sends what --stop names at Ctrl-C, and says who acknowledged', async () => {
    const { device, run } = started('--stop', 'EndScan');
    device.scripts.set('EndScan', () => {
      device.tell(id, { status: ABORTED, result: [ResultCode.ABORTED, 'ended'] });
      return [[ResultCode.OK], ['']];
    });
    await expect.poll(run.stderr).toContain('accepted');
    run.signal('SIGINT');
    const { exitCode, stderr } = await run.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(/acknowledged by device/);
    expect(device.commands.map(([name]) => name)).toContain('EndScan');
  });

  it('sends nothing at Ctrl-C without it, and names what runs on', async () => {
    const { device, run } = started();
    await expect.poll(run.stderr).toContain('accepted');
    run.signal('SIGINT');
    const { exitCode, stderr } = await run.ended;
    expect(exitCode).toBe(130);
    expect(stderr).toContain('nothing is sent');
    expect(stderr).toContain(id);
    expect(device.commands.map(([name]) => name)).not.toContain('Abort');
  });

  it('exits with 124 when the command does not end in time', async () => {
    const { run } = started('--timeout-ms', '300');
    const { exitCode, stderr } = await run.ended;
    expect(exitCode).toBe(124);
    expect(stderr).toContain('LRC_TIMEOUT');
  });
});

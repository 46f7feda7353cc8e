import { afterEach, describe, expect, it } from 'vitest';
import { deviceCommand, parallel, sequential } from '../../src/index.ts';
import { BeamDevice } from '../support/beam-device.ts';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';
import { gatedWork } from '../support/gated-steps.ts';

afterEach(closeEngines);

const resultOf = (output: unknown): unknown => (output as { readonly result: unknown }).result;

describe('a job of device commands', () => {
  it('sends a command to a device that is given by its name, or itself', async () => {
    const calls: string[] = [];
    const [door, probe] = ['door', 'probe'].map(
      (name) => new BeamDevice(name, (c) => calls.push(c)),
    );
    if (door === undefined || probe === undefined) return;
    const { engine } = await startEngine({ devices: { door } });
    const handle = engine.runJob(
      sequential([deviceCommand('door', 'Scan'), deviceCommand(probe, 'EndScan', 'now')]),
    );
    const output = await handle.output();
    expect(output.map(resultOf)).toEqual([
      [0, 'Scan done'],
      [0, 'EndScan done'],
    ]);
    expect(calls).toEqual(['door.Scan', 'probe.EndScan']);
    expect(probe.commands).toEqual([['EndScan', 'now']]);
    expect(engine.devices.list().map(({ name }) => name)).toEqual(['door', 'probe']);
    expect((await handle.children()).map(({ plugin }) => plugin)).toEqual([
      'runstate.command',
      'runstate.command',
    ]);
  });

  it('sends it to each of several, side by side, and to none', async () => {
    const calls: string[] = [];
    const devices = ['a', 'b', 'c'].map((name) => new BeamDevice(name, (call) => calls.push(call)));
    const { engine } = await startEngine();
    const output = await engine.runJob(deviceCommand(devices, 'Scan')).output();
    expect(output.map(resultOf)).toEqual(devices.map(() => [0, 'Scan done']));
    expect(calls).toEqual(['a.Scan', 'b.Scan', 'c.Scan']);
    expect(await engine.runJob(deviceCommand([], 'Scan')).output()).toEqual([]);
  });

  it('is unsafe, and holds no slot while the devices work', async () => {
    const device = new BeamDevice('a', () => {});
    device.let('Scan', 'hangs');
    const { engine, rest } = await startEngine({ concurrency: 1 });
    const work = gatedWork();
    const job = parallel([deviceCommand(device, 'Scan'), work.task('beside')]);
    const handle = engine.runJob(job);
    await rest();
    expect(work.running).toEqual(['beside']);
    void handle.cancel();
  });

  it('stops devices by what the commands declare, and says that they acknowledged', async () => {
    const calls: string[] = [];
    const device = new BeamDevice('a', (call) => calls.push(call));
    device.let('Scan', 'hangs');
    const { engine, rest } = await startEngine();
    const handle = engine.runJob(
      sequential([deviceCommand([device], 'Scan', undefined, { stop: 'EndScan' })]),
    );
    await expect.poll(() => calls).toEqual(['a.Scan']);
    await rest();
    const cancelled = handle.cancel({ reason: 'the sample is gone' });
    await expect.poll(() => calls).toEqual(['a.Scan', 'a.EndScan']);
    device.tell('1001.5_529690566_Scan', { status: 3, result: [7, 'ended'] });
    expect(await cancelled).toMatchObject({ acknowledgedBy: 'device', status: 'cancelled' });
  });

  it('names the commands that go on because nothing stops them', async () => {
    const device = new BeamDevice('a', () => {});
    device.let('Scan', 'hangs');
    const { engine, rest } = await startEngine();
    const handle = engine.runJob(sequential([deviceCommand(device, 'Scan')]));
    await expect.poll(() => device.commands.length).toBe(1);
    await rest();
    const answer = await handle.cancel();
    expect(answer).toMatchObject({
      acknowledgedBy: 'nobody',
      status: 'cancelled',
      stillRunning: ['1001.5_529690566_Scan'],
    });
    device.tell('1001.5_529690566_Scan', { status: 5, result: [0, 'done'] });
  });

  it('refuses what a command does not take, and names the step', async () => {
    const { engine } = await startEngine();
    const job = sequential([deviceCommand('a', 'Scan', undefined, { stpo: 'EndScan' })]);
    expect(() => engine.runJob(job)).toThrow(
      expect.objectContaining({
        code: 'INVALID_INPUT',
        fields: [expect.objectContaining({ path: 'steps[0]' })],
      }),
    );
    const unknown = await engine.runJob(sequential([deviceCommand('nowhere', 'Scan')])).result();
    expect(unknown.error).toMatchObject({ code: 'DEVICE_UNKNOWN', fields: [{ path: 'steps[0]' }] });
  });
});

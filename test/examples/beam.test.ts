import { afterEach, describe, expect, it } from 'vitest';
import {
  abort,
  configureScan,
  deconfigureScan,
  endScan,
  goToFault,
  obsReset,
  scan,
} from '../../docs/examples/beam.ts';
import type { BeamDevices } from '../../docs/examples/beam.ts';
import { simulatedDevice } from '../../src/index.ts';
import type { DeviceProxy, Job, TaskResult } from '../../src/index.ts';
import { closeEngines, startEngine } from '../support/engine-under-test.ts';

const opened: DeviceProxy[] = [];

afterEach(async () => {
  await closeEngines();
  await Promise.all(opened.splice(0).map((device) => device.close()));
});

const commands = [
  'ConfigureBeam',
  'ConfigureScan',
  'DeconfigureBeam',
  'DeconfigureScan',
  'Scan',
  'EndScan',
  'Abort',
  'ObsReset',
  'GoToFault',
];

/** A beam of simulated devices, and the commands that they ran, in their order. */
interface BeamUnderTest {
  readonly beam: BeamDevices;
  readonly calls: string[];
  readonly requests: unknown[];
}

/** `fails` names the one call that fails. */
function beamOf(
  obsStates: Partial<Record<keyof BeamDevices, number>> = {},
  fails = '',
): BeamUnderTest {
  const calls: string[] = [];
  const requests: unknown[] = [];
  const make = (name: keyof BeamDevices): DeviceProxy => {
    const work = (command: string) => (job: { readonly args: unknown }) => {
      calls.push(`${name}.${command}`);
      requests.push(job.args);
      if (`${name}.${command}` === fails) throw new Error(`${command} failed`);
    };
    const device = simulatedDevice({
      name,
      attributes: { obsState: obsStates[name] ?? 2 },
      longRunning: Object.fromEntries(commands.map((command) => [command, work(command)])),
    });
    opened.push(device);
    return device;
  };
  const beam = { smrb: make('smrb'), recv: make('recv'), dsp: make('dsp'), stat: make('stat') };
  return { beam, calls, requests };
}

async function run(job: Job): Promise<TaskResult> {
  const { engine } = await startEngine();
  return engine.runJob(job).result();
}

/** Calls in groups of these sizes; within a group the order is free. */
function grouped(calls: readonly string[], ...sizes: readonly number[]): readonly string[][] {
  let from = 0;
  return sizes.map((size) => calls.slice(from, (from += size)).toSorted());
}

const of = (command: string, ...devices: readonly string[]): readonly string[] =>
  devices.map((device) => `${device}.${command}`);

describe('a beam', () => {
  it('is configured ring buffers first, and the processor last', async () => {
    const { beam, calls, requests } = beamOf();
    const { taskStatus } = await run(configureScan(beam, { eb_id: 'eb-1' }));
    expect(taskStatus).toBe('completed');
    expect(grouped(calls, 1, 3, 3, 1)).toEqual([
      of('ConfigureBeam', 'smrb'),
      of('ConfigureBeam', 'dsp', 'recv', 'stat'),
      of('ConfigureScan', 'recv', 'smrb', 'stat'),
      of('ConfigureScan', 'dsp'),
    ]);
    expect(calls).toHaveLength(8);
    expect(requests[0]).toBe('{"eb_id":"eb-1"}');
  });

  it('is deconfigured ring buffers last', async () => {
    const { beam, calls } = beamOf();
    await run(deconfigureScan(beam));
    expect(grouped(calls, 4, 3, 1)).toEqual([
      of('DeconfigureScan', 'dsp', 'recv', 'smrb', 'stat'),
      of('DeconfigureBeam', 'dsp', 'recv', 'stat'),
      of('DeconfigureBeam', 'smrb'),
    ]);
  });

  it('scans when the configuration is written, with all devices at once', async () => {
    const { beam, calls } = beamOf();
    await run(scan(beam, { scan_id: 7 }, () => calls.push('written')));
    expect(grouped(calls, 1, 4)).toEqual([['written'], of('Scan', 'dsp', 'recv', 'smrb', 'stat')]);
  });

  it('does not scan when the configuration cannot be written', async () => {
    const { beam, calls } = beamOf();
    const { taskStatus, error } = await run(
      scan(beam, {}, () => {
        throw new Error('the disk is full');
      }),
    );
    expect([taskStatus, error?.message]).toEqual(['failed', 'Step steps[0]: the disk is full']);
    expect(calls).toEqual([]);
  });

  it.each([
    ['ends its scan', 'EndScan', (beam: BeamDevices) => endScan(beam)],
    ['goes to fault', 'GoToFault', (beam: BeamDevices) => goToFault(beam, 'no network')],
  ])('%s receiver first, ring buffers last', async (_, command, jobOf) => {
    const { beam, calls } = beamOf();
    await run(jobOf(beam));
    expect(grouped(calls, 1, 2, 1)).toEqual([
      of(command, 'recv'),
      of(command, 'dsp', 'stat'),
      of(command, 'smrb'),
    ]);
  });

  it('aborts what is not aborted, at fault or empty already', async () => {
    const { beam, calls } = beamOf({ dsp: 7, recv: 9, smrb: 0 });
    const { taskStatus } = await run(await abort(beam, () => calls.push('IN_PROGRESS')));
    expect(taskStatus).toBe('completed');
    expect(calls).toEqual(['IN_PROGRESS', 'stat.Abort']);
    const whole = beamOf();
    await run(await abort(whole.beam));
    expect(grouped(whole.calls, 1, 2, 1)).toEqual([
      of('Abort', 'recv'),
      of('Abort', 'dsp', 'stat'),
      of('Abort', 'smrb'),
    ]);
  });

  it('is reset one device after the other, those that are empty excepted', async () => {
    const { beam, calls } = beamOf();
    await run(await obsReset(beam));
    expect(calls.slice(-3)).toEqual(of('ObsReset', 'dsp', 'recv', 'smrb'));
    expect(calls).toHaveLength(7);
    const partly = beamOf({ recv: 0, smrb: 7 });
    await run(await obsReset(partly.beam));
    expect(partly.calls).toEqual([...partly.calls.slice(0, 2), ...of('ObsReset', 'dsp', 'smrb')]);
    expect(partly.calls.slice(0, 2).toSorted()).toEqual(of('Abort', 'dsp', 'stat'));
  });

  it('is not configured any further when one of its devices fails', async () => {
    const { beam, calls } = beamOf({}, 'recv.ConfigureBeam');
    const { taskStatus, error } = await run(configureScan(beam, {}));
    expect(taskStatus).toBe('failed');
    expect(error).toMatchObject({ code: 'LRC_FAILED', fields: [{ path: 'steps[1].steps[1]' }] });
    expect(calls.filter((call) => call.endsWith('ConfigureScan'))).toEqual([]);
  });

  it('aborts the others when one cannot be aborted, and says which', async () => {
    const { beam, calls } = beamOf({}, 'dsp.Abort');
    const { error } = await run(await abort(beam));
    expect(error).toMatchObject({ code: 'LRC_FAILED', message: expect.stringContaining('Abort') });
    expect(calls.toSorted()).toEqual(of('Abort', 'dsp', 'recv', 'stat'));
  });
});
